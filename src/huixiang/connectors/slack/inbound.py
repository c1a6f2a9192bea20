"""What Slack sends: signed events, and slash commands as forms.

A message is known by its channel and time, not by the event: the same message also comes as app_mention, under another
event id. The id of a message in a thread carries the thread's, so that an answer finds its way into it.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs

from django.utils.translation import gettext as _

from huixiang.channels.accounts import values
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import check_fresh, found, items, json_object, moment, with_files, word
from huixiang.connectors.slack.media import named as named_files

SPOKEN: Final = ("", "file_share", "thread_broadcast", "me_message")  # subtypes that are a person's message
MESSAGES: Final = ("message", "app_mention")
MARKED: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Ids:
    """Where a message stands: `channel:ts`, and in a thread `channel:ts:thread`."""

    channel: str
    ts: str
    thread: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, (self.channel, self.ts, self.thread)))


def ids_of(external_id: str) -> Ids | None:
    """The parts of an id of ours; None for another channel's."""
    read = re.fullmatch(r"([CDG][A-Z0-9]+):(\d+\.\d+)(?::(\d+\.\d+))?(?:e[\d.]+)?", external_id)
    return Ids(read[1], read[2], read[3] or "") if read else None


def check_signature(account: ChannelAccount, call: Call) -> None:
    """By any signing secret that is good now, over time and body. Raises NotGenuine."""
    at, given = call.headers.get("x-slack-request-timestamp", ""), call.headers.get("x-slack-signature", "")
    check_fresh(call, at)
    signed = b"v0:" + at.encode() + b":" + call.body
    wanted = [f"v0={hmac.new(key.encode(), signed, sha256).hexdigest()}" for key in values(account, "signing_secret")]
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in wanted):
        raise NotGenuine(_("The signature does not fit: check the signing secret."))


def heard(call: Call) -> Heard:
    """What a genuine call brought. Raises Unreadable."""
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _command(call)
    body = json_object(call.body)
    if body.get("type") == "url_verification":
        return Heard(answer=Answer(word(body, "challenge")))
    if body.get("type") != "event_callback":
        return Heard()
    read = message(body)
    return Heard([read] if read else [])


def message(body: dict[str, Any]) -> InboundMessage | None:
    """The message of an event; None for one that is no person's message. Raises Unreadable."""
    event = found(body, "event")
    if word(event, "type") not in MESSAGES:
        return None
    if word(event, "subtype") == "message_changed":
        return _edited(body, event)
    if word(event, "subtype") not in SPOKEN:
        return None
    return _said(body, event, event)


def _edited(body: Any, event: Any) -> InboundMessage | None:
    """An edit of the words, as a message that answers the first one; unfurled links are no edit."""
    now, before = found(event, "message"), found(event, "previous_message")
    if word(now, "text") == word(before, "text") or word(now, "subtype") not in SPOKEN:
        return None
    return _said(body, event, now, edited=word(now, "edited", "ts") or word(event, "ts"))


def _said(body: Any, event: Any, said: Any, *, edited: str = "") -> InboundMessage | None:
    bots = {word(one, "user_id") for one in items(body, "authorizations")}
    author, channel, ts = word(said, "user"), word(event, "channel"), word(said, "ts")
    if word(said, "bot_id") or author in bots:
        return None  # our own words come back, too
    if not (author and channel and ts):
        raise Unreadable(_("A message without its author, channel or time."))
    alone = word(event, "channel_type") == "im" or channel.startswith("D")
    thread = word(said, "thread_ts") if word(said, "thread_ts") != ts else ""
    here = Ids(channel, ts, thread)
    words = word(said, "text")
    named = any(f"<@{bot}" in words for bot in bots if bot)
    files = [word(file, "name") or word(file, "title") for file in items(said, "files")]
    return InboundMessage(
        external_id=f"{here}e{edited}" if edited else str(here),
        text=with_files(plain(words, bots), files), author_id=author,
        author_name=word(said, "user_profile", "real_name") or word(said, "user_profile", "display_name"),
        sent_at=moment(edited or ts), thread="" if alone else channel, private=alone, group="" if alone else channel,
        reply_to=str(here) if edited else str(Ids(channel, thread)) if thread else "",
        addressed=alone or named or word(event, "type") == "app_mention",
        files=() if edited else named_files(said),  # changed words do not bring the same picture twice
    )  # fmt: skip


def plain(text: str, bots: set[str]) -> str:
    """The words as a person reads them: names, channels and links written out, the bot's own name left out."""

    def said(mark: re.Match[str]) -> str:
        sign, what, label = mark[1], mark[2], mark[3] or ""
        if sign == "@":
            return "" if what in bots else f"@{label or what}"
        if sign in ("#", "!"):
            return f"{'#' if sign == '#' else '@'}{label or what}"
        return f"{label} ({what})" if label and label not in what else what

    return unescape(MARKED.sub(said, text)).strip()


def _command(call: Call) -> Heard:
    """A slash command: its words are a private message, whatever the place it was written in. Raises Unreadable."""
    try:
        form = {name: given[0] for name, given in parse_qs(call.body.decode(), max_num_fields=50).items()}
    except ValueError as error:
        raise Unreadable(_("The form cannot be read.")) from error
    text, author, once = form.get("text", "").strip(), form.get("user_id", ""), form.get("trigger_id", "")
    if not text:
        return Heard(answer=Answer(_("Write what you want to tell us behind the command.")))
    if not (author and once):
        raise Unreadable(_("A command without its author or id."))
    said = InboundMessage(
        external_id=f"command:{once}", text=text, author_id=author, author_name=form.get("user_name", ""),
        sent_at=call.at, private=True, addressed=True,
    )  # fmt: skip
    return Heard([said], Answer(_("Received. Answers come to you as a direct message.")))
