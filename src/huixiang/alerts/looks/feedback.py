"""Words of danger, also in talk that was taken for no feedback; and what influential people criticise."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from huixiang.alerts.models import Severity, SubjectKind
from huixiang.alerts.sighting import EVIDENCE, MOST, Ask, Sighting
from huixiang.cases.models import Case
from huixiang.cases.states import ENDED
from huixiang.engine.normalising import READ_AT_MOST
from huixiang.engine.rules import rules
from huixiang.feedback.models import Feedback, Grade
from huixiang.intake.models import Message, MessageState
from huixiang.themes.models import Theme
from huixiang.triage.models import Assessment

DANGER: Final = 4  # the severity of what threatens life, health or money
DAYS: Final = 3  # a danger nobody spoke of for so long is not told of any more
CRITIC_DAYS: Final = 7
LOOKED_AT: Final = 1_000  # rows of a look, the latest
TALK_AT_ONCE: Final = 500
TALK_BACK: Final = 15  # minutes looked at again: what was read late
KEPT: Final = 20


def _unsettled(ask: Ask, days: int) -> QuerySet[Feedback]:
    """What was said of late whose case, if it has one, has not ended."""
    ended = Case.objects.filter(id=OuterRef("case_id"), state__in=ENDED)
    rows = Feedback.objects.filter(workspace_id=ask.workspace_id, said_at__gt=ask.since(days=days), removed_at=None)
    return rows.filter(historical=False).exclude(Exists(ended))


def safety(ask: Ask) -> Sequence[Sighting]:
    """One sighting a theme of which danger is told, one a channel in whose other talk words of danger stand."""
    rows = _unsettled(ask, DAYS).filter(severity=DANGER).order_by("-said_at", "-id")
    by_subject: dict[tuple[str, uuid.UUID], list[dict[str, Any]]] = {}
    for row in rows.values("id", "theme_id", "case_id", "member_id", "grade")[:LOOKED_AT]:
        kind = SubjectKind.THEME if row["theme_id"] else SubjectKind.CASE
        if subject := row["theme_id"] or row["case_id"]:
            by_subject.setdefault((kind, subject), []).append(dict(row))
    owners = _owners(ask, [subject for kind, subject in by_subject if kind == SubjectKind.THEME])
    found = [_danger(kind, subject, said, owners.get(subject)) for (kind, subject), said in by_subject.items()]
    return [one for one in found if one.measure >= ask.rule.number][:MOST] + _talk(ask)


def _owners(ask: Ask, themes: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID | None]:
    rows = Theme.objects.filter(workspace_id=ask.workspace_id, id__in=themes)
    return dict(rows.values_list("id", "owner_id"))


def _danger(kind: str, subject: uuid.UUID, said: list[dict[str, Any]], owner_id: uuid.UUID | None) -> Sighting:
    people = len({row["member_id"] for row in said})
    red = any(row["grade"] == Grade.RED for row in said)
    return Sighting(
        subject_kind=kind, subject_id=subject, measure=people, severity=Severity.URGENT if red else Severity.HIGH,
        figures={"people": people, "days": DAYS}, evidence=[row["id"] for row in said[:EVIDENCE]], owner_id=owner_id,
    )  # fmt: skip


def _talk(ask: Ask) -> list[Sighting]:
    """Words of danger in what was taken for no feedback: new ones since the last look, and those that stand."""
    heard: dict[uuid.UUID, list[str]] = {}
    for account_id, message_id in _alarming(ask):
        heard.setdefault(account_id, []).append(str(message_id))
    standing = {key: one for key, one in ask.open.items() if one.subject_kind == SubjectKind.ACCOUNT}
    found = []
    for account_id in dict.fromkeys([*heard, *standing]):
        alert = standing.get(account_id)
        if account_id not in heard and alert and alert.last_at < ask.since(days=DAYS):
            continue
        before = alert.figures.get("messages", []) if alert else []
        ids = list(dict.fromkeys([*heard.get(account_id, []), *before]))
        found.append(_gated(account_id, ids[:KEPT]))
    return found


def _alarming(ask: Ask) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(account, message) of what came in since the last look and has words of danger in it."""
    since = max(ask.looked_at or ask.since(days=1), ask.since(days=1))
    rows = Message.objects.filter(
        workspace_id=ask.workspace_id, state=MessageState.NOISE, erased_at=None, historical=False,
        received_at__gt=min(since, ask.since(minutes=TALK_BACK)),
    )  # fmt: skip
    latest = rows.order_by("-received_at", "-id").values_list("account_id", "id", "text")[:TALK_AT_ONCE]
    words = rules("severity")
    return [
        (account_id, message_id)
        for account_id, message_id, text in latest
        if any(hit.level == DANGER for hit in words.hits(text[:READ_AT_MOST]))
    ]


def _gated(account_id: uuid.UUID, ids: list[str]) -> Sighting:
    figures = {"talk": len(ids), "messages": ids}
    return Sighting(
        subject_kind=SubjectKind.ACCOUNT, subject_id=account_id, measure=len(ids), severity=Severity.NOTICE,
        figures=figures,
    )  # fmt: skip


def critic(ask: Ask) -> Sequence[Sighting]:
    """Cases of people with influence who criticised of late, while their case has not ended."""
    strong = Assessment.objects.filter(feedback_id=OuterRef("id"), influence__gte=ask.rule.number)
    rows = _unsettled(ask, CRITIC_DAYS).filter(Exists(strong), sentiment__lt=0, case_id__isnull=False)
    said: dict[uuid.UUID, list[Feedback]] = {}
    for one in rows.select_related("member").defer("embedding", "search", "text").order_by("-said_at", "-id")[:MOST]:
        said.setdefault(one.case_id, []).append(one)  # type: ignore[arg-type]
    owners = Case.objects.filter(workspace_id=ask.workspace_id, id__in=list(said)).values_list("id", "owner_id")
    return [_critical(case_id, said[case_id], owner_id) for case_id, owner_id in owners]


def _critical(case_id: uuid.UUID, said: list[Feedback], owner_id: uuid.UUID | None) -> Sighting:
    member = said[0].member
    return Sighting(
        subject_kind=SubjectKind.CASE, subject_id=case_id, measure=len(said), owner_id=owner_id,
        figures={"tier": member.tier, "reach": member.reach, "said": len(said)}, evidence=[one.id for one in said],
    )  # fmt: skip
