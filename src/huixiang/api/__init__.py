"""The API for programs, under /api/v1: messages in, answers out, feedback to read.

Every answer is JSON; whatever goes wrong is `{"error": sentence}` with a 4xx status.
"""
