"""Feedback to read, with what was found in it; texts are masked."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import keys
from huixiang.api.errors import Error
from huixiang.cases.models import Case
from huixiang.cases.queries import cases_by_id
from huixiang.feedback import queries
from huixiang.feedback.models import Feedback, Kind
from huixiang.kernel import pagination
from huixiang.themes.models import Theme
from huixiang.themes.queries import themes_by_id

MOST = 200

router = Router(tags=["Feedback"])


class ThemeName(Schema):
    """The matter a feedback is about."""

    id: uuid.UUID
    name: str


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
    theme: ThemeName | None
    case: str | None = Field(description="The case's number.", examples=["HX-1042"])
    said_at: datetime
    removed: bool


class FeedbackPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    feedback: list[FeedbackItem]
    next_cursor: str | None


@router.get(
    "/feedback",
    auth=keys.read,
    response={200: FeedbackPage, frozenset({401, 403, 422}): Error},
    summary="Read feedback",
)
def latest(
    request: keys.KeyedRequest,
    cursor: str = "",
    kind: str = "",
    theme: uuid.UUID | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50,
) -> Any:
    """The workspace's feedback, of one kind or of one theme if you like."""
    _check(cursor, kind)
    workspace = request.auth.workspace
    page = queries.latest(workspace=workspace, kinds=[kind] if kind else [], theme_id=theme, cursor=cursor, size=limit)
    themes = themes_by_id(workspace_id=workspace.id, ids=[row.theme_id for row in page.rows])
    cases = cases_by_id(workspace_id=workspace.id, ids=[row.case_id for row in page.rows])
    return {"feedback": [_item(row, themes, cases) for row in page.rows], "next_cursor": page.next_cursor}


def _check(cursor: str, kind: str) -> None:
    if kind and kind not in Kind.values:
        raise HttpError(422, _("kind must be one of %(kinds)s.") % {"kinds": ", ".join(Kind.values)})
    if cursor and pagination.decode(cursor, pagination.moment, uuid.UUID) is None:
        raise HttpError(422, _("cursor must be a next_cursor of this list."))


def _item(row: Feedback, themes: Mapping[uuid.UUID, Theme], cases: Mapping[uuid.UUID, Case]) -> dict[str, Any]:
    theme = themes.get(row.theme_id) if row.theme_id else None
    case = cases.get(row.case_id) if row.case_id else None
    return {
        "id": row.id,
        "channel": row.account.slug,
        "kind": row.kind,
        "sentiment": row.sentiment,
        "severity": row.severity,
        "grade": row.grade,
        "title": row.title,
        "text": row.text,
        "theme": {"id": theme.id, "name": theme.name} if theme else None,
        "case": case.label if case else None,
        "said_at": row.said_at,
        "removed": row.removed_at is not None,
    }
