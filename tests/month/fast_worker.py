"""A worker in fast time: the queue and the timetable of the product itself, by a clock that is moved by hand."""

import asyncio
import datetime
import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from croniter import croniter
from django.db import connection
from procrastinate.contrib.django import app

TAKE: Final = """
DELETE FROM procrastinate_jobs WHERE id = (
  SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)
  ORDER BY id LIMIT 1)
RETURNING task_name, args
"""
NOT_OURS: Final = frozenset({"config.retry_stalled", "config.forget_old_jobs"})  # they look after real workers


class Worker:
    """Runs what is due; `done` counts by the job's name."""

    def __init__(self) -> None:
        app.perform_import_paths()
        self.done: Counter[str] = Counter()
        self._timetable = [
            (one.cron, task) for (task, _id), one in _periodic().items() if task not in NOT_OURS
        ]  # fmt: skip

    def tick(self, before: datetime.datetime, now: datetime.datetime) -> None:
        """The time went from `before` to `now`: what the timetable says in between, once each, then what waits."""
        for cron, name in self._timetable:
            if croniter(cron, before).get_next(datetime.datetime) <= now:
                self._run(name, {"timestamp": int(now.timestamp())})
        self.work_off(now)

    def work_off(self, now: datetime.datetime) -> None:
        """Everything that waits and is due, and what that queues in turn."""
        for name, arguments in _due(now):
            self._run(name, arguments)

    def _run(self, name: str, arguments: dict[str, Any]) -> None:
        work: Callable[..., Any] = app.tasks[name].func
        if inspect.iscoroutinefunction(work):
            asyncio.run(work(**arguments))
        else:
            work(**arguments)
        self.done[name] += 1


def _periodic() -> dict[tuple[str, str], Any]:
    return app.periodic_registry.periodic_tasks


def _due(now: datetime.datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [now])
            row = cursor.fetchone()
        if row is None:
            return
        yield row[0], row[1] if isinstance(row[1], dict) else json.loads(row[1])
