"""What happens to exports, the board and the ways of critics by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.insights import board
from huixiang.insights.conversion import ways
from huixiang.insights.exports import actions
from huixiang.insights.models import BoardStale, CriticStale


@app.task(name="insights.write_export", retry=2)
def write_export(export_id: str) -> None:
    """Write a long file."""
    actions.write(export_id=uuid.UUID(export_id))


@app.periodic(cron="23 3 * * *")
@app.task(name="insights.forget_exports", queueing_lock="insights.forget_exports")
def forget_exports(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: files that were there to be fetched long enough."""
    actions.forget_old()


@app.periodic(cron="* * * * *")
@app.task(name="insights.freshen_boards", queueing_lock="insights.freshen_boards")
def freshen_boards(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: the boards nobody looked at meanwhile, so that the next one who does need not wait."""
    for workspace_id in set(BoardStale.objects.values_list("workspace_id", flat=True).distinct()):
        while board.freshen(workspace_id):
            pass


@app.periodic(cron="* * * * *")
@app.task(name="insights.freshen_ways", queueing_lock="insights.freshen_ways")
def freshen_ways(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: the ways of critics nobody looked at meanwhile."""
    for workspace_id in set(CriticStale.objects.values_list("workspace_id", flat=True).distinct()):
        while ways.freshen(workspace_id):
            pass
