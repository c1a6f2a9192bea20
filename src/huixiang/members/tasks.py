"""Erasures whose days are over, exports that are asked for, exports that expire."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY
from huixiang.members import erasing, exporting


@app.periodic(cron="23 * * * *")
@app.task(name="members.finish_erasures", queueing_lock="members.finish_erasures", retry=SURELY)
def finish_erasures(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the hour over
    """Every hour: whoever asked to be erased fifteen days ago is."""
    erasing.finish_due()


@app.task(name="members.export", retry=SURELY)
def export(export_id: str) -> None:
    """Put one person's file together."""
    exporting.run(uuid.UUID(export_id))


@app.periodic(cron="53 * * * *")
@app.task(name="members.expire_exports", queueing_lock="members.expire_exports")
def expire_exports(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the hour over
    """Every hour: files that were ready for a week."""
    exporting.expire()
