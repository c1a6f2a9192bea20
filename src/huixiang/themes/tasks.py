"""What happens to themes by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY, queue
from huixiang.themes import actions, regrouping, warning
from huixiang.workspaces.models import Workspace


@app.task(name="themes.forget_feedback", retry=SURELY)
def forget_feedback(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was removed: no theme keeps its words as a name."""
    actions.forget_feedback(
        workspace_id=uuid.UUID(workspace_id), feedback_ids=[uuid.UUID(subject) for subject in subjects]
    )


@app.task(name="themes.regroup", retry=SURELY)
def regroup(workspace_id: str) -> None:
    """Group a workspace's feedback from scratch and propose what would change."""
    regrouping.regroup(workspace_id=uuid.UUID(workspace_id))


@app.periodic(cron="41 3 * * *")
@app.task(name="themes.regroup_all", queueing_lock="themes.regroup_all")
def regroup_all(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: a job a workspace, so that one takes as long as it takes."""
    for workspace_id in Workspace.objects.order_by("id").values_list("id", flat=True):
        queue("themes.regroup", once=f"themes.regroup:{workspace_id}", workspace_id=str(workspace_id))
        warning.wake(workspace_id=workspace_id)


@app.task(name="themes.watch", retry=SURELY)
def watch(workspace_id: str) -> None:
    """Look whether a theme rises faster than its own past, and whether a rise has settled."""
    warning.look(workspace_id=uuid.UUID(workspace_id))
