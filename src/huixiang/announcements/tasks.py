"""Telling everybody concerned."""

import uuid

from procrastinate.contrib.django import app

from huixiang.announcements import actions


@app.task(name="announcements.tell")
def tell(announcement_id: str) -> None:
    """Tell who has not been told yet."""
    actions.tell(announcement_id=uuid.UUID(announcement_id))
