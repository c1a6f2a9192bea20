"""What a member says to the bot instead of saying something of the product: 反馈, 进度, 帮助.

Read before anything else, so that asking how far something is never becomes a feedback of its own.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from huixiang.channels.models import ChannelAccount

BOT: Final = "bot"
"""Under this name an account keeps how its bot behaves."""


class Sort(StrEnum):
    """What is wanted."""

    FEEDBACK = "feedback"
    STATUS = "status"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the words after it."""

    sort: Sort
    words: str = ""


WORDS: Final = {
    "反馈": Sort.FEEDBACK, "反饋": Sort.FEEDBACK, "feedback": Sort.FEEDBACK,
    "进度": Sort.STATUS, "進度": Sort.STATUS, "status": Sort.STATUS,
    "帮助": Sort.HELP, "幫助": Sort.HELP, "help": Sort.HELP,
}  # fmt: skip
_MENTIONS = re.compile(r"^(?:\s*[@＠][^\s@＠]{1,60}\s+)+")
_FIRST = re.compile(r"(?P<slash>[/／]?)\s*(?P<word>[^\s:：,，、。!！?？~～/／]+)(?P<after>.*)", re.DOTALL)
_BETWEEN = " \t\r\n\u3000:：,，、-—。"
_AT_THE_END = _BETWEEN + "!！?？~～"


def listens(account: ChannelAccount) -> bool:
    """Whether the account's bot is on."""
    return bool(account.settings.get(BOT, {}).get("on"))


def command_of(text: str, *, addressed: bool = False) -> Command | None:
    """The command a message is, None for everything else.

    After a slash, or when the bot was spoken to, the word may stand before anything; without, only where nobody means
    it otherwise: alone, 反馈 also before a space or a colon, its English word only before a colon.
    """
    said = _FIRST.match(_MENTIONS.sub("", text, count=1).strip())
    if said is None:
        return None
    word, after, meant = _plain(said["word"]), said["after"], bool(said["slash"]) or addressed
    sort = WORDS.get(word)
    if sort is None:
        return _run_together(said["word"], after) if meant else None
    if sort is Sort.FEEDBACK:
        return Command(sort, after.strip(_BETWEEN)) if meant or _clearly(word, after) else None
    alone = not after.strip(_AT_THE_END)
    return Command(sort) if alone or said["slash"] else None


def _plain(word: str) -> str:
    """Full-width letters are letters; a bot's own name after its command is not part of it."""
    return unicodedata.normalize("NFKC", word).casefold().partition("@")[0]


def _run_together(word: str, after: str) -> Command | None:
    """/反馈 with the words right behind it."""
    if word[:2] in {"反馈", "反饋"}:
        return Command(Sort.FEEDBACK, f"{word[2:]}{after}".strip(_BETWEEN))
    return None


def _clearly(word: str, after: str) -> bool:
    """“反馈 …” and “feedback: …” are meant; “feedback on the seats” is talk."""
    return not after.strip(_AT_THE_END) or after[0] in ":：" or (not word.isascii() and after[0] in " \t\n\u3000")
