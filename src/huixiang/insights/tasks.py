"""What happens to exports by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.insights.exports import actions


@app.task(name="insights.write_export", retry=2)
def write_export(export_id: str) -> None:
    """Write a long file."""
    actions.write(export_id=uuid.UUID(export_id))


@app.periodic(cron="23 3 * * *")
@app.task(name="insights.forget_exports", queueing_lock="insights.forget_exports")
def forget_exports(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: files that were there to be fetched long enough."""
    actions.forget_old()
