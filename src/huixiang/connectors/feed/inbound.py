"""What stands in a feed becomes messages: title and text as people read them, each known by its guid."""

import calendar
import datetime
import hashlib
import io
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

import feedparser
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage, TransportError

MOST: Final = 500  # entries of one feed
LONGEST: Final = 19_000  # signs of one entry; articles are longer, and their beginning tells what they are about
LONGEST_ID: Final = 200
APART: Final = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
SILENT: Final = frozenset({"script", "style", "head", "template"})
ENTITY: Final = re.compile(rb"<\s*!\s*\x00?E\x00?N\x00?T\x00?I\x00?T\x00?Y", re.IGNORECASE)


class _Words(HTMLParser):
    """The words of a piece of HTML, with a new line where a paragraph ends."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """A new line before what stands apart."""
        self._silent += tag in SILENT
        self.pieces += "\n" * (tag in APART)

    def handle_endtag(self, tag: str) -> None:
        """A new line behind it."""
        self._silent = max(0, self._silent - (tag in SILENT))
        self.pieces += "\n" * (tag in APART and tag != "br")

    def handle_data(self, data: str) -> None:
        """The words themselves."""
        if not self._silent:
            self.pieces.append(data)


def words(html: str) -> str:
    """HTML as plain text."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def parsed(body: bytes, *, media_type: str = "", address: str = "") -> Any:
    """The feed as feedparser understands it. Raises TransportError for what is no feed."""
    if ENTITY.search(body):
        raise TransportError(_("The feed declares entities of its own; such a feed is not read."), permanent=True)
    headers = {"content-location": address} | ({"content-type": media_type} if media_type else {})
    try:  # a stream: a text would be taken for an address, and opened
        found = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except Exception as error:  # whatever it stumbles over in a stranger's file
        raise TransportError(_("This is no feed that can be read (RSS or Atom).")) from error
    if not found.get("version") and not found.entries:
        raise TransportError(_("This is no feed that can be read (RSS or Atom)."))
    return found


def messages(found: Any) -> list[InboundMessage]:
    """The entries, the oldest first; one without words is passed over."""
    made = [_message(entry) for entry in found.entries[:MOST]]
    return sorted((one for one in made if one is not None), key=lambda one: one.sent_at)


def _message(entry: Mapping[str, Any]) -> InboundMessage | None:
    title, body = words(str(entry.get("title", ""))), words(_body(entry))
    text = body if body.startswith(title) else f"{title}\n{body}".strip()
    if not text:
        return None
    author = str(entry.get("author", "")).strip()
    detail = entry.get("author_detail") or {}
    return InboundMessage(
        external_id=_id(entry, text), text=text.replace("\x00", "")[:LONGEST],
        author_id=str(detail.get("href") or author)[:LONGEST_ID], author_name=str(detail.get("name") or author),
        author_email=str(detail.get("email", "")), sent_at=_time(entry),
    )  # fmt: skip


def _body(entry: Mapping[str, Any]) -> str:
    whole = entry.get("content") or []
    return str(whole[0].get("value", "") if whole else entry.get("summary", ""))


def _id(entry: Mapping[str, Any], text: str) -> str:
    """The guid, else the address, else the words: whatever stays when the feed is fetched again."""
    told = str(entry.get("id") or entry.get("link") or "").strip()
    if told and len(told) <= LONGEST_ID:
        return told
    return "hash:" + hashlib.sha256((told or text).encode("utf-8", "surrogatepass")).hexdigest()


def _time(entry: Mapping[str, Any]) -> datetime.datetime:
    """When it was published, in UTC; now where the feed does not say, or says what cannot be."""
    now = timezone.now()
    for name in ("published_parsed", "updated_parsed"):
        if name not in entry:  # asked first: feedparser would give one for the other
            continue
        try:
            at = datetime.datetime.fromtimestamp(calendar.timegm(entry[name]), datetime.UTC)
        except (ValueError, OverflowError, OSError, TypeError):
            continue
        return min(at, now) if at.year >= 1990 else now  # noqa: PLR2004 - before there were feeds
    return now
