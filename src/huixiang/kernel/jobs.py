"""Jobs are queued by name, in the transaction of the row they are about."""

import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.retry import RetryStrategy

from huixiang.kernel import prepared

WAITS = "SELECT FROM procrastinate_jobs WHERE queueing_lock = %(once)s::text AND status = 'todo'"
"""Rows only while a job with this key waits; also to stand within a caller's own statement, as EXISTS."""
SURELY = RetryStrategy(max_attempts=8, exponential_wait=3)
"""For what must happen: tried again after 3, 9, 27 … seconds, over two hours in all, when it failed."""


def queue(
    name: str, *, once: str | None = None, lock: str | None = None, seen: bool = False, **arguments: Any
) -> None:
    """Queue the task called `name`.

    `once`: while a job with this key waits, another is not queued (a wake-up needs no second wake-up).
    `lock`: jobs with this key run one after the other. `seen`: the caller's statement saw that one waits.
    """
    if once is None:
        app.configure_task(name, lock=lock, allow_unknown=True).defer(**arguments)
        return
    queued = partial(_queue_once, name, once, lock, arguments)
    if not transaction.get_connection().in_atomic_block:
        queued()
    elif seen or not queued():
        # The waiting twin may be done before our rows can be seen: once they can, look again.
        transaction.on_commit(queued)


def _queue_once(name: str, once: str, lock: str | None, arguments: dict[str, Any]) -> bool:
    if prepared.rows(WAITS, {"once": once}):
        return False  # the usual case under load: a look is cheaper than an insert that is refused
    job = app.configure_task(name, queueing_lock=once, lock=lock, allow_unknown=True)
    try:
        with transaction.atomic():  # the refused insert must not poison the caller's transaction
            job.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def last_heartbeat() -> datetime.datetime | None:
    """When a worker was last heard of; None when none is on the list."""
    beat: datetime.datetime | None = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return beat
