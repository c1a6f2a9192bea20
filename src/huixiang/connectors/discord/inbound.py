"""Slash commands of Discord, as signed calls: what is written behind one is a private message to us."""

import json
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import check_fresh, found, items, json_object, word

PING, COMMAND = 1, 2
PONG, SPEAK = 1, 4
ONLY_THEY_SEE: Final = 64


def check_signature(account: ChannelAccount, call: Call) -> None:
    """By the application's public key, over time and body. Raises NotGenuine."""
    at = call.headers.get("x-signature-timestamp", "")
    check_fresh(call, at)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(value(account, "public_key")))
        key.verify(bytes.fromhex(call.headers.get("x-signature-ed25519", "")), at.encode() + call.body)
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine(_("The signature does not fit: check the public key.")) from error


def heard(call: Call) -> Heard:
    """What a genuine call brought. Raises Unreadable."""
    body = json_object(call.body)
    if body.get("type") == PING:
        return Heard(answer=_json({"type": PONG}))
    if body.get("type") != COMMAND:
        return Heard(answer=_spoken(_("This cannot be answered here.")))
    text = _words(found(body, "data", "options"))
    if not text:
        return Heard(answer=_spoken(_("Write what you want to tell us behind the command.")))
    author = found(body, "member", "user") or found(body, "user")
    if not (word(body, "id") and word(author, "id")):
        raise Unreadable(_("A command without its author or id."))
    said = InboundMessage(
        external_id=f"command:{word(body, 'id')}", text=text, author_id=word(author, "id"), sent_at=call.at,
        author_name=word(author, "global_name") or word(author, "username"), private=True, addressed=True,
    )  # fmt: skip
    return Heard([said], _spoken(_("Received. Answers come to you as a direct message.")))


def _words(options: Any) -> str:
    """What was written behind the command, also behind a command within it."""
    written = []
    for place in range(len(items(options))):
        option = found(options, place)
        written.append(word(option, "value") or _words(found(option, "options")))
    return "\n".join(filter(None, written)).strip()


def _spoken(words: str) -> Answer:
    return _json({"type": SPEAK, "data": {"content": words, "flags": ONLY_THEY_SEE}})


def _json(body: dict[str, Any]) -> Answer:
    return Answer(json.dumps(body, ensure_ascii=False), media_type="application/json")
