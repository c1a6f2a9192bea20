"""Messages that were not kept as feedback or could not be read: to look through, to bring back."""

import uuid
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.intake import actions, queries
from huixiang.intake.models import Message
from huixiang.kernel import pagination
from huixiang.kernel.errors import Refused
from huixiang.triage.actions import keep_as_feedback
from huixiang.workspaces.roles import Permission

router = Router(tags=["Messages"])
MESSAGE = "/messages/{uuid:message_id}"


class LeftFilter(filters.Paged):
    """Which of the two."""

    state: Literal["noise", "parked"] = Field("noise", description="noise: not feedback; parked: could not be read.")


class LeftMessage(Schema):
    """A message that became no feedback."""

    id: uuid.UUID
    state: Literal["noise", "parked"]
    channel: str
    author: str
    text: str = Field(description="Masked; empty when it could not be masked or is erased.")
    error: str = Field(description="Why it could not be read.")
    erased: bool = Field(description="Whether the text is gone: it cannot be brought back.")
    sent_at: datetime
    received_at: datetime


class LeftPage(Schema):
    """Newest first; give next_cursor back as cursor until it is null."""

    messages: list[LeftMessage]
    next_cursor: str | None


@router.get("/messages/left-out", auth=keys.read, response=shapes.answers(LeftPage), summary="Messages left out")
def listing(request: keys.KeyedRequest, asked: Query[LeftFilter]) -> Any:
    """What was not taken as feedback, or could not be read. Texts are erased after some days."""
    if asked.cursor and pagination.decode(asked.cursor, pagination.moment, uuid.UUID) is None:
        raise HttpError(422, _("cursor must be a next_cursor of this list."))
    page = queries.by_state(
        workspace=request.auth.workspace, states=[asked.state], cursor=asked.cursor, size=asked.limit
    )
    return {"messages": [_item(row) for row in page.rows], "next_cursor": page.next_cursor}


def _item(row: Message) -> dict[str, Any]:
    plain = ("id", "state", "error", "sent_at", "received_at")
    return {name: getattr(row, name) for name in plain} | {
        "channel": row.account.slug,
        "author": shapes.called(row.member) if row.member else row.author_name,
        "text": row.masked_text,
        "erased": row.erased_at is not None,
    }


def _one(request: keys.KeyedRequest, message_id: uuid.UUID) -> Message:
    found: Message = keys.found(queries.message_by_id(workspace_id=request.auth.workspace_id, message_id=message_id))
    return found


@router.post(MESSAGE + "/keep", auth=keys.feedback, response=shapes.changes(shapes.Done), summary="This is feedback")
def keep(request: keys.KeyedRequest, message_id: uuid.UUID) -> Any:
    """Say that a message left out is feedback: it is read again as such. The correction is kept and learned from."""
    by = keys.acting(request, Permission.HANDLE)
    keep_as_feedback(message=_one(request, message_id), by=by)
    return {"done": True}


@router.post(MESSAGE + "/again", auth=keys.feedback, response=shapes.changes(shapes.Done), summary="Read it again")
def again(request: keys.KeyedRequest, message_id: uuid.UUID) -> Any:
    """Read a parked message again."""
    actor, row = keys.actor(request, Permission.HANDLE), _one(request, message_id)
    if not actions.read_again(workspace_id=row.workspace_id, message_id=row.id, actor=actor):
        raise Refused(_("It is not parked any more."))
    return {"done": True}
