"""What a mail says: its text, be it plain or HTML only, and its files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from html.parser import HTMLParser
from typing import Final

import nh3

from huixiang.connectors.email.headers import decoded, storable, words

DEEPEST: Final = 20
MOST_PARTS: Final = 200
MOST_TAGS: Final = 8_000
LONGEST_TEXT: Final = 200_000  # signs of one part that are looked at
DECORATION: Final = 4096  # bytes: a smaller picture within the text is a logo or a counter
UNSAID: Final = frozenset({"style", "script", "title", "template"})
BREAKING: Final = frozenset({
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "article",
    "pre", "blockquote", "dd", "dt",
})  # fmt: skip
EMPTY: Final = frozenset({"br", "hr"})
QUOTING: Final = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|includetail|ntes-mailmaster-quote")


@dataclass(frozen=True, slots=True)
class File:
    """A file in a mail. `data` is None where a whole mail was attached: nothing that is taken."""

    name: str
    data: bytes | None


@dataclass(slots=True)
class Said:
    """The text and the files of a mail."""

    text: str = ""
    files: list[File] = field(default_factory=list)


def said(mail: Message) -> Said:
    """Text and files. Plain text is preferred to HTML, as the sender's own choice of words without looks."""
    plain: list[str] = []
    html: list[str] = []
    files: list[File] = []
    for part in _parts(mail, 0):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not _is_file(part):
            (plain if kind == "text/plain" else html).append(_text(part))
        elif (file := _file(part)) is not None:
            files.append(file)
    text = "\n\n".join(one for one in plain if one.strip())
    return Said(text or "\n\n".join(filter(None, map(from_html, html))), files)


def _parts(mail: Message, depth: int) -> Iterator[Message]:
    """The leaves, each mail within the mail as one."""
    if not mail.is_multipart() or mail.get_content_maintype() == "message":
        yield mail
    elif depth < DEEPEST and isinstance(inside := mail.get_payload(), list):
        for part in inside[:MOST_PARTS]:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _is_file(part: Message) -> bool:
    return _disposition(part) == "attachment" or bool(_name(part))


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except (ValueError, TypeError, IndexError):
        return ""


def _name(part: Message) -> str:
    try:
        given = part.get_filename() or ""
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""
    if not given.isascii():
        given = decoded(given.encode("utf-8", "surrogateescape"))
    return words(storable(given))


def _file(part: Message) -> File | None:
    """The part as a file; None for what is no file of the sender's: a logo in the text, a signature's certificate."""
    kind, name = part.get_content_type(), _name(part)
    if part.get_content_maintype() == "message":
        return File(name or "mail.eml", None) if kind == "message/rfc822" else None
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or kind in ("application/pkcs7-signature", "application/pgp-signature"):
        return None
    inside = bool(part.get("Content-ID")) and _disposition(part) != "attachment"
    if kind.startswith("image/") and inside and len(data) < DECORATION:
        return None
    return File(name or f"file.{kind.rpartition('/')[2][:8]}", data)


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    try:
        charset = part.get_content_charset() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        charset = ""
    text = decoded(data if isinstance(data, bytes) else b"", charset)[:LONGEST_TEXT].replace("\r\n", "\n")
    return _unflowed(text) if "format=flowed" in str(part.get("Content-Type", "")).lower() else text


def _unflowed(text: str) -> str:
    """Lines that end in a space go on in the next one (RFC 3676); the mark above a signature does not."""
    return re.sub(r"(?m)^((?!-- $)(?!>).*) \n(?!>)", r"\1 ", text)


def from_html(html: str) -> str:
    """The words of HTML in their lines; what is quoted stands behind “> ”, as in plain text.

    Put in order first, as the standard library takes minutes over markup that was broken on purpose; with more tags
    than any honest mail has they are only taken out.
    """
    if html.count("<") > MOST_TAGS:
        return unescape(re.sub(r"<[^<>]{0,2000}>?", " ", html[:LONGEST_TEXT])).strip()
    reader = _Words()
    reader.feed(
        nh3.clean(
            html[:LONGEST_TEXT], tags=set(BREAKING), clean_content_tags=set(UNSAID), link_rel=None,
            attributes={tag: {"class", "id"} for tag in BREAKING},
        )
    )  # fmt: skip
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """Gathers the text of well-formed markup, with a line for every block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._quotes: list[bool] = []  # of each open tag, whether a quotation begins with it
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line, a quotation is counted."""
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        quotes = tag == "blockquote" or bool(QUOTING.search(marks))
        if tag not in EMPTY:
            self._quotes.append(quotes)
            self._depth += quotes
        self._line()

    def handle_endtag(self, tag: str) -> None:
        """What was opened last is closed first."""
        if self._quotes and tag not in EMPTY:
            self._depth -= self._quotes.pop()
        self._line()

    def handle_data(self, data: str) -> None:
        """Words: line breaks of the source are spaces."""
        self.found.append(re.sub(r"\s+", " ", data))

    def _line(self) -> None:
        self.found.append("\n> " if self._depth else "\n")
