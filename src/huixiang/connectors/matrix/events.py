"""Events of rooms as messages: who said what where, and what it answers."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.contracts import InboundMessage, ReplyWindow
from huixiang.connectors.matrix.media import named

SAID: Final = frozenset({"m.text", "m.emote", "m.location"})  # not m.notice: so speak bots, whom no bot answers
FILES: Final = {
    "m.image": gettext_lazy("Picture"), "m.file": gettext_lazy("File"), "m.audio": gettext_lazy("Recording"),
    "m.video": gettext_lazy("Film"),
}  # fmt: skip
FALLBACK: Final = re.compile(r"\A(> .*\n)+\n?")  # older programs repeat what they answer


@dataclass(frozen=True, slots=True)
class Room:
    """A room: of two it is private, else it is a group with a name."""

    id: str
    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class Us:
    """Who the bot is: its id, and the name people see."""

    id: str
    name: str


def message(
    event: Mapping[str, Any], room: Room, us: Us, *, name: str = "", reply_to: str = ""
) -> InboundMessage | None:
    """The event as a message; None for what says nothing new: ours, edits, bots, states, what was taken back."""
    content, sender, own = _dict(event, "content"), event.get("sender"), event.get("event_id")
    if event.get("type") != "m.room.message" or not isinstance(sender, str) or not isinstance(own, str):
        return None
    text = _text(content)
    if sender == us.id or not text.strip() or _dict(content, "m.relates_to").get("rel_type") == "m.replace":
        return None
    return InboundMessage(
        external_id=own[:200], text=text, author_id=sender[:200],
        author_name=name or sender.partition(":")[0].lstrip("@"),
        sent_at=_at(event.get("origin_server_ts")), thread="" if room.private else room.id[:200],
        reply_to=reply_to[:200], private=room.private, group="" if room.private else room.name[:120],
        addressed=room.private or _named(content, us), window=ReplyWindow(handle=room.id), files=named(content),
    )  # fmt: skip


def answered(event: Mapping[str, Any]) -> str:
    """The event this one answers: in a thread without an answer of its own the thread's first one; "" for none."""
    relation = _dict(_dict(event, "content"), "m.relates_to")
    direct = _dict(relation, "m.in_reply_to").get("event_id")
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    found = root if root and (relation.get("is_falling_back") or not direct) else direct
    return found if isinstance(found, str) else ""


def relation_to(event: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a message of ours an answer to this event, in its thread if it stands in one."""
    own = {"m.in_reply_to": {"event_id": event["event_id"]}}
    relation = _dict(_dict(event, "content"), "m.relates_to")
    root = relation.get("event_id")
    if relation.get("rel_type") == "m.thread" and isinstance(root, str):
        return {"rel_type": "m.thread", "event_id": root, "is_falling_back": False, **own}
    return own


def since_invited(events: Sequence[Mapping[str, Any]], us: Us) -> Sequence[Mapping[str, Any]]:
    """Of a room just entered only what was said since the bot was asked in; all where that is not among the events."""
    for place in range(len(events) - 1, -1, -1):
        one = events[place]
        ours = one.get("type") == "m.room.member" and one.get("state_key") == us.id
        if ours and _dict(one, "content").get("membership") == "invite":
            return events[place + 1 :]
    return events


def has_entered(events: Sequence[Mapping[str, Any]], us: Us) -> bool:
    """Whether the bot came into the room among these events."""
    return any(
        one.get("type") == "m.room.member" and one.get("state_key") == us.id
        and _dict(one, "content").get("membership") == "join" and not _was_in(one)
        for one in events
    )  # fmt: skip


def _was_in(event: Mapping[str, Any]) -> bool:
    """A join after a join is a change of name or picture."""
    return _dict(_dict(event, "unsigned"), "prev_content").get("membership") == "join"


def _text(content: Mapping[str, Any]) -> str:
    kind, body = content.get("msgtype"), content.get("body")
    if not (isinstance(kind, str) and isinstance(body, str)):
        return ""
    body = body.replace("\x00", "").encode("utf-8", "replace").decode()
    if kind in SAID:
        answers = bool(_dict(_dict(content, "m.relates_to"), "m.in_reply_to"))
        return FALLBACK.sub("", body).strip() if answers else body.strip()
    if kind not in FILES:
        return ""
    named = content.get("filename")
    caption = f"{body}\n" if isinstance(named, str) and named != body else ""
    shown = named if caption and isinstance(named, str) else body
    told = _("[%(kind)s: %(name)s]") % {"kind": FILES[kind], "name": shown[:200]}
    return (caption + told).replace("\x00", "").encode("utf-8", "replace").decode()


def _named(content: Mapping[str, Any], us: Us) -> bool:
    """Whether the bot was called: by a mention, or by its id or name in the words."""
    mentioned = _dict(content, "m.mentions").get("user_ids")
    if isinstance(mentioned, list) and us.id in mentioned:
        return True
    body = str(content.get("body", ""))
    return us.id in body or bool(us.name and us.name in body)


def _at(milliseconds: Any) -> datetime.datetime:
    now = datetime.datetime.now(datetime.UTC)
    try:
        return min(datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC), now)
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def _dict(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, Mapping) else {}
