"""Starting, meeting and stopping a case's clocks, and keeping the inbox order true to them."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.cases import events
from huixiang.cases.models import Case, Clock, ClockName
from huixiang.cases.urgency import urgency
from huixiang.journal.actions import Note, record_all
from huixiang.workspaces import calendars
from huixiang.workspaces.models import Workspace

# How long each grade allows until the next answer once a dialogue runs; the first answer's time is the
# workspace's own (playbooks.ResponseStandard).
NEXT_ANSWER = {
    "red": datetime.timedelta(hours=1),
    "orange": datetime.timedelta(hours=4),
    "yellow": datetime.timedelta(hours=9),
    "blue": datetime.timedelta(hours=18),
}


def start_many(*, cases: Sequence[Case], due: Sequence[datetime.datetime], name: str) -> None:
    """Start the same clock on many cases: three statements. Journal: cases.clock_started."""
    if not cases:
        return
    Clock.objects.bulk_create(
        Clock(workspace_id=case.workspace_id, case=case, name=name, started_at=case.begins_at, due_at=until)
        for case, until in zip(cases, due, strict=True)
    )
    for case, until in zip(cases, due, strict=True):
        case.due_at = until
        case.urgency = urgency(case.grade, until, case.opened_at)
    Case.objects.bulk_update(cases, ["due_at", "urgency"], batch_size=500)
    record_all(
        [
            Note(events.ClockStarted(subject=case.id, clock=name, due_at=until))
            for case, until in zip(cases, due, strict=True)
        ],
        workspace_id=cases[0].workspace_id,
    )


def start(case: Case, name: str, *, at: datetime.datetime) -> None:
    """Start the next-answer clock of one case, unless one runs or the case is historical."""
    if case.historical or case.clocks.filter(met_at=None, stopped_at=None).exists():
        return
    hours = None
    if case.grade != "red":
        hours = calendars.WorkingHours.of(Workspace.objects.get(id=case.workspace_id))
    until = calendars.due(at, NEXT_ANSWER[case.grade], hours)
    Clock.objects.create(workspace_id=case.workspace_id, case=case, name=name, started_at=at, due_at=until)
    note = Note(events.ClockStarted(subject=case.id, clock=name, due_at=until))
    record_all([note], workspace_id=case.workspace_id)


def shorten_first_answer(case: Case, until: datetime.datetime) -> None:
    """The grade changed: the running first-answer clock is due at another time."""
    running = case.clocks.filter(name=ClockName.FIRST_ANSWER, met_at=None, stopped_at=None)
    if running.update(due_at=until, breach_noted_at=None):
        reorder(case)


def shorten_first_answers(*, cases: Sequence[Case], due: Sequence[datetime.datetime]) -> None:
    """The grade of many changed: three statements. Their place in the inbox follows what is due first."""
    until = dict(zip((case.id for case in cases), due, strict=True))
    running = list(Clock.objects.filter(case_id__in=list(until), met_at=None, stopped_at=None))
    first = [clock for clock in running if clock.name == ClockName.FIRST_ANSWER]
    for clock in first:
        clock.due_at, clock.breach_noted_at = until[clock.case_id], None
    Clock.objects.bulk_update(first, ["due_at", "breach_noted_at"], batch_size=500)
    soonest: dict[uuid.UUID, datetime.datetime] = {}
    for clock in running:
        soonest[clock.case_id] = min(clock.due_at, soonest.get(clock.case_id, clock.due_at))
    for case in cases:
        case.due_at = soonest.get(case.id)
        case.urgency = urgency(case.grade, case.due_at, case.opened_at)
    Case.objects.bulk_update(cases, ["due_at", "urgency"], batch_size=500)


def meet(case: Case, *, at: datetime.datetime) -> None:
    """We answered: whatever answer was due is met."""
    case.clocks.filter(met_at=None, stopped_at=None).update(met_at=at)
    reorder(case)


def stop(case: Case, *, at: datetime.datetime) -> None:
    """The case ended: nothing is due any more."""
    case.clocks.filter(met_at=None, stopped_at=None).update(stopped_at=at)
    reorder(case)


def stop_many(*, case_ids: Sequence[uuid.UUID], at: datetime.datetime) -> None:
    """Cases ended: one statement. Their place in the inbox is the caller's to write."""
    Clock.objects.filter(case_id__in=case_ids, met_at=None, stopped_at=None).update(stopped_at=at)


def reorder(case: Case) -> None:
    """Write what is due first, and the place in the inbox that follows from it."""
    running = case.clocks.filter(met_at=None, stopped_at=None).order_by("due_at")
    case.due_at = running.values_list("due_at", flat=True).first()
    case.urgency = urgency(case.grade, case.due_at, case.opened_at)
    case.save(update_fields=["due_at", "urgency"])


@transaction.atomic
def note_breaches() -> int:
    """Write every clock that ran out since the last look into the journal; returns how many."""
    now = timezone.now()
    late = list(
        Clock.objects.select_for_update(skip_locked=True)
        .filter(met_at=None, stopped_at=None, breach_noted_at=None, due_at__lt=now)
        .order_by("due_at")[:1_000]
    )
    Clock.objects.filter(id__in=[clock.id for clock in late]).update(breach_noted_at=now)
    per_workspace: dict[uuid.UUID, list[Note]] = {}
    for clock in late:
        note = Note(events.ClockBreached(subject=clock.case_id, clock=clock.name))
        per_workspace.setdefault(clock.workspace_id, []).append(note)
    for workspace_id, notes in per_workspace.items():
        record_all(notes, workspace_id=workspace_id)
    return len(late)
