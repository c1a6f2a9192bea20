"""What happens to cases by itself."""

import datetime
import uuid

from django.db import transaction
from procrastinate.contrib.django import app

from huixiang.cases import (
    bulk,
    clocks_public,
    clocks_recount,
    clocks_watch,
    collision,
    erasure,
    following,
    leaving,
    snoozing,
)
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.kernel.jobs import SURELY, queue
from huixiang.members.actions import in_touch
from huixiang.themes import moving
from huixiang.themes.models import Merge
from huixiang.workspaces.models import Workspace


@app.periodic(cron="* * * * *")
@app.task(name="cases.note_breaches", queueing_lock="cases.note_breaches")
def note_breaches(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: clocks that should warn, and clocks that ran out."""
    clocks_watch.note_warnings()
    clocks_watch.note_breaches()


@app.periodic(cron="* * * * *")
@app.task(name="cases.wake_due", queueing_lock="cases.wake_due")
def wake_due(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: cases that were put off until now."""
    snoozing.wake_due()


@app.task(name="cases.wake", retry=SURELY)
def wake(workspace_id: str, subjects: list[str]) -> None:
    """Something happened on cases that may be put off."""
    snoozing.wake_touched(workspace_id=uuid.UUID(workspace_id), case_ids=[uuid.UUID(one) for one in subjects])


@app.task(name="cases.recount_clocks", retry=SURELY)
def recount_clocks(workspace_id: str, subjects: list[str]) -> None:  # noqa: ARG001 - the workspace itself
    """The calendar was changed: one after the other, and once for several changes that wait."""
    key = f"cases.recount:{workspace_id}"
    queue("cases.recount", once=key, lock=key, workspace_id=workspace_id)


@app.task(name="cases.recount", retry=SURELY)
def recount(workspace_id: str) -> None:
    """Count what runs anew."""
    clocks_recount.recount(workspace_id=uuid.UUID(workspace_id))


@app.task(name="cases.follow_promises", retry=SURELY)
def follow_promises(workspace_id: str, subjects: list[str]) -> None:
    """Themes went a step or back: what they owe the public follows."""
    _follow_promises(uuid.UUID(workspace_id), {uuid.UUID(subject) for subject in subjects})


@app.task(name="cases.follow_corrections", retry=SURELY)
def follow_corrections(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was read another way, or as before again: what the themes of its cases owe the public follows."""
    found = Feedback.objects.filter(workspace_id=workspace_id, id__in=subjects, case_id__isnull=False)
    cases = Case.objects.filter(workspace_id=workspace_id, id__in=found.values("case_id"), theme_id__isnull=False)
    theme_ids = {one for one in cases.values_list("theme_id", flat=True) if one}
    _follow_promises(uuid.UUID(workspace_id), theme_ids)


def _follow_promises(workspace_id: uuid.UUID, theme_ids: set[uuid.UUID]) -> None:
    workspace = Workspace.objects.get(id=workspace_id)
    clocks_public.follow(workspace=workspace, theme_ids=theme_ids)


@app.task(name="cases.run_bulk", retry=SURELY)
def run_bulk(run_id: str) -> None:
    """Somebody did one thing to many cases: batch by batch, each told in the progress."""
    while bulk.take_some(uuid.UUID(run_id)):
        pass


@app.task(name="cases.undo_bulk", retry=SURELY)
def undo_bulk(run_id: str) -> None:
    """Somebody takes it back: batch by batch as well."""
    while bulk.take_back_some(uuid.UUID(run_id)):
        pass


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


@app.task(name="cases.let_go", retry=SURELY)
def let_go(workspace_id: str, subjects: list[str]) -> None:
    """People left the team: their unfinished cases lose their owner."""
    leaving.let_go(workspace_id=uuid.UUID(workspace_id), membership_ids=[uuid.UUID(subject) for subject in subjects])


@app.task(name="cases.follow_moves", retry=SURELY)
def follow_moves(workspace_id: str, subjects: list[str]) -> None:
    """Feedback went to other themes, or back: its cases follow the larger part."""
    with transaction.atomic():
        targets = [uuid.UUID(subject) for subject in subjects]
        moves = moving.unfollowed(workspace_id=uuid.UUID(workspace_id), targets=targets)
        moved = {feedback_id for one in moves for feedback_id in one.feedback_ids}
        following.follow(workspace_id=uuid.UUID(workspace_id), feedback_ids=moved, parted=True)
        _follow_promises(uuid.UUID(workspace_id), {one for move in moves for one in (move.source_id, move.target_id)})
        moving.note_followed(moves)


def _follow(workspace_id: uuid.UUID, targets: list[str]) -> None:
    """Where the feedbacks are now counts, whatever was merged and undone since the job was queued."""
    merges = Merge.objects.filter(workspace_id=workspace_id, target_id__in=[uuid.UUID(target) for target in targets])
    moved = {feedback_id for ids in merges.values_list("feedback_ids", flat=True) for feedback_id in ids}
    with transaction.atomic():
        following.follow(workspace_id=workspace_id, feedback_ids=moved)
        _follow_promises(workspace_id, {one for pair in merges.values_list("source_id", "target_id") for one in pair})


@app.periodic(cron="17 * * * *")
@app.task(name="cases.forget_the_gone", queueing_lock="cases.forget_the_gone")
def forget_the_gone(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every hour: who had a case open long ago."""
    collision.forget_the_gone()


@app.task(name="cases.note_contact", retry=SURELY)
def note_contact(workspace_id: str, subjects: list[str]) -> None:
    """We wrote: the members' last contact is when we did."""
    ids = [uuid.UUID(subject) for subject in subjects]
    cases = Case.objects.filter(workspace_id=uuid.UUID(workspace_id), id__in=ids)
    last: dict[uuid.UUID, datetime.datetime] = {}
    for member_id, at in cases.values_list("member_id", "last_at"):
        last[member_id] = max(last.get(member_id, at), at)
    in_touch(last=last)
