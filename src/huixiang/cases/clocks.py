"""Starting, resting, meeting and stopping a case's clocks, and keeping the inbox order true to them.

First and next answer run until we answer. The resolution runs until the case is solved and rests while it is the
member's turn. What the theme owes the public is in clocks_public.py; warnings and breaches are in clocks_watch.py.
"""

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Case as Choose
from django.db.models import DateTimeField, Exists, Min, OuterRef, Q, Value, When
from django.utils import timezone

from huixiang.cases import clocks_public, events
from huixiang.cases.clocks_allowed import Rules
from huixiang.cases.clocks_due import allow, resume
from huixiang.cases.clocks_models import COUNTS_DOWN, RUNS, Clock, ClockName
from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.cases.urgency import urgency
from huixiang.journal.actions import Note, record_all
from huixiang.workspaces.models import Workspace

ANSWERS = (ClockName.FIRST_ANSWER, ClockName.NEXT_ANSWER)
RESOLVED = (CaseState.SOLVED, CaseState.CONFIRMED)
COUNTED = (
    "due_at", "warn_at", "allowed_minutes", "around_the_clock", "warn_share", "breach_noted_at", "escalate_at",
    "level", "warned_at", "stopped_at",
)  # fmt: skip


def start_many(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Start first answer and resolution of new cases, and what their themes owe the public.

    A few statements whatever the number. Journal: cases.clock_started, cases.promise_started.
    """
    if not cases:
        return
    rules = Rules.of(workspace)
    names = (ClockName.FIRST_ANSWER, ClockName.RESOLUTION)
    made = [clock for case in cases for name in names for clock in _new(case, name, case.begins_at, rules)]
    Clock.objects.bulk_create(made)
    _order(cases, made)
    record_all([_started(clock) for clock in made], workspace_id=workspace.id)
    clocks_public.take_in(workspace=workspace, cases=cases, rules=rules)


def _new(case: Case, name: str, at: datetime.datetime, rules: Rules) -> list[Clock]:
    """The clock, not stored yet; none where its grade's standard has none."""
    allowance = rules.allowed[case.grade].get(name)
    if allowance is None:
        return []
    clock = Clock(workspace_id=case.workspace_id, case=case, name=name, started_at=at)
    allow(clock, allowance, rules.hours, now=at)
    return [clock]


def _started(clock: Clock) -> Note:
    return Note(events.ClockStarted(subject=clock.case_id, clock=clock.name, due_at=clock.due_at))  # type: ignore[arg-type]


def start(case: Case, name: str, *, at: datetime.datetime, rules: Rules | None = None) -> Rules | None:
    """It is our turn again: an answer is due, unless one is already, and the resolution runs on, or begins anew.

    Not for historical cases. Returns the rules it counted by, for whoever starts many. Journal: cases.clock_started.
    The caller reorders.
    """
    if case.historical:
        return rules
    running = {clock.name: clock for clock in case.clocks.select_for_update().filter(RUNS)}
    rules = rules or Rules.of(Workspace.objects.get(id=case.workspace_id))
    names = [] if any(one in running for one in ANSWERS) else [name]
    if ClockName.RESOLUTION not in running:
        names.append(ClockName.RESOLUTION)
    made = [clock for one in names for clock in _new(case, one, at, rules)]
    Clock.objects.bulk_create(made)
    resting = running.get(ClockName.RESOLUTION)
    if resting is not None and resting.paused_at:
        resume(resting, rules.hours, at=at)
        resting.save(update_fields=["pauses", "paused_at", "due_at", "warn_at"])
    record_all([_started(clock) for clock in made], workspace_id=case.workspace_id)
    return rules


def regraded(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Cases have another grade: their clocks may take what its standard says, from when they started.

    So do their themes' clocks. A few statements; the cases' place in the inbox follows what is due first.
    """
    if not cases:
        return
    rules, now = Rules.of(workspace), timezone.now()
    grades = {case.id: case.grade for case in cases}
    running = list(Clock.objects.select_for_update().filter(RUNS, case_id__in=list(grades)))
    for clock in running:
        allowance = rules.allowed[grades[clock.case_id]].get(clock.name)  # type: ignore[index]
        if allowance is None:
            clock.stopped_at = now
        else:
            allow(clock, allowance, rules.hours, now=now)
    Clock.objects.bulk_update(running, COUNTED, batch_size=500)
    _order(cases, running)
    clocks_public.follow(workspace=workspace, theme_ids={case.theme_id for case in cases if case.theme_id})


def meet(case: Case, *, at: datetime.datetime) -> None:
    """We answered: whatever answer was due is met, and the resolution rests until the member speaks."""
    running = case.clocks.filter(RUNS)
    running.filter(name__in=ANSWERS).update(met_at=at)
    running.filter(name=ClockName.RESOLUTION, paused_at=None).update(paused_at=at)
    reorder(case)


def stop(case: Case, *, at: datetime.datetime) -> None:
    """The case ended: nothing is due any more; if it was solved, its resolution is met."""
    stop_many(case_ids=[case.id], at=at)
    reorder(case)


def stop_many(*, case_ids: Sequence[uuid.UUID], at: datetime.datetime) -> None:
    """Cases ended, and are stored so: one statement. Their place in the inbox is the caller's to write."""
    solved = Exists(Case.objects.filter(id=OuterRef("case_id"), state__in=RESOLVED))
    met = Q(name=ClockName.RESOLUTION) & Q(solved)
    none, now = Value(None, DateTimeField()), Value(at, DateTimeField())
    Clock.objects.filter(RUNS, case_id__in=case_ids).update(
        met_at=Choose(When(met, then=now), default=none), stopped_at=Choose(When(met, then=none), default=now)
    )


def reorder(case: Case) -> None:
    """Write what is due first, and the place in the inbox that follows from it."""
    counting = case.clocks.filter(COUNTS_DOWN).order_by("due_at")
    case.due_at = counting.values_list("due_at", flat=True).first()
    case.urgency = urgency(case.grade, case.due_at, case.opened_at)
    case.save(update_fields=["due_at", "urgency"])


def reorder_many(*, case_ids: Iterable[uuid.UUID]) -> None:
    """The same for many: three statements, the cases locked by the caller or here, in the order of their ids."""
    cases = list(Case.objects.select_for_update(of=("self",), no_key=True).filter(id__in=set(case_ids)).order_by("id"))
    counting = Clock.objects.filter(COUNTS_DOWN, case__in=cases).values_list("case_id")
    soonest = dict(counting.annotate(first=Min("due_at")))
    for case in cases:
        case.due_at = soonest.get(case.id)
        case.urgency = urgency(case.grade, case.due_at, case.opened_at)
    Case.objects.bulk_update(cases, ["due_at", "urgency"], batch_size=500)


def _order(cases: Sequence[Case], clocks: Sequence[Clock]) -> None:
    """Write what is due first of these clocks, which are all that run of these cases."""
    soonest: dict[uuid.UUID | None, datetime.datetime] = {}
    for clock in clocks:
        if clock.running:
            soonest[clock.case_id] = min(clock.due_at, soonest.get(clock.case_id, clock.due_at))
    for case in cases:
        case.due_at = soonest.get(case.id)
        case.urgency = urgency(case.grade, case.due_at, case.opened_at)
    Case.objects.bulk_update(cases, ["due_at", "urgency"], batch_size=500)
