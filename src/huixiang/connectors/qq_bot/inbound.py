"""What QQ sends to a bot: events signed with Ed25519 by a key both sides make from the bot's secret.

Who wrote is told apart by where: `openid` of a talk of two; `group:member` of a group, where QQ gives a number that is
good in that group only; `guild:server:person` of a channel.
"""

import json
import re
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext as _

from huixiang.channels.accounts import values
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import check_fresh, found, items, with_files, word, written
from huixiang.connectors.qq_bot.media import named as named_files
from huixiang.connectors.qq_bot.windows import ALONE, CHANNEL, DIRECT, GROUP, Kind, opened

SEED_LENGTH: Final = 32
DISPATCH, TAKEN, CHECKING = 0, 12, 13
ALONE_EVENT, GROUP_EVENTS = "C2C_MESSAGE_CREATE", ("GROUP_AT_MESSAGE_CREATE", "GROUP_MESSAGE_CREATE")
CHANNEL_EVENTS, CHANNEL_ALONE_EVENT = ("AT_MESSAGE_CREATE", "MESSAGE_CREATE"), "DIRECT_MESSAGE_CREATE"
NAMED: Final = re.compile(r"<@!?\w+>|<faceType=[^<>]*>")


def key_of(secret: str) -> Ed25519PrivateKey:
    """The key both sides make: the secret, repeated to 32 bytes, is the seed."""
    seed = secret.encode() * (SEED_LENGTH // max(len(secret), 1) + 1)
    return Ed25519PrivateKey.from_private_bytes(seed[:SEED_LENGTH])


def check_signature(account: ChannelAccount, call: Call) -> None:
    """By any secret that is good now, over time and raw body. Raises NotGenuine."""
    at = call.headers.get("x-signature-timestamp", "")
    check_fresh(call, at)
    given = call.headers.get("x-signature-ed25519", "")
    for secret in values(account, "secret"):
        try:
            key_of(secret).public_key().verify(bytes.fromhex(given), at.encode() + call.body)
        except (InvalidSignature, ValueError):
            continue
        return
    raise NotGenuine(_("The signature does not fit: check the secret of the bot."))


def proof(account: ChannelAccount, call: Call, body: dict[str, Any]) -> Answer:
    """QQ's question whether the address is ours: its token, signed with our key. Raises Unreadable, NotGenuine.

    The question itself is not signed. What is signed for it is of another form than an event, so the answer lets
    nobody forge one: an event's body begins with a brace, and this is refused here. QQ waits for the answer, so that a
    question of another time is none of its own.
    """
    token, at = word(body, "d", "plain_token"), word(body, "d", "event_ts")
    if not (re.fullmatch(r"[\w+/=.-]{1,200}", token) and re.fullmatch(r"\d{1,20}", at, re.ASCII)):
        raise Unreadable(_("A check of the address without token or time."))
    check_fresh(call, at)
    signature = key_of(values(account, "secret")[0]).sign(f"{at}{token}".encode()).hex()
    return Answer(json.dumps({"plain_token": token, "signature": signature}), media_type="application/json")


def heard(body: dict[str, Any]) -> Heard:
    """What a genuine event brought. Raises Unreadable."""
    taken = Answer(json.dumps({"op": TAKEN}), media_type="application/json")
    if body.get("op") != DISPATCH:
        return Heard(answer=taken)
    read = message(word(body, "t"), found(body, "d"))
    return Heard([read] if read else [], taken)


def message(event: str, said: Any) -> InboundMessage | None:
    """One message; None for an event that is none, and for bots. Raises Unreadable."""
    if found(said, "author", "bot") is True:
        return None
    if event == ALONE_EVENT:
        return _said(said, ALONE, word(said, "author", "user_openid"), word(said, "author", "user_openid"))
    if event in GROUP_EVENTS:
        group, person = word(said, "group_openid"), word(said, "author", "member_openid")
        return _said(said, GROUP, f"{group}:{person}" if person else "", group, named=event == GROUP_EVENTS[0])
    if event in CHANNEL_EVENTS:
        person = _in_guild(word(said, "guild_id"), said)
        return _said(said, CHANNEL, person, word(said, "channel_id"), named=event == CHANNEL_EVENTS[0])
    if event == CHANNEL_ALONE_EVENT:
        person = _in_guild(word(said, "src_guild_id") or word(said, "guild_id"), said)
        return _said(said, DIRECT, person, word(said, "guild_id"))
    return None


def _in_guild(guild: str, said: Any) -> str:
    return f"guild:{guild}:{word(said, 'author', 'id')}" if word(said, "author", "id") else ""


def _said(said: Any, kind: Kind, person: str, place: str, *, named: bool = True) -> InboundMessage:
    number = word(said, "id")
    if not (number and person and place):
        raise Unreadable(_("A message without its id, author or place."))
    at = written(word(said, "timestamp"))
    files = [word(file, "filename") or word(file, "content_type") for file in items(said, "attachments")]
    return InboundMessage(
        external_id=number, text=with_files(NAMED.sub("", word(said, "content")).strip(), files), author_id=person,
        author_name=word(said, "author", "username"), sent_at=at, thread="" if kind.alone else f"{kind.path}/{place}",
        private=kind.alone, group="" if kind.alone else place, addressed=named,
        reply_to=word(said, "message_reference", "message_id"), window=opened(kind, place, number, at),
        files=named_files(said),
    )  # fmt: skip
