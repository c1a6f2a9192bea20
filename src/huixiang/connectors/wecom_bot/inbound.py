"""WeCom's bot: what it is told, the same words by either way."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage, ReplyWindow, Unreadable
from huixiang.connectors.payload import found, items, moment, word
from huixiang.connectors.wechat_calls import marked
from huixiang.connectors.wecom_bot.media import named

GROUP: Final = "group"
GOOD_FOR: Final = datetime.timedelta(hours=1)  # an address for the answer, for one
ADDRESS: Final = re.compile(r"https?://[\w.:-]+/")
MENTION: Final = re.compile(r"^\s*@\S+\s+")
SECONDS: Final = (10**9, 10**10)  # between which a number is a time of these years
NO_MESSAGES: Final = frozenset({"event", "stream"})  # `stream`: it asks for more of an answer, which we never give


def is_message(sent: Mapping[str, Any]) -> bool:
    """Whether somebody said something."""
    return word(sent, "msgtype") not in NO_MESSAGES


def message(sent: Mapping[str, Any], at: datetime.datetime, *, req_id: str = "") -> InboundMessage:
    """What somebody said to the bot; `at` where WeCom does not tell the time. Raises Unreadable.

    By the line the answer wants to hear `req_id`; by callback there is an address for one answer within an hour.
    """
    own_id, author = word(sent, "msgid"), word(sent, "from", "userid")
    if not (own_id and author):
        raise Unreadable(_("A message has msgid and from.userid."))
    group = word(sent, "chattype") == GROUP
    place = word(sent, "chatid")
    if group and not place:
        raise Unreadable(_("A message of a group has chatid."))
    said_at = found(sent, "create_time")
    if isinstance(said_at, int) and SECONDS[0] < said_at < SECONDS[1]:
        at = moment(said_at)
    text = _text(sent)
    return InboundMessage(
        external_id=own_id, text=MENTION.sub("", text) or text if group else text, author_id=author, author_name="",
        sent_at=at, thread=place if group else "", private=not group, group=place if group else "", addressed=True,
        window=_window(sent, at, req_id), files=named(sent, at),
    )  # fmt: skip


def _text(sent: Mapping[str, Any]) -> str:
    """The words, or what stands for a picture, a file and the like."""
    kind = word(sent, "msgtype")
    if kind == "text":
        return word(sent, "text", "content")
    if kind == "mixed":
        parts = [_text(part) for part in items(sent, "mixed", "msg_item") if isinstance(part, dict)]
        return " ".join(part for part in parts if part) or marked(kind)
    return word(sent, "voice", "content") if kind == "voice" and word(sent, "voice", "content") else marked(kind)


def _window(sent: Mapping[str, Any], at: datetime.datetime, req_id: str) -> ReplyWindow | None:
    if req_id:
        return ReplyWindow(handle=req_id)
    address = word(sent, "response_url")
    return ReplyWindow(until=at + GOOD_FOR, answers=1, handle=address) if ADDRESS.match(address) else None
