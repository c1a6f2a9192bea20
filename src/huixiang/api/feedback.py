"""Feedback: lists, one with its reading and judgement, correcting, removing. Texts are masked."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huixiang.api import filters, finding, keys, shapes
from huixiang.cases.queries import case_labels
from huixiang.feedback import actions, queries
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import show_unmasked
from huixiang.intake.attachments.queries import of_conversation_parts
from huixiang.intake.models import Attachment
from huixiang.intake.queries import messages_of_feedback
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.members.models import CALLED
from huixiang.themes.queries import theme_names
from huixiang.triage.actions import correct_kind
from huixiang.triage.models import Assessment
from huixiang.triage.queries import assessments
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.roles import Permission

router = Router(tags=["Feedback"])
SHOWN = (
    "account__slug", "kind", "sentiment", "severity", "grade", "title", "text", "theme_id", "case_id", "said_at",
    "removed_at", *(f"member__{name}" for name in CALLED), "member__tier",
)  # fmt: skip
DIALS = ("influence", "authenticity", "prevalence", "severity")


class FeedbackFilter(filters.Listed):
    """`since` and `until` are about when it was said."""

    kind: filters.KindName | None = None
    grade: filters.GradeName | None = None
    theme: uuid.UUID | None = Field(None, description="A theme's id.")
    channel: filters.Word = Field("", description="A channel's slug.", examples=["owners-app"])
    member: uuid.UUID | None = Field(None, description="A member's id.")


class FeedbackItem(Schema):
    """A feedback. A removed one keeps its place without its text."""

    id: uuid.UUID
    channel: str
    kind: str
    sentiment: int = Field(description="-1, 0 or 1")
    severity: int = Field(description="0 to 4")
    grade: str = Field(description="red, orange, yellow, blue, or empty")
    title: str
    text: str = Field(description="With phone numbers and the like masked.")
    theme: shapes.ThemeName | None
    case: str | None = Field(description="The case's number.", examples=["HX-1042"])
    case_id: uuid.UUID | None
    member: shapes.MemberName
    said_at: datetime
    removed: bool


class FeedbackPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    feedback: list[FeedbackItem]
    next_cursor: str | None


class Dial(Schema):
    """One dial of a judgement, 0 to 100, with its reason and the words it rests on."""

    name: str
    value: int
    reason: str
    quote: str


class Judgement(Schema):
    """How a feedback was judged last, and by which rule."""

    grade: str
    rule: str
    dials: list[Dial]
    at: datetime


class AspectItem(Schema):
    """One side of the product, and how it is spoken of: -1, 0 or 1."""

    name: str
    sentiment: int


class FeedbackDetail(FeedbackItem):
    """One feedback with what was read in it."""

    language: str
    aspects: list[AspectItem] = Field(description="What it speaks of.")
    emotions: list[str]
    emotion_quote: str
    facts: dict[str, str] = Field(description="scene, steps, expected, actual, version, frequency, evidence")
    missing: list[str] = Field(description="Facts nobody has told yet.")
    escalation: bool = Field(description="Whether it threatens to go public.")
    model_version: str
    removed_reason: str
    assessment: Judgement | None
    attachments: list[shapes.AttachmentItem]


class Similar(Schema):
    """Feedback near by meaning."""

    id: uuid.UUID
    title: str
    kind: str
    grade: str
    nearness: float = Field(description="0 to 1")


class SimilarList(Schema):
    """The nearest first."""

    similar: list[Similar]


class Original(Schema):
    """The words as they arrived, one entry a message."""

    texts: list[str]


class NewKind(shapes.Body):
    """What it really is."""

    kind: filters.KindName


@router.get("/feedback", auth=keys.read, response=shapes.answers(FeedbackPage), summary="List feedback")
def latest(request: keys.KeyedRequest, asked: Query[FeedbackFilter]) -> Any:
    """The workspace's feedback, newest first, narrowed as you like."""
    workspace = request.auth.workspace
    page = filters.page(_narrowed(workspace, asked), asked, "said_at")
    return {"feedback": items(workspace.id, page.rows), "next_cursor": page.next_cursor}


def _narrowed(workspace: Workspace, asked: FeedbackFilter) -> QuerySet[Feedback]:
    rows = Feedback.objects.filter(workspace=workspace).select_related("member", "account").only(*SHOWN)
    narrowed = {
        "kind": asked.kind, "grade": asked.grade, "theme_id": asked.theme, "member_id": asked.member,
        "account__slug": asked.channel,
    }  # fmt: skip
    within = Q(**{field: value for field, value in narrowed.items() if value}) & filters.stretch("said_at", asked)
    return finding.feedback(workspace, rows.filter(within), asked.q, within)


def items(workspace_id: uuid.UUID, rows: list[Feedback]) -> list[dict[str, Any]]:
    """Feedback as FeedbackItem, with themes and cases read at once: two statements."""
    themes = theme_names(workspace_id=workspace_id, ids=[row.theme_id for row in rows])
    cases = case_labels(workspace_id=workspace_id, ids=[row.case_id for row in rows])
    return [_item(row, themes, cases) for row in rows]


def _item(row: Feedback, themes: Mapping[uuid.UUID, str], cases: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    theme = themes.get(row.theme_id) if row.theme_id else None
    return {
        "id": row.id,
        "channel": row.account.slug,
        "kind": row.kind,
        "sentiment": row.sentiment,
        "severity": row.severity,
        "grade": row.grade,
        "title": row.title,
        "text": row.text,
        "theme": {"id": row.theme_id, "name": theme} if theme is not None else None,
        "case": cases.get(row.case_id) if row.case_id else None,
        "case_id": row.case_id,
        "member": shapes.member_name(row.member),
        "said_at": row.said_at,
        "removed": row.removed_at is not None,
    }


def feedback_of(request: keys.KeyedRequest, feedback_id: uuid.UUID) -> Feedback:
    """One feedback of the key's workspace, or 404."""
    found: Feedback = keys.found(
        queries.feedback_by_id(workspace_id=request.auth.workspace_id, feedback_id=feedback_id)
    )
    return found


@router.get(
    "/feedback/{uuid:feedback_id}", auth=keys.read, response=shapes.answers(FeedbackDetail), summary="One feedback"
)
def one(request: keys.KeyedRequest, feedback_id: uuid.UUID) -> Any:
    """What was said, what was read in it, how it was judged."""
    return detail(feedback_of(request, feedback_id))


def detail(row: Feedback) -> dict[str, Any]:
    """A feedback as FeedbackDetail."""
    judged = assessments(workspace_id=row.workspace_id, feedback_ids=[row.id]).get(row.id)
    return items(row.workspace_id, [row])[0] | {
        "language": row.language,
        "aspects": row.aspects,
        "emotions": row.emotions,
        "emotion_quote": row.emotion_quote,
        "facts": {name: str(told) for name, told in row.facts.items()},
        "missing": row.missing,
        "escalation": row.escalation,
        "model_version": row.model_version,
        "removed_reason": row.removed_reason,
        "assessment": judgement(judged),
        "attachments": [shapes.attachment(one) for one in _files(row)],
    }


def _files(row: Feedback) -> list[Attachment]:
    """What came with its messages, in their order: two statements."""
    messages = messages_of_feedback(workspace_id=row.workspace_id, feedback_id=row.id)
    found = of_conversation_parts(message_ids=[message.id for message in messages])
    return [one for message in messages for one in found.get(message.id, [])]


def judgement(judged: Assessment | None) -> dict[str, Any] | None:
    """An assessment as Judgement."""
    if judged is None:
        return None
    dials = [
        {
            "name": name,
            "value": getattr(judged, name),
            "reason": judged.reasons.get(name, {}).get("reason", ""),
            "quote": judged.reasons.get(name, {}).get("quote", ""),
        }
        for name in DIALS
    ]
    return {"grade": judged.grade, "rule": judged.rule_name, "dials": dials, "at": judged.at}


@router.get(
    "/feedback/{uuid:feedback_id}/similar",
    auth=keys.read,
    response=shapes.answers(SimilarList),
    summary="Similar feedback",
)
def similar(request: keys.KeyedRequest, feedback_id: uuid.UUID) -> Any:
    """The ten nearest by meaning."""
    near = queries.similar(feedback_of(request, feedback_id), limit=10)
    return {
        "similar": [
            {
                "id": row.id, "title": row.title, "kind": row.kind, "grade": row.grade,
                "nearness": round(max(0.0, 1 - row.distance), 4),  # type: ignore[attr-defined] # annotated
            }
            for row in near
        ]
    }  # fmt: skip


@router.get(
    "/feedback/{uuid:feedback_id}/original",
    auth=keys.personal,
    response=shapes.answers(Original),
    summary="A feedback unmasked",
)
def original(request: keys.KeyedRequest, feedback_id: uuid.UUID) -> Any:
    """The words with numbers and addresses as they arrived; the journal keeps that the key looked."""
    row, actor = feedback_of(request, feedback_id), keys.actor(request, Permission.UNMASK)
    messages = messages_of_feedback(workspace_id=row.workspace_id, feedback_id=row.id)
    return {"texts": [show_unmasked(message=message, actor=actor) for message in messages]}


@router.post(
    "/feedback/{uuid:feedback_id}/kind",
    auth=keys.feedback,
    response=shapes.changes(FeedbackDetail),
    summary="Correct the kind",
)
def correct(request: keys.KeyedRequest, feedback_id: uuid.UUID, wanted: NewKind) -> Any:
    """Say what a feedback really is; one that now wants a case gets one. The correction is kept and learned from."""
    by = keys.acting(request, Permission.HANDLE)
    correct_kind(feedback=feedback_of(request, feedback_id), kind=wanted.kind, by=by)
    return detail(feedback_of(request, feedback_id))


@router.post(
    "/feedback/{uuid:feedback_id}/remove",
    auth=keys.feedback,
    response=shapes.changes(FeedbackDetail),
    summary="Remove a feedback",
)
def remove(request: keys.KeyedRequest, feedback_id: uuid.UUID, why: shapes.Reason) -> Any:
    """Delete what was said, for good; the place, the counts and the reason stay. Moderators: what is public."""
    by = keys.acting(request, Permission.MODERATE)
    row = feedback_of(request, feedback_id)
    if not row.public:
        keys.acting(request, Permission.DELETE)
    if row.removed_at:
        raise Refused(_("It was removed already."))
    actions.remove(feedback=row, reason=why.reason, actor=Actor("staff", by.id))
    return detail(feedback_of(request, feedback_id))
