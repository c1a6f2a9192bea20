"""Verbatims as a file: asked for, written at once or by a job, fetched by who asked, deleted after some days."""
