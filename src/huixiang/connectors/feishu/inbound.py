"""Calls of Feishu: proven, opened, understood.

Events are signed over time, nonce, key and body. The one call that is not is the test of the address, when it is saved
in the console: it carries the Verification Token instead, and is answered with what it brings.
"""

import hmac
import json
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value, values
from huixiang.channels.contracts import Answer, Call, Heard, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.feishu import naming
from huixiang.connectors.feishu.events import Us, application, message
from huixiang.connectors.feishu.sealing import is_signed, opened

OLDEST: Final = 8 * 3600
"""Seconds a call's time may lie back. An event that was not answered is sent again after 15 s, 5 min, 1 h and 6 h, and
nothing says that it is stamped afresh then; what is played again within that time is known by its id."""
AHEAD: Final = 300
JSON_TYPE: Final = "application/json; charset=utf-8"
TAKEN: Final = Answer("{}", media_type=JSON_TYPE)


def heard(account: ChannelAccount, call: Call) -> Heard:
    """What one call brings. Raises NotGenuine or Unreadable."""
    if call.method != "POST":
        raise NotGenuine(_("Send a POST."), 405)
    keys = values(account, "encrypt_key")
    if not keys:
        raise NotGenuine(_("Calls are taken once the Encrypt Key of the application is set here."))
    body = _object(call.body)
    key = next((key for key in keys if _signed(key, call)), None)
    if key is None:
        return _tested(account, keys, body)
    _check_time(call)
    event = _event(key, body)
    if event.get("type") == "url_verification":
        return _tested(account, [key], body)
    return told(account, event)


def told(account: ChannelAccount, event: dict[str, Any]) -> Heard:
    """What a genuine event brings: a message, or nothing. Raises NotGenuine or Unreadable."""
    own, meant = value(account, "app_id"), application(event)
    if meant and meant != own:
        raise NotGenuine(_("This event is meant for another application."))
    us = Us(naming.own_id(account), own)
    found = message(event, us)
    if found is None:
        return Heard(answer=TAKEN)
    named, missing = naming.named(account, found, own=us.open_id)
    return Heard([named], TAKEN, fetch=missing)


def _object(body: bytes) -> dict[str, Any]:
    """The body as an object; {} for anything else, which then proves nothing."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _signed(key: str, call: Call) -> bool:
    return is_signed(
        key, timestamp=call.headers.get("x-lark-request-timestamp", ""), body=call.body,
        nonce=call.headers.get("x-lark-request-nonce", ""), signature=call.headers.get("x-lark-signature", ""),
    )  # fmt: skip


def _check_time(call: Call) -> None:
    at = call.headers.get("x-lark-request-timestamp", "")
    age = call.at.timestamp() - int(at) if at.isascii() and at.isdigit() and len(at) <= len("1700000000") else None
    if age is None or not -AHEAD <= age <= OLDEST:
        raise NotGenuine(_("The time of the call is missing, or too far from now."))


def _event(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """The event of a signed call. Raises Unreadable."""
    try:
        found = json.loads(opened(key, str(body["encrypt"]))) if "encrypt" in body else body
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("What Feishu sent cannot be decrypted, or is not JSON.")) from error
    if not isinstance(found, dict):
        raise Unreadable(_("What Feishu sent cannot be decrypted, or is not JSON."))
    return found


def _tested(account: ChannelAccount, keys: list[str], body: dict[str, Any]) -> Heard:
    """The test of the address. Whatever is wrong is answered alike: nobody learns from us how far they came."""
    for key in keys:
        try:
            asked = _event(key, body)
        except Unreadable:
            continue
        challenge = asked.get("challenge")
        if asked.get("type") == "url_verification" and isinstance(challenge, str) and _knows(account, asked, body):
            return Heard(answer=Answer(json.dumps({"challenge": challenge}), media_type=JSON_TYPE))
    raise NotGenuine(_("The signature or the Verification Token does not fit: compare the Encrypt Key and the token."))


def _knows(account: ChannelAccount, asked: dict[str, Any], body: dict[str, Any]) -> bool:
    """By the token; where none is set, by what was encrypted with our key."""
    tokens, given = values(account, "verification_token"), str(asked.get("token", ""))
    if not tokens:
        return "encrypt" in body
    return any(hmac.compare_digest(one.encode(), given.encode("utf-8", "surrogatepass")) for one in tokens)
