"""Everything a member said and did, and all that was said and done for them, as one story."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from huixiang.announcements.models import Answer, Credit, Notice
from huixiang.cases.models import Turn
from huixiang.cases.states import Direction
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.kernel import pagination
from huixiang.themes.models import Vote


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `thing` is its row: a feedback, turn, vote, answer, credit, notice or journal entry."""

    at: datetime.datetime
    kind: str
    thing: Any = field(compare=False)


def of_member(
    *, workspace_id: uuid.UUID, member_id: uuid.UUID, cursor: str = "", size: int = 30
) -> pagination.Page[Moment]:
    """The latest first; seven statements whatever the length of the story."""
    place = pagination.decode(cursor, pagination.moment)
    before = place[0] if place else timezone.now() + datetime.timedelta(days=1)
    found = [moment for source in SOURCES for moment in source(workspace_id, member_id, before, size + 1)]
    found.sort(key=lambda moment: (moment.at, moment.kind), reverse=True)
    rows = found[: size + 1]
    return pagination.cut(rows, size, "at")


def _said(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Feedback.objects.filter(workspace_id=workspace_id, member_id=member_id, said_at__lt=before)
    for row in rows.select_related("account").defer("embedding").order_by("-said_at")[:size]:
        yield Moment(row.said_at, "feedback", row)


def _turns(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    """What was said in cases; the words that opened one stand there as feedback already."""
    rows = Turn.objects.filter(workspace_id=workspace_id, case__member_id=member_id, at__lt=before)
    rows = rows.select_related("case", "by__user").order_by("-at", "-id")
    kinds = {Direction.INBOUND: "wrote", Direction.OUTBOUND: "answered", Direction.NOTE: "note"}
    for row in rows[:size]:
        if row.direction != Direction.INBOUND or row.at != row.case.opened_at:
            yield Moment(row.at, kinds.get(Direction(row.direction), "note"), row)


def _votes(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Vote.objects.filter(workspace_id=workspace_id, member_id=member_id, created_at__lt=before)
    for row in rows.select_related("theme").defer("theme__centre").order_by("-created_at")[:size]:
        yield Moment(row.created_at, "vote", row)


def _answers(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Answer.objects.filter(workspace_id=workspace_id, member_id=member_id, at__lt=before)
    for row in rows.select_related("announcement").order_by("-at")[:size]:
        yield Moment(row.at, "solved", row)


def _credits(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Credit.objects.filter(
        workspace_id=workspace_id, member_id=member_id, dropped=False, announcement__published_at__lt=before
    )
    for row in rows.select_related("announcement").order_by("-announcement__published_at")[:size]:
        if row.announcement.published_at:
            yield Moment(row.announcement.published_at, "credit", row)


def _notices(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Notice.objects.filter(workspace_id=workspace_id, member_id=member_id, created_at__lt=before)
    for row in rows.select_related("announcement", "delivery__account").order_by("-created_at")[:size]:
        yield Moment(row.created_at, "told", row)


def _journal(workspace_id: uuid.UUID, member_id: uuid.UUID, before: datetime.datetime, size: int) -> Iterator[Moment]:
    rows = Entry.objects.filter(workspace_id=workspace_id, subject_id=member_id, at__lt=before)
    for row in rows.select_related("words").order_by("-id")[:size]:
        yield Moment(row.at, "journal", row)


SOURCES = (_said, _turns, _votes, _answers, _credits, _notices, _journal)
