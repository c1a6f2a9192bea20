"""Alerts are looked for and told beside everything else."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.retry import RetryStrategy

from huixiang.alerts import delivering, scanning, tallies
from huixiang.alerts.models import Alert, AlertKind
from huixiang.kernel.jobs import queue
from huixiang.workspaces.models import Workspace

FEW: Final = RetryStrategy(max_attempts=5, exponential_wait=6)  # an alert an hour late is worth less than none twice
KEPT: Final = datetime.timedelta(days=365)  # how long what is over can be read


@app.task(name="alerts.look", retry=FEW)
def look(workspace_id: str, kinds: Sequence[str] = ()) -> None:
    """Look by some rules of a workspace, by all when none is named."""
    scanning.look(workspace_id=uuid.UUID(workspace_id), kinds=list(kinds))


def _wake(workspace_id: str, *kinds: AlertKind) -> None:
    scanning.wake(workspace_id=uuid.UUID(workspace_id), kinds=[str(kind) for kind in kinds])


@app.task(name="alerts.red", retry=FEW)
def red(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - a look sees all of them
    """Cases were opened, re-graded, or taken in the war room; what ended is seen by the next look of all rules."""
    _wake(workspace_id, AlertKind.RED, AlertKind.CRITIC, AlertKind.SAFETY, AlertKind.KOC, AlertKind.APPROVAL)


@app.task(name="alerts.clocks", retry=FEW)
def clocks(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """Clocks are about to run out, ran out, or were passed up the chain."""
    _wake(workspace_id, AlertKind.CLOCK, AlertKind.KOC)


@app.task(name="alerts.rise", retry=FEW)
def rise(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """Themes rise, no longer rise, or somebody acknowledged that they do."""
    _wake(workspace_id, AlertKind.RISE)


@app.task(name="alerts.rooms", retry=FEW)
def rooms(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """War rooms owe an update, gave it, or are closed."""
    _wake(workspace_id, AlertKind.ROOM)


@app.task(name="alerts.steps", retry=FEW)
def steps(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """Steps of playbooks are due or late."""
    _wake(workspace_id, AlertKind.STEP)


@app.task(name="alerts.answers", retry=FEW)
def answers(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """Answers wait for somebody's yes, or somebody decided."""
    _wake(workspace_id, AlertKind.APPROVAL)


@app.task(name="alerts.paused", retry=FEW)
def paused(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the same
    """Channels were changed, perhaps paused or resumed."""
    _wake(workspace_id, AlertKind.PAUSED)


@app.task(name="alerts.send", retry=FEW)
def send(receiver: str) -> None:
    """Tell one receiver what is due."""
    delivering.send(receiver=receiver)


@app.periodic(cron="* * * * *")
@app.task(name="alerts.send_due", queueing_lock="alerts.send_due")
def send_due(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: what quiet hours, gathering or a failed try held back, and what was put off until now."""
    now = timezone.now()
    scanning.wake_the_put_off(now)
    delivering.queue_due(now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="alerts.watch", queueing_lock="alerts.watch")
def watch(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every five minutes: count what came in, then a look of every rule, a job a workspace."""
    tallies.count_hours(timezone.now())
    for workspace_id in Workspace.objects.order_by("id").values_list("id", flat=True):
        queue("alerts.look", once=f"alerts.look:{workspace_id}:", workspace_id=str(workspace_id))


@app.periodic(cron="23 3 * * *")
@app.task(name="alerts.forget", queueing_lock="alerts.forget")
def forget(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: counts older than any past that is looked at, alerts that were over a year ago."""
    now = timezone.now()
    tallies.forget(now)
    Alert.objects.filter(closed_at__lt=now - KEPT).delete()
