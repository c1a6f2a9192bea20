"""The reader of what is pending."""

import datetime
import uuid

from procrastinate.contrib.django import app

from huixiang.intake.actions import erase_noise, wake
from huixiang.intake.queries import workspaces_with_pending
from huixiang.kernel.jobs import SURELY
from huixiang.triage import actions, copies, undoing
from huixiang.triage.learning import moves, versions
from huixiang.triage.opinions import actions as opinions
from huixiang.triage.opinions import summaries
from huixiang.workspaces.models import Workspace

AT_A_TIME = 20  # batches a job reads before it lets others in
LOST_AFTER = datetime.timedelta(seconds=30)


@app.task(name="triage.process")
def process(workspace_id: str) -> None:
    """Read every pending message of a workspace."""
    actions.process(workspace_id=uuid.UUID(workspace_id), most_batches=AT_A_TIME)


@app.task(name="triage.undo_import", retry=SURELY)
def undo_import(run_id: str) -> None:
    """Somebody takes an import back."""
    undoing.take_back(uuid.UUID(run_id), most_lots=AT_A_TIME)


@app.periodic(cron="* * * * *")
@app.task(name="triage.wake_forgotten", queueing_lock="triage.wake_forgotten")
def wake_forgotten(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: messages whose wake-up was lost with a killed process."""
    for workspace_id in workspaces_with_pending(older_than=LOST_AFTER):
        wake(workspace_id)


@app.task(name="triage.forget_feedback", retry=SURELY)
def forget_feedback(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was removed: no assessment quotes it any more, and nothing is recognised by its words."""
    removed = [uuid.UUID(subject) for subject in subjects]
    actions.forget_feedback(workspace_id=uuid.UUID(workspace_id), feedback_ids=removed)
    opinions.forget(workspace_id=uuid.UUID(workspace_id), feedback_ids=removed)
    copies.forget(workspace_id=uuid.UUID(workspace_id), feedback_ids=removed)


@app.task(name="triage.second_opinions")
def second_opinions(workspace_id: str, feedback_ids: list[str]) -> None:
    """Ask the workspace's language model about what the engine was not sure of."""
    wanted = [uuid.UUID(one) for one in feedback_ids]
    opinions.give_opinions(workspace_id=uuid.UUID(workspace_id), feedback_ids=wanted)


@app.periodic(cron="11 4 * * *")
@app.task(name="triage.sum_up_themes", queueing_lock="triage.sum_up_themes")
def sum_up_themes(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night, where a language model may: a sentence for themes that have only the program's."""
    for workspace_id in summaries.workspaces():
        summaries.sum_up_workspace(workspace_id)


@app.periodic(cron="41 3 * * *")
@app.task(name="triage.forget_copy_keys", queueing_lock="triage.forget_copy_keys")
def forget_copy_keys(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: the keys of what was said longer ago than copies are looked for."""
    copies.forget_old()


@app.task(name="triage.learn", retry=SURELY)
def learn(version_id: str) -> None:
    """Somebody asked for a version from the corrections: learn, measure, see what would change."""
    versions.make(uuid.UUID(version_id))


@app.task(name="triage.keep_moves", retry=SURELY)
def keep_moves(workspace_id: str, subjects: list[str]) -> None:
    """People took feedback into these themes: each is a correction."""
    moves.keep_moves(workspace_id=uuid.UUID(workspace_id), theme_ids=[uuid.UUID(subject) for subject in subjects])


@app.task(name="triage.drop_moves", retry=SURELY)
def drop_moves(workspace_id: str, subjects: list[str]) -> None:
    """Such moves were taken back: so are the corrections."""
    moves.drop_moves(workspace_id=uuid.UUID(workspace_id), theme_ids=[uuid.UUID(subject) for subject in subjects])


@app.periodic(cron="17 3 * * *")
@app.task(name="triage.erase_noise", queueing_lock="triage.erase_noise")
def erase_old_noise(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: texts of what was not feedback, past the workspace's days."""
    for workspace in Workspace.objects.all():
        erase_noise(workspace_id=workspace.id, kept_days=workspace.noise_kept_days)
