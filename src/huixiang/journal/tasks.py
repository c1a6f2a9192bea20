"""The sealer."""

from procrastinate.contrib.django import app

from huixiang.journal import sealing


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal")
def seal(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Seal every ripe entry of every workspace."""
    for workspace_id in sealing.waiting_workspaces():
        while sealing.seal(workspace_id) == sealing.BATCH:
            pass
