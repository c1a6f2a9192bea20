"""What was queued, and running it without a worker."""

import json

from django.db import connection
from procrastinate.contrib.django import app


def waiting() -> list[str]:
    """The names of the jobs that wait, in the order they were queued."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def arguments_of(name: str) -> list[dict[str, object]]:
    """What the waiting jobs of this name are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s ORDER BY id", [name]
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def run_waiting() -> list[str]:
    """Run what waits as a worker would, and what it queues in turn; returns the names in order."""
    done = []
    while (job := _take()) is not None:
        name, arguments = job
        app.tasks[name].func(**arguments)
        done.append(name)
    return done


def _take() -> tuple[str, dict[str, object]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')"
            " RETURNING task_name, args"
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return row[0], json.loads(row[1])
