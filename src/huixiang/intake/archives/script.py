"""What was said, one by one, from a chat exported as text."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from huixiang.intake.acceptance import LONGEST_TEXT
from huixiang.intake.archives.forms import DAY, TOLD, Form, possible
from huixiang.intake.archives.stamps import Calendar
from huixiang.kernel.errors import Refused

UNSEEN: Final = dict.fromkeys("\r\n\u200e\u200f\ufeff\u202a\u202b\u202c", "")
MARKS: Final = str.maketrans({"\u202f": " ", "\xa0": " "} | UNSEEN)
MARKED: Final = re.compile("[\u202f\xa0\u200e\u200f\ufeff\u202a\u202b\u202c]")
NUMBERED: Final = re.compile(r"(?P<name>.*?)[(（](?P<id>\d{5,12})[)）]")
MAILED: Final = re.compile(r"(?P<name>.*?)<(?P<id>[^<>\s]+@[^<>\s]+)>")
RANK: Final = re.compile(r"^【[^】]{1,12}】")
PREAMBLE: Final = re.compile(
    r"[=\-—_*]{4,}|消息记录.{0,40}|消息分组[:：].*|(?:消息对象|群名称?|群聊名称|聊天对象)[:：](?P<group>.+)"
    r"|[^“”\"]{0,20}[“\"「](?P<titled>[^”\"」]+)[”\"」]的?聊天记录.{0,8}"
)
SYSTEM_AUTHORS: Final = {"系统消息", "系统提示", "系统通知", "微信团队", "System"}
SYSTEM_IDS: Final = {"10000", "1000000"}
SYSTEM: Final = re.compile(
    r".{1,60}?撤回了一条(?:群?成员的?)?消息.{0,12}"
    r"|[“\"「].{1,60}?[”\"」].{0,20}?(?:拍了拍|加入了?群聊|移出了?群聊|邀请.{1,120}?加入了?群聊|修改群名为).{0,120}"
    r"|(?:你|.{1,40}?)(?:邀请.{1,120}?加入了?群聊|通过扫描.{1,80}?加入了?群聊|被移出群聊|退出了群聊"
    r"|加入了?本群[。.]?|退出了?本群[。.]?|修改群名为[“\"「].{0,80})"
    r"|以上是打招呼的内容|以下为新消息|\[系统消息\].*|此消息已删除"
    r"|This message was deleted\.?|You deleted this message\.?"
)
SUSPECT: Final = re.compile(
    "撤回|群|拍了拍|招呼|新消息|系统消息|删除|deleted"
)  # told fast: few lines are the program's
WORDLESS: Final = re.compile(
    r"(?:\s|\[[\u4e00-\u9fffA-Za-z ]{1,10}\]|<Media omitted>|<媒体(?:文件)?已?(?:忽略|省略)>|<附件[:：][^<>]{1,200}>"
    r"|<attached: [^<>]{1,200}>|(?:image|video|audio|sticker|GIF|document) omitted"
    r"|(?:图片|视频|音频|贴图|GIF|文件)已?(?:忽略|省略))+"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a chat. `at` has no zone unless the file names one. `line`: where it begins, from 1.

    `fault` says why it cannot be read; `left_out`: nobody of the group said anything (joins, recalls, mere pictures).
    """

    line: int
    name: str = ""
    author_id: str = ""
    at: datetime.datetime | None = None
    text: str = ""
    fault: str = ""
    left_out: bool = False
    own_id: str = ""
    reply_to: str = ""


def plain(line: str) -> str:
    """The line without its end and without the signs that only turn the direction of writing."""
    return line.translate(MARKS) if MARKED.search(line) else line.rstrip("\r\n")


class Script:
    """Goes through the lines of a file once and gives what was said, in order. Raises Refused for several chats."""

    def __init__(self, lines: Iterable[str], form: Form, calendar: Calendar) -> None:
        self._lines, self._form, self._calendar = lines, form, calendar
        self.group = ""
        self._day: datetime.date | None = None
        self._open: Said | None = None
        self._text: list[str] = []
        self._signs = 0

    def __iter__(self) -> Iterator[Said]:
        blank = True
        for number, raw in enumerate(self._lines, 1):
            line = plain(raw)
            found = self._taken(number, line, after_blank=blank)
            blank = not line.strip()
            yield from found
        yield from self._closed()

    def _taken(self, number: int, line: str, *, after_blank: bool) -> list[Said]:
        """What the line completes: nothing while a message goes on."""
        head = self._form.head(line.strip(), after_blank=after_blank or self._open is None)
        if head:
            return [*self._closed(), *self._begun(number, head.groupdict())]
        if self._form.kind == "day" and self._new_day(line):
            return self._closed()
        told = (
            TOLD.fullmatch(line.strip()) if self._form.kind == "inline" and possible(line.strip(), "inline") else None
        )
        if told:  # a time and no name: the program itself speaks
            self._calendar.moment(told.groupdict())
            return [*self._closed(), Said(number, left_out=True)]
        return self._continued(number, line, after_blank=after_blank)

    def _begun(self, number: int, parts: dict[str, str | None]) -> list[Said]:
        name, author_id = who(parts["name"] or "")
        at = self._calendar.moment(parts, self._day) if self._form.kind == "day" else self._calendar.moment(parts)
        fault = "" if at else _("The time “%(written)s” does not exist.") % {"written": (parts["stamp"] or "")[:40]}
        self._open = Said(number, name, author_id, at, fault=fault)
        self._text, self._signs = [], 0
        if parts.get("said"):
            self._add(parts["said"] or "")
        return []

    def _new_day(self, line: str) -> bool:
        found = DAY.fullmatch(line.strip()) if line.strip() else None
        if found:
            self._day = self._calendar.date(found.groupdict())
        return found is not None

    def _continued(self, number: int, line: str, *, after_blank: bool) -> list[Said]:
        """A line of the text, one of the program's own, or one that belongs to nothing."""
        told = PREAMBLE.fullmatch(line.strip()) if self._open is None or self._ruled() else None
        if self._open is None:
            self._named(told)
            strange = Said(number, text=line.strip(), fault=_("The line stands before the first message."))
            return [strange] if strange.text and not told else []
        if told and told["group"]:
            raise Refused(_("The file holds several conversations. Export the group alone."))
        if after_blank and by_program(line.strip()):
            return [Said(number, left_out=True)]
        self._add(line)
        return []

    def _ruled(self) -> bool:
        """Whether the line above is a rule, as programs draw it above the name of the next chat."""
        return bool(self._text) and self._text[-1].startswith("====")

    def _named(self, told: re.Match[str] | None) -> None:
        if told:
            self.group = self.group or (told["group"] or told["titled"] or "").strip()

    def _add(self, line: str) -> None:
        if self._signs <= LONGEST_TEXT:  # what is longer is refused: no need to keep all of it
            self._text.append(line)
            self._signs += len(line) + 1

    def _closed(self) -> list[Said]:
        """The message that was being read, now that it is whole."""
        said, self._open = self._open, None
        if said is None:
            return []
        whole = replace(said, text="\n".join(self._text).strip())
        return [replace(whole, left_out=True) if not whole.fault and wordless(whole) else whole]


def who(written: str) -> tuple[str, str]:
    """The name and, where the program writes one, the person's number or address."""
    name = RANK.sub("", written.strip())
    found = NUMBERED.fullmatch(name) or MAILED.fullmatch(name)
    if found:
        return found["name"].strip() or found["id"], found["id"]
    return name.strip(), ""


def wordless(said: Said) -> bool:
    """Whether nobody of the group says anything here: the program speaks, or there is only a picture."""
    if said.author_id in SYSTEM_IDS or said.name in SYSTEM_AUTHORS or not said.text:
        return True
    return bool(WORDLESS.fullmatch(said.text)) or by_program(said.text)


def by_program(text: str) -> bool:
    """Whether the chat program itself says this, about the group."""
    return bool(SUSPECT.search(text) and "\n" not in text and SYSTEM.fullmatch(text))
