"""Putting a case off: out of the lists of what is to do until its time, or until something happens on it.

Its clocks run on. It comes back by itself, unread to its owner, when the time has come, and before that when the member
writes, a clock warns or runs out, it is graded anew, reopened or given to somebody else.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases import events
from huixiang.cases.marks import mark_unread
from huixiang.cases.models import Case
from huixiang.cases.states import ENDED
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Membership, Workspace

WAKES: Final = (
    "cases.member_spoke", "cases.clock_warned", "cases.clock_breached", "cases.regraded", "cases.state_changed",
    "cases.assigned",
)  # fmt: skip
WORKDAY: Final = "workday"
LOOKED_AT: Final = 60  # days; no holiday is longer
NINE: Final = datetime.time(9)
BATCH: Final = 500


def next_workday(workspace: Workspace, now: datetime.datetime) -> datetime.datetime:
    """When work begins on the first working day after today; nine o'clock tomorrow where nobody ever works."""
    zone, hours = ZoneInfo(workspace.time_zone), WorkingHours.of(workspace)
    today = now.astimezone(zone).date()
    for ahead in range(1, LOOKED_AT):
        day = today + datetime.timedelta(days=ahead)
        if spans := hours.spans(day):
            at = datetime.time(*divmod(min(start for start, _end in spans), 60))
            return datetime.datetime.combine(day, at, zone)
    return datetime.datetime.combine(today + datetime.timedelta(days=1), NINE, zone)


def _after(**span: float) -> Callable[[Workspace, datetime.datetime], datetime.datetime]:
    return lambda _workspace, now: now + datetime.timedelta(**span)


SPANS: Final[dict[str, Callable[[Workspace, datetime.datetime], datetime.datetime]]] = {
    "hours": _after(hours=4),
    WORKDAY: next_workday,
    "days": _after(days=3),
    "week": _after(days=7),
}
"""How long a case can be put off: four hours, until the next working day begins, three days, a week."""
SAID: Final[dict[str, Promise]] = {
    "hours": gettext_lazy("for four hours"),
    WORKDAY: gettext_lazy("until the next working day"),
    "days": gettext_lazy("for three days"),
    "week": gettext_lazy("for a week"),
}


def until(*, span: str, workspace: Workspace, now: datetime.datetime | None = None) -> datetime.datetime:
    """When a case that is put off now comes back. Raises Refused for a span that is not offered."""
    if span not in SPANS:
        raise Refused(_("Choose how long it is put off."))
    return SPANS[span](workspace, now or timezone.now())


@transaction.atomic
def snooze(*, case: Case, at: datetime.datetime, by: Membership) -> None:
    """Put a case off until then. Journal: cases.snoozed. Raises Refused for one that has ended and for a past time."""
    locked = Case.objects.select_for_update(of=("self",), no_key=True).get(id=case.id)
    if locked.state in ENDED:
        raise Refused(_("It has ended. Reopen it first."))
    if at <= timezone.now():
        raise Refused(_("Choose a time that is still to come."))
    case.snoozed_until, case.snoozed_at, case.snoozed_by = at, timezone.now(), by
    case.save(update_fields=["snoozed_until", "snoozed_at", "snoozed_by"])
    event = events.Snoozed(subject=case.id, until=at)
    record(event, workspace_id=case.workspace_id, actor=Actor("staff", by.id))


@transaction.atomic
def wake(*, case: Case, actor: Actor) -> None:
    """Take a case up again before its time. Journal: cases.woken, when it was put off."""
    asleep = Case.objects.select_for_update(of=("self",), no_key=True).filter(id=case.id)
    _wake(list(asleep.filter(snoozed_until__isnull=False)), "by_hand", actor)


@transaction.atomic
def wake_touched(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> int:
    """Something happened on these cases: those that were put off before it are back; returns how many."""
    since = Entry.objects.filter(
        workspace_id=workspace_id, subject_id=OuterRef("id"), name__in=WAKES, at__gt=OuterRef("snoozed_at")
    )
    rows = _asleep().filter(Exists(since), workspace_id=workspace_id, id__in=case_ids)
    return _wake(list(rows.order_by("id")), "news", SYSTEM)


def wake_due(now: datetime.datetime | None = None) -> int:
    """Bring back the cases whose time has come, unread to their owners; returns how many. Journal: cases.woken."""
    due = Case.objects.filter(snoozed_until__lte=now or timezone.now())
    places = list(due.order_by("workspace_id").values_list("workspace_id", flat=True).distinct())
    return sum(_wake_in(workspace_id, now or timezone.now()) for workspace_id in places)


@transaction.atomic
def _wake_in(workspace_id: uuid.UUID, now: datetime.datetime) -> int:
    rows = _asleep().filter(workspace_id=workspace_id, snoozed_until__lte=now)
    return _wake(list(rows.order_by("id")[:BATCH]), "time", SYSTEM)


def _asleep() -> QuerySet[Case]:
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(snoozed_until__isnull=False)
    return rows.select_related("owner__workspace", "snoozed_by__workspace")


def _wake(cases: Sequence[Case], why: str, actor: Actor) -> int:
    if not cases:
        return 0
    Case.objects.filter(id__in=[one.id for one in cases]).update(
        snoozed_until=None, snoozed_at=None, snoozed_by=None
    )
    notes = [Note(events.Woken(subject=one.id, why=why), actor=actor) for one in cases]
    record_all(notes, workspace_id=cases[0].workspace_id)
    if why == "time":
        _show_again(cases)
    return len(cases)


def _show_again(cases: Sequence[Case]) -> None:
    """To their owner, or to who put it off where nobody owns it."""
    theirs: dict[Membership, list[uuid.UUID]] = {}
    for one in cases:
        if whose := one.owner or one.snoozed_by:
            theirs.setdefault(whose, []).append(one.id)
    for somebody, case_ids in theirs.items():
        mark_unread(case_ids=case_ids, by=somebody)
