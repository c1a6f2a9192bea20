"""Reading corrections, the versions learned from them, and what these would change."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.kernel.pagination import Page, cut, decode, moment
from huixiang.triage.learned import LearnedChange, LearnedVersion
from huixiang.triage.learning.gathering import LEARNABLE
from huixiang.triage.models import Correction

PAGE = 30
MOST_VERSIONS = 100
LONGEST_TITLE = 60


def corrections_of(*, workspace_id: uuid.UUID, subject_ids: Iterable[uuid.UUID]) -> list[Correction]:
    """What people corrected of these feedbacks and did not take back, oldest first: one statement."""
    rows = Correction.objects.filter(workspace_id=workspace_id, subject_id__in=list(subject_ids), undone_at=None)
    return list(rows.select_related("by__user").order_by("at", "id"))


def listed(
    *, workspace_id: uuid.UUID, field: str = "", cursor: str = "", size: int = PAGE,
    since: datetime.datetime | None = None,
) -> Page[Correction]:  # fmt: skip
    """Corrections, also those taken back, newest first; `field` narrows to one finding."""
    rows = Correction.objects.filter(workspace_id=workspace_id).select_related("by__user")
    if field in Correction.Field.values:
        rows = rows.filter(field=field)
    if since:
        rows = rows.filter(at__gte=since)
    if at := decode(cursor, moment, uuid.UUID):
        rows = rows.filter(Q(at__lt=at[0]) | Q(at=at[0], id__lt=at[1]))
    return cut(list(rows.order_by("-at", "-id")[: size + 1]), size, "at", "id")


def counted(workspace_id: uuid.UUID) -> dict[str, int]:
    """How many corrections stand of each finding: one statement."""
    rows = Correction.objects.filter(workspace_id=workspace_id, undone_at=None)
    return dict(rows.order_by().values_list("field").annotate(number=Count("id")))


def learnable(workspace_id: uuid.UUID) -> int:
    """Of how many feedbacks and messages something was corrected that can be learned."""
    rows = Correction.objects.filter(workspace_id=workspace_id, undone_at=None, field__in=LEARNABLE)
    return int(rows.aggregate(number=Count("subject_id", distinct=True))["number"])


def versions(workspace_id: uuid.UUID) -> list[LearnedVersion]:
    """Every version, the newest first, without what it learned."""
    rows = LearnedVersion.objects.filter(workspace_id=workspace_id).defer("adapter", "figures", "effects")
    return list(rows.select_related("by__user", "on_by__user", "replaced").order_by("-number")[:MOST_VERSIONS])


def version_by_id(*, workspace_id: uuid.UUID, version_id: uuid.UUID) -> LearnedVersion | None:
    """One version with its figures."""
    rows = LearnedVersion.objects.filter(workspace_id=workspace_id, id=version_id).defer("adapter")
    return rows.select_related("workspace", "by__user", "on_by__user", "compared_with").first()


def changes(*, version: LearnedVersion, cursor: str = "", size: int = PAGE) -> Page[LearnedChange]:
    """What a version would have read otherwise, the latest first."""
    rows = LearnedChange.objects.filter(version=version)
    if at := decode(cursor, moment, uuid.UUID):
        rows = rows.filter(Q(said_at__lt=at[0]) | Q(said_at=at[0], id__lt=at[1]))
    return cut(list(rows.order_by("-said_at", "-id")[: size + 1]), size, "said_at", "id")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a correction or a change is about, to be shown: a feedback, or a message without one."""

    title: str
    feedback_id: uuid.UUID | None


def subjects(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """The feedback or message behind each id: two statements whatever the number. Erased words are no title."""
    messages = Message.objects.filter(workspace_id=workspace_id, id__in=ids)
    found = {one.id: one for one in messages.only("id", "feedback_id", "masked_text")}
    wanted = {*ids, *(one.feedback_id for one in found.values() if one.feedback_id)}
    titles = dict(Feedback.objects.filter(workspace_id=workspace_id, id__in=wanted).values_list("id", "title"))
    shown = {one: Subject(title, one) for one, title in titles.items()}
    for message in found.values():
        whole = shown.get(message.feedback_id) if message.feedback_id else None
        shown[message.id] = whole or Subject(message.masked_text[:LONGEST_TITLE], None)
    return shown
