"""What happens to cases by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.cases import actions, clocks
from huixiang.themes.models import Merge


@app.periodic(cron="* * * * *")
@app.task(name="cases.note_breaches", queueing_lock="cases.note_breaches")
def note_breaches(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: clocks that ran out."""
    clocks.note_breaches()


@app.task(name="cases.follow_merge")
def follow_merge(workspace_id: str, subjects: list[str]) -> None:
    """Themes were merged: the cases of what moved follow."""
    _follow(uuid.UUID(workspace_id), subjects, undone=False)


@app.task(name="cases.follow_undone_merge")
def follow_undone_merge(workspace_id: str, subjects: list[str]) -> None:
    """A merge was undone: the cases of what moved back follow."""
    _follow(uuid.UUID(workspace_id), subjects, undone=True)


def _follow(workspace_id: uuid.UUID, targets: list[str], *, undone: bool) -> None:
    merges = Merge.objects.filter(workspace_id=workspace_id, target_id__in=[uuid.UUID(target) for target in targets])
    for merge in merges.filter(undone_at__isnull=not undone).order_by("merged_at"):
        theme_id = merge.source_id if undone else merge.target_id
        actions.follow_theme(workspace_id=workspace_id, feedback_ids=merge.feedback_ids, theme_id=theme_id)
