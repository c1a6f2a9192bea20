"""What Telegram sends: one update a call, proven by the secret given with setWebhook.

A message is known by its chat and number, `chat:number`, in a forum with its topic, `chat:number#topic`.
"""

import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value, values
from huixiang.channels.contracts import Answer, Call, Heard, InboundMessage, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.payload import found, items, json_object, moment, with_files, word
from huixiang.connectors.telegram.media import named as named_files

HEADER: Final = "x-telegram-bot-api-secret-token"
GROUPS: Final = ("group", "supergroup")
WITHOUT_WORDS: Final = (
    "photo",
    "video",
    "voice",
    "audio",
    "document",
    "sticker",
    "video_note",
    "animation",
    "location",
)


@dataclass(frozen=True, slots=True)
class Ids:
    """Where a message stands."""

    chat: str
    number: str
    topic: str = ""

    def __str__(self) -> str:
        return f"{self.chat}:{self.number}" + (f"#{self.topic}" if self.topic else "")


def ids_of(external_id: str) -> Ids | None:
    """The parts of an id of ours; None for another channel's."""
    read = re.fullmatch(r"(-?\d{1,20}):(\d{1,20})(?:#(\d{1,20}))?(?:e\d+)?", external_id, re.ASCII)
    return Ids(read[1], read[2], read[3] or "") if read else None


def check_secret(account: ChannelAccount, call: Call) -> None:
    """The header carries a secret of ours that is good now. Raises NotGenuine."""
    given = call.headers.get(HEADER, "").encode()
    if not any(hmac.compare_digest(one.encode(), given) for one in values(account, "secret")):
        raise NotGenuine(_("The secret of the call does not fit: set the webhook again."))


def heard(account: ChannelAccount, call: Call) -> Heard:
    """What a genuine call brought. Raises Unreadable."""
    update = json_object(call.body)
    for kind in ("message", "edited_message"):
        said = found(update, kind)
        if isinstance(said, dict):
            if kind == "message" and _is_start(said):
                return Heard(answer=_greeting(word(said, "chat", "id")))
            read = message(account, said, edited=kind == "edited_message")
            return Heard([read] if read else [])
    return Heard()


def _is_start(said: Any) -> bool:
    """Telegram writes this by itself when a person opens the bot."""
    return word(said, "chat", "type") == "private" and word(said, "text").split(" ")[0] == "/start"


def _greeting(chat: str) -> Answer:
    """An answer may carry one call of the interface: no other line is needed."""
    words = _("Hello! Write here what bothers you or what could be better; answers come to this chat.")
    body = {"method": "sendMessage", "chat_id": chat, "text": words}
    return Answer(json.dumps(body, ensure_ascii=False), media_type="application/json")


def message(account: ChannelAccount, said: Any, *, edited: bool = False) -> InboundMessage | None:
    """One message; None for what no person said here. Raises Unreadable."""
    author, chat = found(said, "from"), found(said, "chat")
    if found(author, "is_bot") is True or not word(author, "id") or word(chat, "type") not in ("private", *GROUPS):
        return None
    here, alone = _ids(said), word(chat, "type") == "private"
    if not (here.chat and here.number):
        raise Unreadable(_("A message without its chat or number."))
    words, named = _words(account, said)
    group = "" if alone else word(chat, "title") or here.chat
    answered = found(said, "reply_to_message")
    return InboundMessage(
        external_id=f"{here}e{word(said, 'edit_date') or '0'}" if edited else str(here),
        text=with_files(words, _files(said)), author_id=word(author, "id"), author_name=_name(author),
        sent_at=moment(word(said, "edit_date" if edited else "date")), thread="" if alone else here.chat,
        reply_to=str(here) if edited else str(_ids(answered)) if _is_reply(answered) else "", private=alone,
        group=group, addressed=alone or named or _to_us(account, answered),
        files=() if edited else named_files(said),  # with a changed caption the same picture would come twice
    )  # fmt: skip


def _ids(said: Any) -> Ids:
    topic = word(said, "message_thread_id") if found(said, "is_topic_message") is True else ""
    return Ids(word(said, "chat", "id"), word(said, "message_id"), topic)


def _is_reply(answered: Any) -> bool:
    """In a forum everything answers the note that opened the topic; that says nothing."""
    return bool(word(answered, "message_id")) and found(answered, "forum_topic_created") is None


def _to_us(account: ChannelAccount, answered: Any) -> bool:
    own = value(account, "bot_token").partition(":")[0]
    return _is_reply(answered) and word(answered, "from", "id") == own


def _name(author: Any) -> str:
    return f"{word(author, 'first_name')} {word(author, 'last_name')}".strip() or word(author, "username")


def _words(account: ChannelAccount, said: Any) -> tuple[str, bool]:
    """The text or caption without the bot's own name, and whether that was called or a command given."""
    text = word(said, "text") or word(said, "caption")
    entities = items(said, "entities") or items(said, "caption_entities")
    command = any(word(one, "type") == "bot_command" and word(one, "offset") == "0" for one in entities)
    own = value(account, "username").removeprefix("@")
    if not own:
        return text, command
    called = re.compile(rf"@{re.escape(own)}\b", re.IGNORECASE)
    return called.sub("", text).strip(), command or bool(called.search(text))


def _files(said: Any) -> list[str]:
    names = {
        "photo": _("photo"), "video": _("video"), "voice": _("voice message"), "audio": _("audio"),
        "document": _("file"), "sticker": _("sticker"), "video_note": _("video"), "animation": _("animation"),
        "location": _("location"),
    }  # fmt: skip
    there = [kind for kind in WITHOUT_WORDS if found(said, kind) is not None]
    return [word(said, kind, "file_name") or word(said, kind, "emoji") or names[kind] for kind in there]
