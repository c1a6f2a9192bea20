"""When a clock is due: from when it started, what it rested, and what it may take. No database here."""

import datetime
from collections.abc import Sequence

from huixiang.cases.clocks_allowed import Allowance
from huixiang.cases.clocks_models import Clock
from huixiang.workspaces.calendars import WorkingHours, due, elapsed

Moment = datetime.datetime
NOTHING = datetime.timedelta()


def reached(
    start: Moment, pauses: Sequence[Moment], allowed: datetime.timedelta, hours: WorkingHours | None
) -> Moment:
    """When so much time has passed since `start`, the pauses (from, to, from, to …) left out."""
    at, left = start, allowed
    for begins, ends in zip(pauses[::2], pauses[1::2], strict=True):
        worked = elapsed(at, begins, hours)
        if worked >= left:
            break
        left, at = left - worked, max(at, ends)
    return due(at, left, hours)


def used(start: Moment, pauses: Sequence[Moment], until: Moment, hours: WorkingHours | None) -> datetime.timedelta:
    """How much of its time a clock has used by `until`."""
    at, worked = start, NOTHING
    for begins, ends in zip(pauses[::2], pauses[1::2], strict=True):
        worked += elapsed(at, min(begins, until), hours)
        at = max(at, ends)
    return worked + elapsed(at, until, hours)


def hours_of(clock: Clock, hours: WorkingHours) -> WorkingHours | None:
    """The hours a clock runs by; none for one that runs around the clock."""
    return None if clock.around_the_clock else hours


def allow(clock: Clock, allowance: Allowance, hours: WorkingHours, *, now: Moment) -> None:
    """Give a clock the time of its standard and count it. What it warned or breached too early is forgotten."""
    clock.allowed_minutes, clock.around_the_clock = allowance.minutes, allowance.around_the_clock
    clock.warn_share = allowance.warn_share
    count(clock, hours)
    if clock.due_at > now:
        clock.breach_noted_at = clock.escalate_at = None
        clock.level = 0
    if clock.warn_at is None or clock.warn_at > now:
        clock.warned_at = None


def count(clock: Clock, hours: WorkingHours) -> None:
    """Write when it is due and when it warns. One without `allowed_minutes` keeps the time it was given."""
    if clock.allowed_minutes is None:
        return
    by, allowed = hours_of(clock, hours), datetime.timedelta(minutes=clock.allowed_minutes)
    clock.due_at = reached(clock.started_at, clock.pauses, allowed, by)
    warns = 0 < clock.warn_share < 100  # noqa: PLR2004 - per cent; none, or only when it is due, is no warning
    clock.warn_at = reached(clock.started_at, clock.pauses, allowed * clock.warn_share / 100, by) if warns else None


def rest(clock: Clock, *, at: Moment) -> None:
    """From now on it is the member's turn."""
    clock.paused_at = at


def resume(clock: Clock, hours: WorkingHours, *, at: Moment) -> None:
    """It is ours again: what it rested is kept, and it is counted anew."""
    if clock.paused_at is None:
        return
    clock.pauses = [*clock.pauses, clock.paused_at, max(at, clock.paused_at)]
    clock.paused_at = None
    count(clock, hours)
