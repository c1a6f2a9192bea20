"""Every minute: clocks that should warn, and clocks that ran out. Nothing is remembered but what stands in their rows.

Whom a breach is carried up to is the playbooks' to know (playbooks/escalation.py).
"""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.cases import events
from huixiang.cases.clocks_models import COUNTS_DOWN, Clock
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Event

AT_ONCE = 1_000


@transaction.atomic
def note_warnings() -> int:
    """Warn of every clock whose share of time is gone; returns how many. What is due already only breaches.

    Journal: cases.clock_warned, cases.promise_warned.
    """
    now = timezone.now()
    waiting = Clock.objects.select_for_update(skip_locked=True).filter(COUNTS_DOWN, warned_at=None, warn_at__lte=now)
    found = list(waiting.order_by("warn_at")[:AT_ONCE])
    Clock.objects.filter(id__in=[clock.id for clock in found]).update(warned_at=now)
    return _tell([(clock, _warned(clock)) for clock in found if clock.due_at > now])


@transaction.atomic
def note_breaches() -> int:
    """Write every clock that ran out since the last look into the journal; returns how many.

    Each is due for the first level of the chain at once. Journal: cases.clock_breached, cases.promise_breached.
    """
    now = timezone.now()
    waiting = Clock.objects.select_for_update(skip_locked=True).filter(COUNTS_DOWN, breach_noted_at=None)
    late = list(waiting.filter(due_at__lt=now).order_by("due_at")[:AT_ONCE])
    Clock.objects.filter(id__in=[clock.id for clock in late]).update(breach_noted_at=now, escalate_at=now)
    return _tell([(clock, _breached(clock)) for clock in late])


def _warned(clock: Clock) -> Event:
    if clock.case_id is None:
        return events.PromiseWarned(subject=clock.theme_id, due_at=clock.due_at)  # type: ignore[arg-type]
    return events.ClockWarned(subject=clock.case_id, clock=clock.name, due_at=clock.due_at)


def _breached(clock: Clock) -> Event:
    if clock.case_id is None:
        return events.PromiseBreached(subject=clock.theme_id)  # type: ignore[arg-type]
    return events.ClockBreached(subject=clock.case_id, clock=clock.name)


def _tell(told: Sequence[tuple[Clock, Event]]) -> int:
    per_workspace: dict[uuid.UUID, list[Note]] = {}
    for clock, event in told:
        per_workspace.setdefault(clock.workspace_id, []).append(Note(event))
    for workspace_id, notes in per_workspace.items():
        record_all(notes, workspace_id=workspace_id)
    return len(told)
