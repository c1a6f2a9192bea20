"""Corrections: saying what a feedback really is, what was corrected, and taking it back."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.feedback import FeedbackDetail, detail, feedback_of
from huixiang.kernel import pagination
from huixiang.triage.learning import corrections, queries
from huixiang.triage.models import Correction
from huixiang.workspaces.roles import Permission

router = Router(tags=["Feedback"])
FieldName = Literal["grade", "kind", "gate", "sentiment", "severity", "aspects", "theme"]
Sentiment = Annotated[int, Field(ge=-1, le=1)]


class NamedAspect(shapes.Body):
    """One side of the product and how it is spoken of."""

    name: filters.Word
    sentiment: Sentiment


class Better(shapes.Body):
    """What it really is; what is left out stays as it was read."""

    kind: filters.KindName | None = None
    sentiment: Sentiment | None = Field(None, description="-1, 0 or 1")
    severity: Annotated[int, Field(ge=0, le=4)] | None = Field(None, description="0 to 4")
    aspects: list[NamedAspect] | None = Field(
        None, description="All it is about, by the names the desk offers; an empty list for none."
    )
    reason: shapes.Line = Field("", description="Why; it goes into the journal.")


class CorrectionFilter(filters.Paged):
    """Which of them."""

    field: FieldName | None = Field(None, description="Which finding was corrected.")


class CorrectionItem(Schema):
    """What somebody knew better."""

    id: uuid.UUID
    subject_id: uuid.UUID = Field(description="The feedback; for gate, the message.")
    field: FieldName
    before: Any = Field(description="As it was read: a name, a number, a list of aspects, a theme's id.")
    after: Any
    reason: str
    by: shapes.StaffName | None
    at: datetime
    model_version: str
    undone: bool
    undo: uuid.UUID | None = Field(description="The id that takes it back, with what was corrected in the same go.")


class CorrectionPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    corrections: list[CorrectionItem]
    next_cursor: str | None


@router.post(
    "/feedback/{uuid:feedback_id}/correct",
    auth=keys.feedback,
    response=shapes.changes(FeedbackDetail),
    summary="Correct what was read",
)
def correct(request: keys.KeyedRequest, feedback_id: uuid.UUID, wanted: Better) -> Any:
    """Say what a feedback really is. Another severity or sentiment is judged anew, and its case takes the grade."""
    by = keys.acting(request, Permission.HANDLE)
    given = wanted.dict(exclude_none=True, exclude={"reason"})
    corrections.correct(feedback=feedback_of(request, feedback_id), values=given, reason=wanted.reason, by=by)
    return detail(feedback_of(request, feedback_id))


@router.get("/corrections", auth=keys.read, response=shapes.answers(CorrectionPage), summary="List corrections")
def listing(request: keys.KeyedRequest, asked: Query[CorrectionFilter]) -> Any:
    """What people corrected, also what they took back."""
    if asked.cursor and pagination.decode(asked.cursor, pagination.moment, uuid.UUID) is None:
        raise HttpError(422, _("cursor must be a next_cursor of this list."))
    page = queries.listed(
        workspace_id=request.auth.workspace_id, field=asked.field or "", cursor=asked.cursor, size=asked.limit
    )
    return {"corrections": [_item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _item(row: Correction) -> Mapping[str, Any]:
    plain = ("id", "subject_id", "field", "reason", "at", "model_version")
    return {name: getattr(row, name) for name in plain} | {
        "before": _value(row.field, row.before),
        "after": _value(row.field, row.after),
        "by": shapes.staff_name(row.by),
        "undone": row.undone_at is not None,
        "undo": row.batch if corrections.can_take_back(row) else None,
    }


def _value(field: str, text: str) -> Any:
    if field == Correction.Field.ASPECTS:
        return [{"name": name, "sentiment": sentiment} for name, sentiment in json.loads(text)]
    return int(text) if field in {Correction.Field.SENTIMENT, Correction.Field.SEVERITY} else text


@router.post(
    "/corrections/{uuid:correction_id}/undo",
    auth=keys.feedback,
    response=shapes.changes(FeedbackDetail),
    summary="Take a correction back",
)
def undo(request: keys.KeyedRequest, correction_id: uuid.UUID) -> Any:
    """By the `undo` of a correction: what was corrected in one go stands as before, and is not learned from."""
    by = keys.acting(request, Permission.HANDLE)
    workspace_id = request.auth.workspace_id
    keys.found(corrections.batch_exists(workspace_id=workspace_id, batch=correction_id))
    feedback = corrections.take_back(workspace_id=workspace_id, batch=correction_id, by=by)
    return detail(feedback_of(request, feedback.id))
