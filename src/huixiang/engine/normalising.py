"""One spelling for every text: width, traditional characters, emoji, mentions, links, dirt.

Chinese punctuation is kept as it is: people read the result.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc

READ_AT_MOST = 4000  # characters; what stands behind is not read, so that time stays linear and small

# NFKC would turn these into ASCII, which reads badly between Chinese characters.
_KEPT = "，。！？；：（）【】《》“”‘’、…～—"
_HIDE = {ord(mark): 0xE000 + place for place, mark in enumerate(_KEPT)}
_SHOW = {0xE000 + place: mark for place, mark in enumerate(_KEPT)}

_DIRT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\uffff]",
)
# Signs set above and below others: a letter carries two at most; heaps of them are meant to disturb (“zalgo”).
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HEAPS = re.compile(f"[{_MARKS}]{{3,}}")
_LOOSE = re.compile(f"[{_MARKS}]+")
_EMOJI = re.compile(
    "[\u2139\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff\U000e0020-\U000e007f]+",
)
_SHORTCODE = re.compile(r"\[[\u4e00-\u9fff]{1,4}\]")  # WeChat and Weibo write faces as [捂脸]
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。！？；：（）【】《》“”、]+", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w.%+-])@([\w\u4e00-\u9fff·-]{1,24})(?=[\s:：,，。！？!?]|$)")
_BLANKS = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n[\n ]*")


@dataclass(frozen=True, slots=True)
class Normalised:
    """The text to read, and what was taken out of it."""

    text: str
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    emojis: tuple[str, ...] = ()
    cut: bool = False  # the text was longer than READ_AT_MOST


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _traditional() -> frozenset[str]:
    """Characters that only traditional writing has: the cheap test before the converter is asked."""
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = _converter().convert("\n".join(every)).split("\n")
    return frozenset(old for old, new in zip(every, simple, strict=True) if old != new)


def simplify(text: str) -> str:
    """Traditional characters become simplified ones; text without any comes back unchanged."""
    if _traditional().isdisjoint(text):
        return text
    return str(_converter().convert(text))


def _width(text: str) -> str:
    if text.isascii():
        return text
    whole = unicodedata.normalize("NFKC", text.translate(_HIDE)).translate(_SHOW)
    return _LOOSE.sub("", whole)  # what is left after letters and their marks became one


def _take(pattern: re.Pattern[str], text: str, left: str, sign: str = "") -> tuple[str, tuple[str, ...]]:
    """What a pattern finds is taken out; without its `sign` in the text it is not even looked for."""
    if sign not in text:
        return text, ()
    found = tuple(match.group(match.lastindex or 0) for match in pattern.finditer(text))
    return (pattern.sub(left, text) if found else text), found


def normalise(text: str) -> Normalised:
    """Return the text in one spelling, at most READ_AT_MOST characters of it, and what was taken out.

    Links become “链接”, mentions and emoji leave a blank; any string is accepted, also one with
    NUL bytes and lone surrogates.
    """
    head = _HEAPS.sub("", _DIRT.sub("", text[: READ_AT_MOST * 2].replace("\r\n", "\n").replace("\r", "\n")))
    cut = len(head) > READ_AT_MOST or len(text) > READ_AT_MOST * 2
    body = simplify(_width(head[:READ_AT_MOST]))
    body, links = _take(_LINK, body, " 链接 ")
    body, mentions = _take(_MENTION, body, " ", "@")
    body, faces = _take(_SHORTCODE, body, " ", "[")
    body, emojis = _take(_EMOJI, body, " ")
    body = _NEWLINES.sub("\n", _BLANKS.sub(" ", body)).strip()
    return Normalised(body[:READ_AT_MOST], mentions, links, tuple("".join(emojis)) + faces, cut)
