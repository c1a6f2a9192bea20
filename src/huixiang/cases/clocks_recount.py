"""The calendar was changed: what counts down is counted anew, in batches that a killed worker loses none of.

What was breached already stays so, whatever the calendar says now; what rests is counted when it runs on.
"""

import uuid

from django.db import transaction
from django.utils import timezone

from huixiang.cases import clocks, events
from huixiang.cases.clocks_due import count
from huixiang.cases.clocks_models import COUNTS_DOWN, Clock, Recount
from huixiang.cases.models import Case
from huixiang.journal.actions import record
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Workspace

BATCH = 500
KEPT = 20  # recounts of a workspace; older ones are in the journal


def recount(*, workspace_id: uuid.UUID) -> Recount:
    """Count a workspace's clocks anew; one that was cut off begins again and keeps how many it had moved.

    Journal: cases.clocks_recounted, once.
    """
    found = Recount.objects.filter(workspace_id=workspace_id, finished_at=None).order_by("asked_at").first()
    run = found or Recount.objects.create(workspace_id=workspace_id)
    run.reached, run.looked = None, 0
    while _take_some(run):
        pass
    return run


def latest(workspace: Workspace) -> Recount | None:
    """The last recount, for the page that tells how far it is."""
    return Recount.objects.filter(workspace=workspace).order_by("-asked_at").first()


@transaction.atomic
def _take_some(run: Recount) -> bool:
    """One batch; whether more may be left."""
    counting = Clock.objects.filter(COUNTS_DOWN, workspace_id=run.workspace_id, breach_noted_at=None)
    counting = counting.filter(due_at__gt=timezone.now()).exclude(allowed_minutes=None).order_by("id")
    batch = counting.filter(id__gt=run.reached) if run.reached else counting
    rows = list(batch.values_list("id", "case_id")[:BATCH])
    if rows:
        run.reached, run.looked = rows[-1][0], run.looked + len(rows)
        run.moved += _count([row[0] for row in rows], [row[1] for row in rows if row[1]], run.workspace_id)
    if len(rows) < BATCH:
        _finish(run)
    run.save()
    return run.finished_at is None


def _count(clock_ids: list[uuid.UUID], case_ids: list[uuid.UUID], workspace_id: uuid.UUID) -> int:
    """Count these clocks; returns how many are due at another time. Cases are locked before their clocks."""
    list(Case.objects.select_for_update(no_key=True).filter(id__in=case_ids).order_by("id").values_list("id"))
    hours = WorkingHours.of(Workspace.objects.get(id=workspace_id))
    counted = list(Clock.objects.select_for_update().filter(COUNTS_DOWN, id__in=clock_ids).order_by("id"))
    before = {clock.id: clock.due_at for clock in counted}
    for clock in counted:
        count(clock, hours)
    Clock.objects.bulk_update(counted, ["due_at", "warn_at"], batch_size=BATCH)
    moved = [clock for clock in counted if clock.due_at != before[clock.id]]
    clocks.reorder_many(case_ids=[clock.case_id for clock in moved if clock.case_id])
    return len(moved)


def _finish(run: Recount) -> None:
    run.finished_at = timezone.now()
    event = events.ClocksRecounted(subject=run.workspace_id, clocks=run.looked, moved=run.moved)
    record(event, workspace_id=run.workspace_id)
    old = Recount.objects.filter(workspace_id=run.workspace_id).order_by("-asked_at").values("id")[KEPT:]
    Recount.objects.filter(id__in=list(old.values_list("id", flat=True))).delete()
