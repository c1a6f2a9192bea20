"""Alerts go out beside everything else."""

import uuid
from typing import Final

from procrastinate.contrib.django import app
from procrastinate.retry import RetryStrategy

from huixiang.alerts import actions
from huixiang.alerts.models import AlertKind

FEW: Final = RetryStrategy(max_attempts=5, exponential_wait=6)  # an alert an hour late is worth less than none twice


def _alert(workspace_id: str, kind: str, subjects: list[str]) -> None:
    actions.alert(workspace_id=uuid.UUID(workspace_id), kind=kind, subjects=[uuid.UUID(one) for one in subjects])


@app.task(name="alerts.red")
def red(workspace_id: str, subjects: list[str]) -> None:
    """Cases were opened or re-graded."""
    _alert(workspace_id, AlertKind.RED, subjects)


@app.task(name="alerts.rise")
def rise(workspace_id: str, subjects: list[str]) -> None:
    """Themes rise."""
    _alert(workspace_id, AlertKind.RISE, subjects)


@app.task(name="alerts.paused")
def paused(workspace_id: str, subjects: list[str]) -> None:
    """Channels were changed, perhaps paused."""
    _alert(workspace_id, AlertKind.PAUSED, subjects)


@app.task(name="alerts.send", retry=FEW)
def send(target_id: str, kind: str, subjects: list[str]) -> None:
    """Tell one address."""
    actions.send(target_id=uuid.UUID(target_id), kind=kind, subjects=[uuid.UUID(one) for one in subjects])


@app.periodic(cron="* * * * *")
@app.task(name="alerts.look_for_failures", queueing_lock="alerts.look_for_failures")
def look_for_failures(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what could not be delivered."""
    actions.look_for_failures()
