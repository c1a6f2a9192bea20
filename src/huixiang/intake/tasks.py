"""Imports in the background, and the end of uploaded files."""

import contextlib
import uuid

from procrastinate.contrib.django import app

from huixiang.intake.imports import actions, uploads
from huixiang.kernel.errors import Refused
from huixiang.kernel.jobs import SURELY


@app.task(name="intake.run_import", retry=SURELY)
def run_import(run_id: str) -> None:
    """Take one uploaded file through and remove it; why it stopped stands on the run."""
    with contextlib.suppress(Refused):
        uploads.remove_done(actions.run(uuid.UUID(run_id)))


@app.periodic(cron="37 3 * * *")
@app.task(name="intake.remove_old_uploads", queueing_lock="intake.remove_old_uploads")
def remove_old_uploads(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: files that were uploaded a week ago and that no import waits for."""
    uploads.remove_old()
