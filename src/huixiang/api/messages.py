"""Messages in, and what became of them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import OperationalError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from psycopg.errors import DeadlockDetected
from pydantic import Field

from huixiang.api import incoming, keys
from huixiang.api.errors import Error
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import accounts_by_slug
from huixiang.intake.actions import REFUSED, Receipt, receive
from huixiang.intake.queries import message_by_id
from huixiang.workspaces.models import Workspace

MOST = 1_000
TRIES = 3

router = Router(tags=["Messages"])


class Batch(Schema):
    """Up to 1,000 messages. Each is judged by itself: one bad item does not sink the others."""

    messages: list[Any] = Field(json_schema_extra={"items": incoming.described(), "maxItems": MOST})


class Result(Schema):
    """What became of one message. A duplicate's id is that of the message stored first."""

    external_id: str = Field(examples=["a-17"])
    status: Literal["stored", "duplicate", "refused"]
    id: uuid.UUID | None = None
    error: str | None = Field(None, description="Why it was refused, in a sentence naming the field.")


class Results(Schema):
    """One result a message, in the order given."""

    results: list[Result]


class MessageState(Schema):
    """How far a message is: pending, feedback, turn (continues a case), noise or parked."""

    id: uuid.UUID
    channel: str
    external_id: str
    state: str
    error: str
    sent_at: datetime
    received_at: datetime
    feedback_id: uuid.UUID | None


@router.post(
    "/messages",
    auth=keys.ingest,
    response={202: Results, frozenset({400, 401, 403, 409, 413, 415, 422, 429}): Error},
    exclude_none=True,
    summary="Send messages in",
)
def send(request: keys.KeyedRequest, batch: Batch) -> Any:
    """Stores each message once and has them read in the background. Sending the same again is safe."""
    if len(batch.messages) > MOST:
        raise HttpError(413, _("Up to %(most)d messages can be sent at once.") % {"most": MOST})
    return Status(202, {"results": _taken(request.auth.workspace, batch.messages)})


def _taken(workspace: Workspace, items: Sequence[Any]) -> list[dict[str, Any]]:
    slugs = {slug for item in items if (slug := incoming.channel_of(item))}
    accounts = accounts_by_slug(workspace=workspace, slugs=slugs) if slugs else {}
    read = [incoming.understood(item, accounts) for item in items]
    receipts = iter(_stored([found for found in read if not isinstance(found, str)]))
    return [
        {"external_id": incoming.id_of(item), "status": REFUSED, "error": found}
        if isinstance(found, str)
        else _said(next(receipts))
        for item, found in zip(items, read, strict=True)
    ]


def _said(receipt: Receipt) -> dict[str, Any]:
    return {
        "external_id": receipt.external_id,
        "status": receipt.status,
        "id": receipt.id,
        "error": receipt.error or None,
    }


def _stored(found: Sequence[tuple[ChannelAccount, InboundMessage]]) -> list[Receipt]:
    """One receipt a message, in order. Who loses a deadlock against another request tries again."""
    for again in reversed(range(TRIES)):
        try:
            return _store(found)
        except OperationalError as error:
            if not again or not isinstance(error.__cause__, DeadlockDetected):
                raise
    return []


@transaction.atomic
def _store(found: Sequence[tuple[ChannelAccount, InboundMessage]]) -> list[Receipt]:
    receipts: list[Receipt | None] = [None] * len(found)
    accounts = {account.id: account for account, _message in found}
    for account in sorted(accounts.values(), key=lambda account: account.id):
        places = [place for place, (of, _message) in enumerate(found) if of.id == account.id]
        for place, receipt in zip(
            places, receive(account=account, messages=[found[place][1] for place in places]), strict=True
        ):
            receipts[place] = receipt
    return [receipt for receipt in receipts if receipt]


@router.get(
    "/messages/{uuid:message_id}",
    auth=keys.read,
    response={200: MessageState, frozenset({401, 403, 404, 422, 429}): Error},
    summary="What became of a message",
)
def state(request: keys.KeyedRequest, message_id: uuid.UUID) -> Any:
    """Its state, and the feedback it became."""
    message = message_by_id(workspace_id=request.auth.workspace_id, message_id=message_id)
    if message is None:
        raise Http404
    return {
        "id": message.id,
        "channel": message.account.slug,
        "external_id": message.external_id,
        "state": message.state,
        "error": message.error,
        "sent_at": message.sent_at,
        "received_at": message.received_at,
        "feedback_id": message.feedback_id,
    }
