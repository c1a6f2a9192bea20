"""What happens to cases by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.cases import actions, clocks, erasure
from huixiang.feedback.queries import feedback_by_theme
from huixiang.kernel.jobs import SURELY
from huixiang.themes.models import Merge


@app.periodic(cron="* * * * *")
@app.task(name="cases.note_breaches", queueing_lock="cases.note_breaches")
def note_breaches(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: clocks that ran out."""
    clocks.note_breaches()


@app.task(name="cases.follow_merge", retry=SURELY)
def follow_merge(workspace_id: str, subjects: list[str]) -> None:
    """Themes were merged: the cases of what moved follow."""
    _follow(uuid.UUID(workspace_id), subjects)


@app.task(name="cases.follow_undone_merge", retry=SURELY)
def follow_undone_merge(workspace_id: str, subjects: list[str]) -> None:
    """A merge was undone: the cases of what moved back follow."""
    _follow(uuid.UUID(workspace_id), subjects)


@app.task(name="cases.forget_feedback", retry=SURELY)
def forget_feedback(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was removed: its words leave the cases."""
    erasure.forget_feedback(
        workspace_id=uuid.UUID(workspace_id), feedback_ids=[uuid.UUID(subject) for subject in subjects]
    )


def _follow(workspace_id: uuid.UUID, targets: list[str]) -> None:
    """Where the feedbacks are now counts, whatever was merged and undone since the job was queued."""
    merges = Merge.objects.filter(workspace_id=workspace_id, target_id__in=[uuid.UUID(target) for target in targets])
    moved = {feedback_id for ids in merges.values_list("feedback_ids", flat=True) for feedback_id in ids}
    for theme_id, feedback_ids in feedback_by_theme(workspace_id=workspace_id, ids=moved).items():
        actions.follow_theme(workspace_id=workspace_id, feedback_ids=feedback_ids, theme_id=theme_id)
