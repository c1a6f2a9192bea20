"""Jobs are queued by name, in the transaction of the row they are about."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.exceptions import AlreadyEnqueued


def queue(name: str, *, once: str | None = None, lock: str | None = None, **arguments: Any) -> None:
    """Queue the task called `name`.

    `once`: while a job with this key waits, another is not queued (a wake-up needs no second wake-up).
    `lock`: jobs with this key run one after the other.
    """
    job = app.configure_task(name, queueing_lock=once, lock=lock, allow_unknown=True)
    if once is None:
        job.defer(**arguments)
        return
    try:
        with transaction.atomic():  # the refused insert must not poison the caller's transaction
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


def last_heartbeat() -> datetime.datetime | None:
    """When a worker was last heard of; None when none is on the list."""
    beat: datetime.datetime | None = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return beat
