"""DingTalk: what its robot is told, the same words by either way, and the proofs of the calls by HTTP."""

import base64
import datetime
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils.translation import gettext as _

from huixiang.channels.accounts import value, values
from huixiang.channels.contracts import Call, InboundMessage, NotGenuine, ReplyWindow, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.dingtalk.media import named
from huixiang.connectors.payload import check_fresh, found, items, moment, with_files, word
from huixiang.kernel.crypto import keyed_hash

PRIVATE, GROUP = "1", "2"
NOBODYS_ID: Final = "$:"  # how an id begins that DingTalk made up for this robot: it cannot be written to
REMEMBERED: Final = 900  # seconds, longer than a signature is good
A_THOUSAND: Final = 1000


def robot_sign(secret: str, timestamp: str) -> str:
    """What DingTalk's robots sign with: base64 of HMAC-SHA256 over the time and the secret. It covers no body."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")).decode()


def check_robot(account: ChannelAccount, call: Call) -> None:
    """The call is DingTalk's, of the last five minutes. Raises NotGenuine.

    The signature says nothing about the body, so it is good for one body only: who saw it cannot say something else.
    """
    timestamp, given = call.headers.get("timestamp", ""), call.headers.get("sign", "")
    check_fresh(call, timestamp, in_thousandths=True)
    wanted = [robot_sign(secret, timestamp) for secret in values(account, "client_secret")]
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in wanted):
        raise NotGenuine(_("The signature does not fit: check the secret."))
    key = f"connectors.dingtalk:{account.id}:{keyed_hash('robot sign', given)[:32]}"
    body = sha256(call.body).hexdigest()
    if not cache.add(key, body, REMEMBERED) and cache.get(key) != body:
        raise NotGenuine(_("This signature was used before, for something else."))


def message(account: ChannelAccount, sent: Mapping[str, Any]) -> InboundMessage:
    """What somebody said to the robot. Raises Unreadable."""
    own_id, place = word(sent, "msgId"), word(sent, "conversationId")
    author = word(sent, "senderStaffId") or word(sent, "senderId")
    if not (own_id and place and author):
        raise Unreadable(_("A message has msgId, conversationId and senderStaffId or senderId."))
    group = word(sent, "conversationType") != PRIVATE
    name = word(sent, "conversationTitle") or place
    return InboundMessage(
        external_id=own_id, text=_text(sent), author_id=author, author_name=word(sent, "senderNick"),
        sent_at=moment(_thousandths(sent, "createAt")), thread=place if group else "",
        reply_to=word(sent, "text", "repliedMsg", "msgId"), private=not group,
        group=name if group else "", addressed=True, window=_window(account, sent, author, group=group),
        files=named(sent),
    )  # fmt: skip


def _text(sent: Mapping[str, Any]) -> str:
    """The words, whatever kind of message they came in; of one without words, what it is."""
    words = word(sent, "text", "content") or word(sent, "content", "recognition")
    rich = [word(part, "text") for part in items(sent, "content", "richText")]
    files = {
        "picture": _("picture"), "audio": _("voice"), "video": _("video"),
        "file": word(sent, "content", "fileName") or _("file"),
    }  # fmt: skip
    pictures = [_("picture")] * sum(bool(word(part, "downloadCode")) for part in items(sent, "content", "richText"))
    text = (words or "".join(rich)).strip()
    return with_files(text, [files.get(word(sent, "msgtype"), ""), *pictures])


def _thousandths(sent: Mapping[str, Any], name: str) -> float:
    """A time in thousandths of a second, as a number or as text, in seconds. Raises Unreadable."""
    at = found(sent, name)
    if isinstance(at, str) and at.isascii() and at.isdigit() and len(at) < len("17900000000000"):
        at = int(at)
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise Unreadable(_("The message has no time."))
    return at / A_THOUSAND


def _window(account: ChannelAccount, sent: Mapping[str, Any], author: str, *, group: bool) -> ReplyWindow | None:
    """The address that takes answers to this talk for about 90 minutes, with its end before it.

    It bounds what may be answered only where there is no other way. Only one of DingTalk's own: it is not signed.
    """
    address = word(sent, "sessionWebhook")
    if not address or not is_dingtalks(account, address):
        return None
    until: datetime.datetime = moment(_thousandths(sent, "sessionWebhookExpiredTime"))
    other = value(account, "client_id") and (group or not author.startswith(NOBODYS_ID))
    return ReplyWindow(until=None if other else until, handle=f"{until.timestamp():.0f} {address}")


def is_dingtalks(account: ChannelAccount, address: str) -> bool:
    """Whether an address is DingTalk's, or the gateway's the account goes by."""
    try:
        host, gateway = urlsplit(address).hostname or "", urlsplit(value(account, "api")).hostname
    except ValueError:
        return False
    return host.endswith(".dingtalk.com") or host == gateway
