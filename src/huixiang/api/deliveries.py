"""Answers out: an app fetches them, shows them, and says so."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Router, Schema
from pydantic import Field

from huixiang.api import keys
from huixiang.api.errors import Error
from huixiang.channels.actions import report_fetched
from huixiang.channels.models import Delivery
from huixiang.channels.queries import account_by_slug, accounts_of_deliveries, waiting_to_be_fetched

MOST = 500

router = Router(tags=["Deliveries"])


class Answer(Schema):
    """A message for one person, to be shown by your app."""

    id: uuid.UUID
    recipient: str = Field(description="author.id of the person it is for.", examples=["u-9"])
    thread: str = Field(description="Where it belongs; empty for a notice.", examples=["t-3"])
    subject: str
    text: str
    link: str
    purpose: str = Field(description="reply, notice or confirmation", examples=["reply"])
    created_at: datetime


class Answers(Schema):
    """The oldest waiting answers; they come again until they are reported delivered."""

    deliveries: list[Answer]


class Shown(Schema):
    """Which answers your app has shown."""

    ids: list[uuid.UUID] = Field(max_length=MOST)


class Counted(Schema):
    """How many of them were waiting for that; reporting twice counts 0."""

    delivered: int


@router.get(
    "/deliveries",
    auth=keys.deliver,
    response={200: Answers, frozenset({401, 403, 404, 422, 429}): Error},
    summary="Fetch waiting answers",
)
def waiting(request: keys.KeyedRequest, channel: str, limit: Annotated[int, Field(ge=1, le=MOST)] = 100) -> Any:
    """The answers of one channel account that your app has still to show, oldest first."""
    account = account_by_slug(workspace=request.auth.workspace, slug=channel)
    if account is None:
        raise Http404
    return {"deliveries": [_answer(delivery) for delivery in waiting_to_be_fetched(account=account, limit=limit)]}


def _answer(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "recipient": delivery.recipient,
        "thread": delivery.conversation.external_id if delivery.conversation else "",
        "subject": delivery.subject_line,
        "text": delivery.text,
        "link": delivery.link,
        "purpose": delivery.purpose,
        "created_at": delivery.created_at,
    }


@router.post(
    "/deliveries/delivered",
    auth=keys.deliver,
    response={200: Counted, frozenset({400, 401, 403, 409, 413, 415, 422, 429}): Error},
    summary="Report answers shown",
)
def delivered(request: keys.KeyedRequest, shown: Shown) -> Any:
    """Ends these deliveries. Ids that are unknown or were reported before are passed over."""
    accounts = accounts_of_deliveries(workspace=request.auth.workspace, delivery_ids=shown.ids)
    return {"delivered": sum(report_fetched(account=account, delivery_ids=shown.ids) for account in accounts)}
