"""Telling everybody concerned."""

import uuid

from procrastinate.contrib.django import app

from huixiang.announcements import actions, queries
from huixiang.kernel.jobs import SURELY


@app.task(name="announcements.tell", retry=SURELY)
def tell(announcement_id: str) -> None:
    """Tell who has not been told yet."""
    actions.tell(announcement_id=uuid.UUID(announcement_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="announcements.tell_forgotten", queueing_lock="announcements.tell_forgotten")
def tell_forgotten(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every five minutes: announcements whose telling did not come to its end."""
    for announcement_id in queries.untold():
        actions.tell(announcement_id=announcement_id)
