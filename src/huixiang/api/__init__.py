"""The API for programs, under /api/v1: messages in, answers out."""
