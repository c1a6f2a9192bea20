"""Imports in the background."""

import contextlib
import uuid

from procrastinate.contrib.django import app

from huixiang.intake.imports import actions
from huixiang.kernel.errors import Refused


@app.task(name="intake.run_import")
def run_import(run_id: str) -> None:
    """Take one file through; why it stopped stands on the run."""
    with contextlib.suppress(Refused):
        actions.run(uuid.UUID(run_id))
