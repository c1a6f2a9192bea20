"""What platforms allow in answer to a message: kept with the conversation, so that it is known before sending."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from huixiang.channels.contracts import InboundMessage, connector, place_of
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Open:
    """Whether a conversation can be answered now, until when, and how many answers are left; None: no bound."""

    now: bool
    until: datetime.datetime | None
    left: int | None


def note(*, account: ChannelAccount, messages: Sequence[InboundMessage]) -> None:
    """Keep the window and the group of the latest message of each conversation: one statement, none without any."""
    latest: dict[str, InboundMessage] = {}
    for message in messages:
        place = place_of(thread=message.thread, private=message.private, author_id=message.author_id)
        if (message.window or message.group) and (place not in latest or latest[place].sent_at <= message.sent_at):
            latest[place] = message
    rows = [_row(account, place, message) for place, message in sorted(latest.items())]
    if rows:
        Conversation.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["account", "external_id"],
            update_fields=["group", "reply_until", "reply_left", "reply_handle"],
        )  # fmt: skip


def _row(account: ChannelAccount, place: str, message: InboundMessage) -> Conversation:
    window = message.window
    return Conversation(
        id=new_id(), workspace_id=account.workspace_id, account=account, external_id=place, private=message.private,
        group=message.group[:120], reply_until=window.until if window else None,
        reply_left=window.answers if window else None, reply_handle=encrypt(window.handle) if window else "",
    )  # fmt: skip


def handle_of(conversation: Conversation | None) -> str:
    """What the platform wants to hear with an answer here; "" for nothing."""
    return decrypt(conversation.reply_handle) if conversation else ""


def open_now(conversation: Conversation | None, kind: str) -> Open:
    """Whether the platform takes an answer here, as far as is known."""
    window = connector(kind).window(conversation) if conversation else None
    if window is None:
        return Open(now=True, until=None, left=None)
    shut = (window.until is not None and window.until <= timezone.now()) or window.answers == 0
    return Open(not shut, window.until, window.answers)


def groups(workspace_id: uuid.UUID) -> QuerySet[Conversation]:
    """The groups that were heard of."""
    return Conversation.objects.filter(workspace_id=workspace_id).exclude(group="").select_related("account")
