"""Red cases, KOCs who wait, clocks about to run out."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from huixiang.alerts.models import Sensitivity, Severity, SubjectKind
from huixiang.alerts.sighting import MOST, Ask, Sighting
from huixiang.cases.clocks_models import COUNTS_DOWN
from huixiang.cases.models import Case, Clock, ClockName
from huixiang.cases.states import TO_DO, UNFINISHED
from huixiang.feedback.models import Feedback, Grade
from huixiang.journal.models import Entry
from huixiang.members.models import Tier
from huixiang.war_rooms.models import Red

HALF: Final = 0.5
ESCALATED: Final = ("cases.clock_escalated", "cases.promise_escalated")
ANSWERS: Final = (ClockName.FIRST_ANSWER, ClockName.NEXT_ANSWER)
SPAN: Final = ExpressionWrapper(F("due_at") - F("started_at"), output_field=DurationField())


def red(ask: Ask) -> Sequence[Sighting]:
    """Unfinished red cases, the latest first; older ones that stand go on while they are red."""
    rows = _unfinished(ask).filter(grade=Grade.RED).select_related("red").order_by("-last_at", "-id")
    cases = list(rows[:MOST])
    said = said_of(ask, [one.id for one in cases])
    return [
        Sighting(
            subject_kind=SubjectKind.CASE, subject_id=one.id, owner_id=one.owner_id, evidence=said.get(one.id, ()),
            figures={"answered": one.first_answered_at is not None}, acknowledged_by_id=_taken_by(one),
        )
        for one in cases
    ]  # fmt: skip


def _taken_by(case: Case) -> uuid.UUID | None:
    """Who took it in the war room."""
    mark: Red | None = getattr(case, "red", None)
    return mark.acknowledged_by_id if mark else None


def _unfinished(ask: Ask) -> QuerySet[Case]:
    return Case.objects.filter(workspace_id=ask.workspace_id, historical=False, state__in=UNFINISHED)


def said_of(ask: Ask, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The feedback of these cases."""
    rows = Feedback.objects.filter(workspace_id=ask.workspace_id, case_id__in=case_ids).order_by("-said_at", "-id")
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for case_id, feedback_id in rows.values_list("case_id", "id")[: 5 * MOST]:
        found.setdefault(case_id, []).append(feedback_id)  # type: ignore[arg-type]
    return found


def _running(ask: Ask) -> QuerySet[Clock]:
    """Clocks that count down, of unfinished cases and of themes that owe an announcement."""
    rows = Clock.objects.filter(COUNTS_DOWN, workspace_id=ask.workspace_id)
    ours = Q(case__state__in=UNFINISHED, case__historical=False) | Q(theme__isnull=False)
    return rows.filter(ours).select_related("case__member", "theme").defer("theme__centre").order_by("due_at", "id")


def koc(ask: Ask) -> Sequence[Sighting]:
    """Cases of KOCs whose answer has used half its time, or is waited for so many hours."""
    half = Q(started_at__lte=ask.now - SPAN * HALF)
    long = Q(started_at__lte=ask.since(hours=ask.rule.number))
    rows = _running(ask).filter(half | long, name__in=ANSWERS, case__member__tier__in=[Tier.KOC, Tier.CORE])
    found: dict[uuid.UUID, Sighting] = {}
    for one in rows.filter(case__state__in=TO_DO)[:MOST]:
        if one.case is not None:
            found.setdefault(one.case.id, _waiting(ask, one, one.case))
    return list(found.values())


def _waiting(ask: Ask, clock: Clock, case: Case) -> Sighting:
    late = clock.due_at <= ask.now
    return Sighting(
        subject_kind=SubjectKind.CASE, subject_id=case.id, owner_id=case.owner_id, measure=2 if late else 1,
        figures={
            "tier": case.member.tier, "hours": _hours(ask.now - clock.started_at), "due_at": clock.due_at.isoformat(),
            "late": late,
        },
    )  # fmt: skip


def _hours(span: datetime.timedelta) -> int:
    """Whole hours: the figures change, and are written, once an hour at most."""
    return max(0, int(span.total_seconds() // 3600))


def clock(ask: Ask) -> Sequence[Sighting]:
    """Clocks that warn or ran out; worse once they ran out, worse again with each step up the chain.

    What ran out more than a day ago is no news: it stands in the inbox as overdue.
    """
    warns = {Sensitivity.HIGH: Q(started_at__lte=ask.now - SPAN * HALF), Sensitivity.NORMAL: Q(warn_at__lte=ask.now)}
    rows = _running(ask).filter(due_at__gt=ask.since(days=1))
    rows = rows.filter(Q(due_at__lte=ask.now) | warns.get(Sensitivity(ask.rule.sensitivity), Q(pk__in=[])))
    worst: dict[uuid.UUID, Clock] = {}
    for one in rows.order_by("-level", "due_at", "id")[:MOST]:
        worst.setdefault(_subject(one), one)
    chain = _escalations(ask, [subject for subject, one in worst.items() if one.level])
    return [_ticking(ask, one, chain.get(subject, [])) for subject, one in worst.items()]


def _subject(clock: Clock) -> uuid.UUID:
    subject = clock.case_id or clock.theme_id
    assert subject is not None  # noqa: S101 - a clock is of one of the two, the database holds it to that
    return subject


def _escalations(ask: Ask, subjects: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Entry]]:
    """What was carried up of these cases and themes, in order; none asked for, no statement."""
    if not subjects:
        return {}
    rows = Entry.objects.filter(workspace_id=ask.workspace_id, subject_id__in=subjects, name__in=ESCALATED)
    found: dict[uuid.UUID, list[Entry]] = {}
    for one in rows.order_by("id"):
        found.setdefault(one.subject_id, []).append(one)
    return found


def _ticking(ask: Ask, clock: Clock, chain: Sequence[Entry]) -> Sighting:
    of_this = [one for one in chain if one.data.get("clock", clock.name) == clock.name and one.at >= clock.started_at]
    late, grade = clock.due_at <= ask.now, clock.case.grade if clock.case else ""
    about = clock.case or clock.theme
    return Sighting(
        subject_kind=SubjectKind.CASE if clock.case_id else SubjectKind.THEME, subject_id=_subject(clock),
        owner_id=about.owner_id if about else None, measure=4**clock.level * (2 if late else 1),
        severity=Severity.URGENT if late and grade == Grade.RED else "",
        also_ids=sorted({uuid.UUID(str(who)) for one in of_this for who in one.data.get("membership_ids", ())}),
        figures={"clock": clock.name, "due_at": clock.due_at.isoformat(), "late": late, "level": clock.level},
    )  # fmt: skip
