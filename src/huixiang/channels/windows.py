"""What platforms allow in answer to a message: kept with the conversation, so that it is known before sending."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage, connector, place_of
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.splitting import pieces
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Open:
    """Whether a conversation can be answered now, until when, and how many answers are left; None: no bound."""

    now: bool
    until: datetime.datetime | None
    left: int | None


def note(*, account: ChannelAccount, messages: Sequence[InboundMessage]) -> None:
    """Keep the window and the group of the latest message of each conversation: two statements at most.

    A message that comes late does not shorten the window that a newer one opened.
    """
    latest: dict[str, InboundMessage] = {}
    for message in messages:
        place = place_of(thread=message.thread, private=message.private, author_id=message.author_id)
        if (message.window or message.group) and (place not in latest or latest[place].sent_at <= message.sent_at):
            latest[place] = message
    later = _open_longer(account, latest)
    rows = [_row(account, place, message) for place, message in sorted(latest.items()) if place not in later]
    if rows:
        Conversation.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["account", "external_id"],
            update_fields=["group", "reply_until", "reply_left", "reply_handle"],
        )  # fmt: skip


def _open_longer(account: ChannelAccount, latest: Mapping[str, InboundMessage]) -> set[str]:
    """The places whose window is known to end later than that of the message given here."""
    until = {place: one.window.until for place, one in latest.items() if one.window and one.window.until}
    if not until:
        return set()
    known = Conversation.objects.filter(account=account, external_id__in=list(until), reply_until__isnull=False)
    ends = known.values_list("external_id", "reply_until")
    return {place for place, stored in ends if stored and stored > until[place]}


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


def parts_of(text: str, kind: str) -> int:
    """How many messages a text takes on this kind of channel."""
    by = connector(kind)
    return len(pieces(text, by.longest, in_bytes=by.in_bytes))


def why_not(conversation: Conversation | None, kind: str, parts: int) -> str:
    """Why the platform does not take an answer of so many messages here now, in a sentence; "" when it does."""
    window = open_now(conversation, kind)
    if window.until is not None and window.until <= timezone.now():
        return _("The time in which this platform takes an answer is over. It opens again when they write.")
    if not window.now:
        return _("The platform takes no more answers to their last message. It opens again when they write.")
    if window.left is not None and parts > window.left:
        return _(
            "This is too long: it would go out as %(parts)d messages, and the platform takes only %(left)d more to "
            "their last one. Shorten it; it opens again when they write."
        ) % {"parts": parts, "left": window.left}
    return ""


def fits(conversation: Conversation | None, kind: str, text: str) -> None:
    """Raises Refused, with why, where the platform takes no answer now, or fewer messages than the text needs."""
    why = why_not(conversation, kind, parts_of(text, kind))
    if why:
        raise Refused(why)


def groups(workspace_id: uuid.UUID) -> QuerySet[Conversation]:
    """The groups that were heard of."""
    return Conversation.objects.filter(workspace_id=workspace_id).exclude(group="").select_related("account")
