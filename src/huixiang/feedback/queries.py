"""Finding feedback."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count
from pgvector.django import CosineDistance

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.kernel import pagination
from huixiang.workspaces.models import Workspace


def feedback_by_id(*, workspace_id: uuid.UUID, feedback_id: uuid.UUID) -> Feedback | None:
    """One feedback with member and account."""
    found = Feedback.objects.filter(workspace_id=workspace_id, id=feedback_id)
    return found.select_related("member", "account").first()


def latest(
    *,
    workspace: Workspace,
    kinds: Sequence[str] = (),
    theme_id: uuid.UUID | None = None,
    cursor: str = "",
    size: int = 50,
) -> pagination.Page[Feedback]:
    """Feedback newest first, of these kinds, of this theme."""
    found = (
        Feedback.objects.filter(workspace=workspace).select_related("member", "account").defer("embedding")
    )
    if kinds:
        found = found.filter(kind__in=kinds)
    if theme_id:
        found = found.filter(theme_id=theme_id)
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        when = place[0]
        found = found.filter(said_at__lte=when).exclude(said_at=when, id__gte=place[1])
    rows = list(found.order_by("-said_at", "-id")[: size + 1])
    return pagination.cut(rows, size, "said_at", "id")


def kind_counts(workspace: Workspace) -> dict[str, int]:
    """How much feedback of each kind there is."""
    counted = Feedback.objects.filter(workspace=workspace).values_list("kind")
    return dict(counted.annotate(number=Count("id")))


def of_case(*, workspace_id: uuid.UUID, case_id: uuid.UUID) -> list[Feedback]:
    """What a case is about, oldest first."""
    found = Feedback.objects.filter(workspace_id=workspace_id, case_id=case_id)
    return list(found.select_related("member", "account").defer("embedding").order_by("said_at"))


def similar(feedback: Feedback, limit: int = 5) -> list[Feedback]:
    """The nearest by meaning in the workspace, with `distance` (cosine), the feedback itself left out.

    The index is scanned on until enough of this workspace are found (pgvector ≥ 0.8).
    """
    if feedback.embedding is None:
        return []
    near = Feedback.objects.filter(workspace_id=feedback.workspace_id, removed_at=None).exclude(
        id=feedback.id
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return list(
            near.defer("embedding")
            .annotate(distance=CosineDistance("embedding", feedback.embedding))
            .order_by("distance")[:limit]
        )


def of_members(
    *, workspace_id: uuid.UUID, member_ids: Sequence[uuid.UUID], limit: int = 50
) -> list[Feedback]:
    """What these people said, newest first."""
    found = Feedback.objects.filter(workspace_id=workspace_id, member_id__in=member_ids, removed_at=None)
    return list(found.defer("embedding").order_by("-said_at")[:limit])


def of_conversation(*, workspace_id: uuid.UUID, conversation_id: uuid.UUID) -> Feedback | None:
    """The latest feedback said in a conversation."""
    found = Feedback.objects.filter(workspace_id=workspace_id, conversation_id=conversation_id)
    return found.defer("embedding").order_by("-said_at").first()


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of one source: how much feedback, how many cases, grades, and feedback a theme, largest first."""

    feedback: int
    cases: int
    grades: dict[str, int]
    themes: dict[uuid.UUID, int]


def tally(*, account: ChannelAccount) -> Tally:
    """What the messages of one channel account became."""
    found = Feedback.objects.filter(account=account)
    themes = found.exclude(theme_id=None).values_list("theme_id").annotate(number=Count("id"))
    return Tally(
        feedback=found.count(),
        cases=found.aggregate(number=Count("case_id", distinct=True))["number"],
        grades=dict(found.values_list("grade").annotate(number=Count("id"))),
        themes=dict(themes.order_by("-number")),
    )


def voice_of_another(*, theme_id: uuid.UUID, member_id: uuid.UUID) -> str:
    """How somebody else put the same matter, the latest; "" when nobody else did."""
    others = Feedback.objects.filter(theme_id=theme_id, removed_at=None).exclude(member_id=member_id)
    return others.order_by("-said_at").values_list("title", flat=True).first() or ""
