"""Red cases, KOCs who wait, clocks about to run out."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from huixiang.alerts.models import Severity, SubjectKind
from huixiang.alerts.sighting import MOST, Ask, Sighting
from huixiang.cases.models import Case, Clock
from huixiang.cases.states import TO_DO, UNFINISHED
from huixiang.feedback.models import Feedback, Grade
from huixiang.journal.models import Entry
from huixiang.members.models import Tier

HALF: Final = 0.5
ESCALATED: Final = "cases.clock_escalated"
SPAN: Final = ExpressionWrapper(F("due_at") - F("started_at"), output_field=DurationField())


def red(ask: Ask) -> Sequence[Sighting]:
    """Unfinished red cases, the latest first; older ones that stand go on while they are red."""
    cases = _unfinished(ask).filter(grade=Grade.RED).order_by("-last_at", "-id")
    said = _said(ask, [one.id for one in cases])
    return [
        Sighting(
            subject_kind=SubjectKind.CASE, subject_id=one.id, owner_id=one.owner_id, evidence=said.get(one.id, ()),
            figures={"answered": one.first_answered_at is not None},
        )
        for one in cases
    ]  # fmt: skip


def _unfinished(ask: Ask) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=ask.workspace_id, historical=False, state__in=UNFINISHED)


def _said(ask: Ask, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The feedback of these cases."""
    rows = Feedback.objects.filter(workspace_id=ask.workspace_id, case_id__in=case_ids).order_by("-said_at", "-id")
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for case_id, feedback_id in rows.values_list("case_id", "id")[: 5 * MOST]:
        found.setdefault(case_id, []).append(feedback_id)  # type: ignore[arg-type]
    return found


def _running(ask: Ask) -> QuerySet[Clock]:
    """Clocks that run, of cases that wait for us; the one that is due first of each case comes first."""
    rows = Clock.objects.filter(workspace_id=ask.workspace_id, met_at=None, stopped_at=None)
    return rows.filter(case__state__in=TO_DO, case__historical=False).select_related("case").order_by("due_at", "id")


def koc(ask: Ask) -> Sequence[Sighting]:
    """Cases of KOCs whose clock has used half its time, or that wait for so many hours."""
    half = Q(started_at__lte=ask.now - SPAN * HALF)
    long = Q(case__heard_at__lte=ask.since(hours=ask.rule.number), started_at__lte=ask.since(hours=ask.rule.number))
    rows = _running(ask).filter(half | long, case__member__tier__in=[Tier.KOC, Tier.CORE])
    found: dict[uuid.UUID, Sighting] = {}
    for one in rows.select_related("case__member")[:MOST]:
        found.setdefault(one.case_id, _waiting(ask, one))
    return list(found.values())


def _waiting(ask: Ask, clock: Clock) -> Sighting:
    hours = _hours(ask.now - clock.started_at)
    late = clock.due_at <= ask.now
    return Sighting(
        subject_kind=SubjectKind.CASE, subject_id=clock.case_id, owner_id=clock.case.owner_id, measure=2 if late else 1,
        figures={"tier": clock.case.member.tier, "hours": hours, "due_at": clock.due_at.isoformat(), "late": late},
    )  # fmt: skip


def _hours(span: datetime.timedelta) -> int:
    """Whole hours: the figures change, and are written, once an hour at most."""
    return max(0, int(span.total_seconds() // 3600))


def clock(ask: Ask) -> Sequence[Sighting]:
    """Clocks with so much of their time used; worse once they ran out, worse again with each step up the chain."""
    share = ask.rule.number
    rows = _running(ask).filter(Q(started_at__lte=ask.now - SPAN * share) | Q(due_at__lte=ask.now))
    first: dict[uuid.UUID, Clock] = {}
    for one in rows[:MOST]:
        first.setdefault(one.case_id, one)
    chain = _escalations(ask, list(first))
    return [_ticking(ask, one, chain.get(one.case_id, [])) for one in first.values()]


def _escalations(ask: Ask, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Entry]]:
    """What was escalated of these cases since their clocks began, in order."""
    rows = Entry.objects.filter(
        workspace_id=ask.workspace_id, subject_kind="case", subject_id__in=case_ids, name=ESCALATED
    )
    found: dict[uuid.UUID, list[Entry]] = {}
    for one in rows.order_by("id"):
        found.setdefault(one.subject_id, []).append(one)
    return found


def _ticking(ask: Ask, clock: Clock, chain: Sequence[Entry]) -> Sighting:
    of_this = [one for one in chain if one.data.get("clock") == clock.name and one.at >= clock.started_at]
    level = max((int(one.data.get("level", 1)) for one in of_this), default=0)
    late, grade = clock.due_at <= ask.now, clock.case.grade
    urgent = late and grade == Grade.RED
    return Sighting(
        subject_kind=SubjectKind.CASE, subject_id=clock.case_id, owner_id=clock.case.owner_id,
        measure=(4**level) * (2 if late else 1), severity=Severity.URGENT if urgent else "",
        also_ids=sorted({uuid.UUID(str(who)) for one in of_this for who in one.data.get("membership_ids", ())}),
        figures={"clock": clock.name, "due_at": clock.due_at.isoformat(), "late": late, "level": level, "grade": grade},
    )  # fmt: skip
