"""What Weibo's fans' service platform sends: private messages to a verified account.

The signature covers time and nonce, not the body: a nonce is taken with one body only. A message has no id of its own
in the JSON; it is known by who wrote what when.
"""

import datetime
import hmac
from hashlib import sha1, sha256
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from huixiang.channels.accounts import values
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, NotGenuine, ReplyWindow, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import STALE_SECONDS, check_fresh, json_object, with_files, word

ANSWERABLE: Final = datetime.timedelta(hours=48)
WRITTEN: Final = "%a %b %d %H:%M:%S %z %Y"
TEXT: Final = "text"


def signature_of(secret: str, timestamp: str, nonce: str) -> str:
    """Weibo's signature."""
    joined = "".join(sorted([secret, timestamp, nonce]))
    return sha1(joined.encode(), usedforsecurity=False).hexdigest()


def check_signature(account: ChannelAccount, call: Call) -> None:
    """By any secret that is good now; every nonce for one body. Raises NotGenuine."""
    at, nonce, given = (call.query.get(name, "") for name in ("timestamp", "nonce", "signature"))
    check_fresh(call, at, in_thousandths=True)
    wanted = [signature_of(secret, at, nonce) for secret in values(account, "app_secret")]
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in wanted):
        raise NotGenuine(_("The signature does not fit: check the App Secret."))
    key = f"weibo:{account.id}:{sha256(f'{at}:{nonce}'.encode()).hexdigest()}"
    body = sha256(call.body).hexdigest()
    if not cache.add(key, body, 2 * STALE_SECONDS) and cache.get(key) != body:
        raise NotGenuine(_("This signature was used before, for something else."))


def heard(call: Call) -> Heard:
    """What a genuine call brought. Raises Unreadable."""
    if call.method == "GET":
        return Heard(answer=Answer(call.query.get("echostr", "")))
    if call.body.lstrip().startswith(b"<"):
        raise Unreadable(_("Weibo sends XML: choose JSON as the form of messages."))
    read = message(json_object(call.body))
    return Heard([read] if read else [])


def message(said: dict[str, Any]) -> InboundMessage | None:
    """One message; None for an event. Raises Unreadable."""
    kind, author, at = word(said, "type"), word(said, "sender_id"), word(said, "created_at")
    names = {"image": _("photo"), "voice": _("voice message"), "position": _("location")}
    if kind != TEXT and kind not in names:
        return None
    text = with_files("" if kind != TEXT else word(said, "text"), [names.get(kind, "")])
    if not author:
        raise Unreadable(_("A message without its author."))
    once = sha256(
        "\n".join((author, at, kind, word(said, "text"), word(said, "data", "tovfid"))).encode("utf-8", "replace")
    )
    sent_at = _written(at)
    return InboundMessage(
        external_id=f"weibo:{once.hexdigest()[:40]}", text=text, author_id=author, author_name="", sent_at=sent_at,
        private=True, addressed=True, window=ReplyWindow(sent_at + ANSWERABLE),
    )  # fmt: skip


def _written(at: str) -> datetime.datetime:
    """Weibo writes times like Mon Jul 16 18:09:20 +0800 2012. Raises Unreadable."""
    try:
        return datetime.datetime.strptime(at, WRITTEN).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(_("The message has no time.")) from error
