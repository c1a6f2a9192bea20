"""Cutting what is too long for one message, at the ends of sentences where it can be."""

import re
from collections.abc import Iterator

_PLACES = (  # where to cut, the best first: between paragraphs, lines, sentences, parts of sentences, words
    re.compile(r"\n{2,}"),
    re.compile(r"\n"),
    re.compile(r"(?<=[。！？…!?])|(?<=\.)\s"),
    re.compile(r"(?<=[，；、：,;])"),
    re.compile(r"\s"),
)
_WORTH_IT = 0.5  # a cut that leaves less than this share of the length is not worth its better place


def length_of(text: str, *, in_bytes: bool) -> int:
    """Characters, or UTF-8 bytes."""
    return len(text.encode()) if in_bytes else len(text)


def pieces(text: str, longest: int, *, in_bytes: bool = False) -> list[str]:
    """Return the text in pieces of at most `longest` characters (or bytes), none empty; 0: in one piece."""
    text = text.strip()
    if not longest or length_of(text, in_bytes=in_bytes) <= longest:
        return [text]
    return list(_cut(text, longest, in_bytes=in_bytes))


def _cut(text: str, longest: int, *, in_bytes: bool) -> Iterator[str]:
    while length_of(text, in_bytes=in_bytes) > longest:
        place = _place(text[: _fitting(text, longest, in_bytes=in_bytes)])
        piece, text = text[:place].rstrip(), text[place:].lstrip()
        if piece:
            yield piece
    if text:
        yield text


def _fitting(text: str, longest: int, *, in_bytes: bool) -> int:
    """How many characters fit; at least one."""
    if not in_bytes:
        return longest
    return max(1, len(text.encode()[:longest].decode("utf-8", "ignore")))


def _place(room: str) -> int:
    """The best place to cut what fits."""
    for pattern in _PLACES:
        ends = [found.end() for found in pattern.finditer(room)]
        good = [end for end in ends if end >= len(room) * _WORTH_IT]
        if good:
            return good[-1]
    return len(room)
