"""Answers everybody would read that wait for a second person's yes."""

import datetime
import uuid
from collections.abc import Sequence

from django.db.models import Q

from huixiang.alerts.looks.cases import said_of
from huixiang.alerts.models import Severity, SubjectKind
from huixiang.alerts.sighting import MOST, Ask, Sighting
from huixiang.cases.models import PendingAnswer
from huixiang.cases.pending import PendingState
from huixiang.feedback.models import Grade


def approval(ask: Ask) -> Sequence[Sighting]:
    """What waits, the longest first, worse once it has waited for so many hours; who decided has seen to it."""
    wanted = Q(state=PendingState.WAITING) | Q(id__in=list(ask.open))
    rows = PendingAnswer.objects.filter(wanted, workspace_id=ask.workspace_id).select_related("case")
    found = list(rows.order_by("at", "id")[:MOST])
    said = said_of(ask, [one.case_id for one in found])
    return [_waiting(ask, one, said.get(one.case_id, ())) for one in found]


def _waiting(ask: Ask, answer: PendingAnswer, said: Sequence[uuid.UUID]) -> Sighting:
    late = answer.at <= ask.now - datetime.timedelta(hours=ask.rule.number)
    return Sighting(
        subject_kind=SubjectKind.ANSWER, subject_id=answer.id, owner_id=answer.case.owner_id, measure=2 if late else 1,
        severity=Severity.URGENT if answer.case.grade == Grade.RED else "", evidence=said,
        figures={"by": str(answer.by_id), "at": answer.at.isoformat(), "late": late},
        over=answer.state != PendingState.WAITING, acknowledged_by_id=answer.decided_by_id,
    )  # fmt: skip
