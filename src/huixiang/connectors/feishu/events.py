"""Events as Feishu tells them, of schema 2.0 and of 1.0, and the message in one. The same for calls and the line."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage, Unreadable
from huixiang.connectors.feishu.media import named
from huixiang.connectors.feishu.words import read, read_old

RECEIVED: Final = "im.message.receive_v1"
RECEIVED_OLD: Final = "message"
PERSON: Final = "user"  # what else writes is an application: this bot itself, or another
MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Us:
    """Who the bot is: its open_id, "" when not known yet, and the application it belongs to."""

    open_id: str
    app_id: str


def application(event: Mapping[str, Any]) -> str:
    """The application an event is meant for; "" when it does not say."""
    told = _part(event, "header").get("app_id") or _part(event, "event").get("app_id") or ""
    return told if isinstance(told, str) else ""


def message(event: Mapping[str, Any], us: Us) -> InboundMessage | None:
    """The message an event is about; None for events about something else, and for what bots say.

    Raises Unreadable for a message that lacks what every message has.
    """
    try:
        if _part(event, "header").get("event_type") == RECEIVED:
            return _new(_part(event, "event"), us)
        if _part(event, "event").get("type") == RECEIVED_OLD:
            return _old(_part(event, "event"), event.get("ts"), us)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(_("A message from Feishu lacks what every message has.")) from error
    return None


def _new(event: Mapping[str, Any], us: Us) -> InboundMessage | None:
    sender, sent = _part(event, "sender"), _part(event, "message")
    who = _part(sender, "sender_id").get("open_id")
    if sender.get("sender_type", PERSON) != PERSON or (us.open_id and who == us.open_id):
        return None
    private = sent.get("chat_type") == "p2p"
    names, called = _mentions(sent.get("mentions"), us)
    chat = "" if private else _id(sent["chat_id"])
    sort, content = _text(sent.get("message_type")), _text(sent.get("content"))
    text = read(sort, content, names) or read(sort, content, _all_names(sent.get("mentions")))
    return InboundMessage(
        external_id=_id(sent["message_id"]), text=text, author_id=_id(who), author_name="",
        sent_at=_time(int(sent["create_time"]) / MILLISECONDS), thread=chat, group=chat, private=private,
        reply_to=_text(sent.get("parent_id") or sent.get("root_id")), addressed=private or called,
        files=named(_id(sent["message_id"]), sort, content),
    )  # fmt: skip


def _old(event: Mapping[str, Any], at: Any, us: Us) -> InboundMessage | None:
    who = event.get("open_id")
    if us.open_id and who == us.open_id:
        return None
    private = event.get("chat_type") == "private"
    chat = "" if private else _id(event["open_chat_id"])
    return InboundMessage(
        external_id=_id(event["open_message_id"]), text=read_old(event), author_id=_id(who), author_name="",
        sent_at=_time(float(at)), thread=chat, group=chat, private=private,
        reply_to=_text(event.get("parent_id") or event.get("root_id")),
        addressed=private or event.get("is_mention") is True,
    )  # fmt: skip


def _mentions(mentions: Any, us: Us) -> tuple[dict[str, str], bool]:
    """What stands for each “@_user_1”, nothing for ourselves, and whether we were called.

    As long as nobody told us who we are, whoever is called counts for us: by itself Feishu tells only of such messages.
    """
    names, called = {}, False
    for one in _dicts(mentions):
        ours = bool(us.open_id) and _part(one, "id").get("open_id") == us.open_id
        called = called or ours or not us.open_id
        names[_text(one.get("key"))] = "" if ours else f"@{_text(one.get('name'))}"
    return names, called


def _all_names(mentions: Any) -> dict[str, str]:
    """Also ourselves: for a message that says nothing but our name."""
    return {_text(one.get("key")): f"@{_text(one.get('name'))}" for one in _dicts(mentions)}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no id")
    return value


def _time(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
