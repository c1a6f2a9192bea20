"""What somebody wrote themselves in a mail: without what it answers, without what mail programs put under it."""

import itertools
import re
from typing import Final

MOST_LINES: Final = 10_000
AHEAD: Final = 6  # lines in which a block of headers shows that it is one
ENDING: Final = re.compile(r"(写道|写到|寫道|來信|wrote|schrieb|a écrit)\s*[:：]?$", re.IGNORECASE)
INTRODUCING: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\W{0,3}在.*\d",
        r"^.{0,200}(于|於)\s?\d{4}",
        r"^\d{4}\s?[年/-]",
        r"^\W{0,3}(on|at|am|le)\s.*\d",
    )
)
LINES_OF_ONE: Final = 3  # an introduction is broken into as many
LONGEST: Final = 500
DIVIDER: Final = re.compile(
    r"^[-_=\s]{2,}\s*(原始邮件|原邮件|原始郵件|回复的原邮件|回复的邮件|转发邮件信息|转发的邮件|original( message)?|"
    r"replied message|forwarded message|original mail)\s*[-_=\s]{2,}$|"
    r"^\d{4}-\d\d-\d\d.{0,200}<[^<>@]+@[^<>@]+>\s*[:：]$",
    re.IGNORECASE,
)
HEADER: Final = re.compile(r"^[*\s]*(发件人|發件人|寄件者|from|von)[*\s]*[:：]", re.IGNORECASE)
OTHER_HEADER: Final = re.compile(
    r"^[*\s]*(发送时间|发送日期|日期|收件人|主题|抄送|時間|收件者|主旨|sent|to|subject|date|cc)[*\s]*[:：]",
    re.IGNORECASE,
)
MARK: Final = re.compile(r"^-- ?$")
RULE: Final = re.compile(r"^[\s_\-—=*]{5,}$")
DEVICE: Final = re.compile(
    r"^[\s_\-—]*(发自|发送自|从我的|来自我的|發自|從我的|获取|下载|sent from|get outlook for|sent via)\s?.{1,60}$|"
    r"^[\s|]*(网易邮箱大师|qq邮箱|foxmail)\s*$",
    re.IGNORECASE,
)


def own_words(text: str, *, answer: bool) -> str:
    """What the writer wrote. Quotations are cut from an answer only: elsewhere they are what the mail is about."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]
    if answer:
        lines = [line for line in lines[: _quotation(lines)] if not line.lstrip().startswith(">")]
    return "\n".join(_unsigned(lines)).strip()


def _quotation(lines: list[str]) -> int:
    """The line with which the mail that is answered begins; behind the last one when none does."""
    for place, line in enumerate(lines):
        if _introduces(lines, place) or (HEADER.match(line) and _is_block(lines, place)):
            return place - 1 if place and RULE.match(lines[place - 1]) else place
    return len(lines)


def _introduces(lines: list[str], place: int) -> bool:
    """“在 … 写道：”, also broken into two or three lines."""
    first = lines[place].strip()
    if not first or len(first) > LONGEST:
        return False
    if DIVIDER.match(first):
        return True
    if not any(pattern.match(first) for pattern in INTRODUCING):
        return False
    return any(ENDING.search(line.rstrip()[-30:]) for line in _joined(lines[place : place + LINES_OF_ONE]))


def _joined(lines: list[str]) -> list[str]:
    """The lines up to the first empty one: an introduction that is broken ends in one of them."""
    return list(itertools.takewhile(str.strip, lines))


def _is_block(lines: list[str], place: int) -> bool:
    return any(OTHER_HEADER.match(line) for line in lines[place + 1 : place + AHEAD])


def _unsigned(lines: list[str]) -> list[str]:
    """Without the signature under “-- ” and the lines a telephone adds."""
    said = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    marks = (place for place, line in enumerate(lines) if place > said and MARK.match(line))
    end = next(marks, len(lines))
    while end and (not lines[end - 1].strip() or DEVICE.match(lines[end - 1])):
        end -= 1
    return lines[:end]
