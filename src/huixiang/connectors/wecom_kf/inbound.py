"""What WeCom tells of new messages, and the messages themselves once they were fetched."""

import datetime
from collections.abc import Mapping
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, ReplyWindow, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import found, word
from huixiang.connectors.wechat_calls import echo, marked, opened, seconds_since_1970
from huixiang.connectors.wechat_media import named
from huixiang.intake.acceptance import unstorable
from huixiang.kernel.crypto import decrypt, encrypt, keyed_hash

NEWS: Final = "kf_msg_or_event"
TOKEN_GOOD: Final = 600 - 30  # seconds: a fetch with a callback's token is not held to the strict limit
WRITTEN: Final = datetime.timedelta(hours=48)
ANSWERS: Final = 5
BY_A_CUSTOMER, BY_THE_SYSTEM = 3, 4
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "location": ("name", "address"), "link": ("title", "url"), "miniprogram": ("title",),
    "merged_msg": ("title",), "channels": ("nickname", "title"), "meeting": ("title",), "note": ("title",),
}  # fmt: skip
"""Of a message without a text of its own: the fields that say what it is."""


def checked(account: ChannelAccount, call: Call) -> Heard:
    """The address check: the decrypted text and nothing else, within a second. Raises NotGenuine."""
    return Heard(answer=Answer(echo(account, call, value(account, "corp_id"))))


def told(account: ChannelAccount, call: Call) -> Heard:
    """There is something to fetch; the token that goes with it is kept for the fetching. Raises NotGenuine."""
    sent = opened(account, call, value(account, "corp_id"))
    if sent.get("Event") != NEWS:
        return Heard()
    place, token = sent.get("OpenKfId", ""), sent.get("Token", "")
    if token:
        cache.set(_key(account, place), encrypt(token), TOKEN_GOOD)
    return Heard(fetch=True)


def token_for(account: ChannelAccount, place: str) -> str:
    """The token of the latest callback about this service account, while it is good; "" for none."""
    return decrypt(cache.get(_key(account, place)) or cache.get(_key(account, ""), ""))


def forget_token(account: ChannelAccount, place: str) -> None:
    """The platform does not take it any more."""
    cache.delete_many([_key(account, place), _key(account, "")])


def _key(account: ChannelAccount, place: str) -> str:
    return f"wecom_kf.token:{account.id}:{keyed_hash('service account', place)[:32]}"


def from_a_customer(sent: Mapping[str, Any]) -> bool:
    """Whether a person wrote it: events and what our own staff said in WeCom are none of it."""
    return sent.get("origin") == BY_A_CUSTOMER and word(sent, "msgtype") != "event"


def message(sent: Mapping[str, Any], names: Mapping[str, str]) -> InboundMessage:
    """One message; it may be answered five times in two days, by the account it was written to. Raises Unreadable."""
    at, person = seconds_since_1970(word(sent, "send_time")), word(sent, "external_userid")
    place, kind = word(sent, "open_kfid"), word(sent, "msgtype")
    if unstorable(place) or not (person and place and word(sent, "msgid")):
        raise Unreadable(_("A message has msgid, open_kfid, external_userid, send_time and msgtype."))
    return InboundMessage(
        external_id=word(sent, "msgid"), text=text(sent), author_id=person, author_name=names.get(person, ""),
        sent_at=at, private=True, addressed=True, window=ReplyWindow(at + WRITTEN, ANSWERS, place),
        files=named(kind, word(sent, kind, "media_id"), at),
    )  # fmt: skip


def text(sent: Mapping[str, Any]) -> str:
    """The words, or what stands for a picture, a voice and the like; with its words where it has some."""
    kind = word(sent, "msgtype")
    if kind == "text":
        return word(sent, "text", "content")
    inside = found(sent, kind)
    return marked(kind, *(word(inside, name) for name in WORDS.get(kind, ())))
