"""The headers of a mail as people mean them: words in whatever character set, addresses, ids, the time."""

import datetime
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Final

ID: Final = re.compile(r"<[^<>\s]+>")
LONGEST_ID: Final = 200
LONGEST_HEADER: Final = 10_000
MOST_REFERENCES: Final = 30
CHINESE: Final = frozenset({"gb2312", "gb_2312-80", "gb2312-80", "gbk", "x-gbk", "cp936", "ms936", "gb18030"})


def decoded(data: bytes, charset: str = "") -> str:
    """Bytes of a mail as text, whatever they say they are written in: what is called gb2312 often is gb18030."""
    named = "gb18030" if charset.lower() in CHINESE else charset.strip("\"' ")
    for one in filter(None, (named, "utf-8", "gb18030")):
        try:
            return storable(data.decode(one))
        except (LookupError, ValueError):
            continue
    try:
        return storable(data.decode(named or "utf-8", "replace"))
    except (LookupError, ValueError):
        return storable(data.decode("utf-8", "replace"))


def storable(text: str) -> str:
    """Without what no database keeps: NUL, halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def raw(mail: Message, name: str) -> str:
    """A header as it stands there, on one line; "" when it is missing. Undeclared bytes may be Chinese."""
    found = next((value for key, value in mail.raw_items() if key.lower() == name), "")
    text = str(found)[:LONGEST_HEADER]
    if not text.isascii():
        text = decoded(text.encode("utf-8", "surrogateescape"))
    return " ".join(text.split())


def words(text: str) -> str:
    """A header's words, decoded (=?gb18030?B?…?=)."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    said = ""
    for piece, charset in pieces:
        if isinstance(piece, str):
            said += piece
        else:
            said += decoded(piece, charset) if charset else piece.decode("raw-unicode-escape", "replace")
    return " ".join(storable(said).split())


def address(mail: Message, name: str) -> tuple[str, str]:
    """Name and address of the first one in a header; the address in small letters, "" when there is none."""
    try:
        found = getaddresses([raw(mail, name)])
    except (ValueError, IndexError):
        return "", ""
    called, where = next((one for one in found if "@" in one[1]), ("", ""))
    return words(called), storable(where.strip().lower())


def ids(mail: Message, name: str) -> list[str]:
    """The message ids in a header, each once, as they are kept here."""
    return [short(one) for one in dict.fromkeys(ID.findall(raw(mail, name)))][-MOST_REFERENCES:]


def short(message_id: str) -> str:
    """An id as it can be kept: one that is too long is known by its hash."""
    return message_id if len(message_id) <= LONGEST_ID else f"<{sha256(message_id.encode()).hexdigest()}>"


def own_id(mail: Message) -> str:
    """The mail's id; of one without, a hash of what tells mails apart."""
    found = ids(mail, "message-id")
    if found:
        return found[0]
    telling = "\n".join(raw(mail, name) for name in ("from", "to", "date", "subject", "message-id"))
    body = mail.get_payload(decode=True)
    told = telling.encode("utf-8", "replace") + (body if isinstance(body, bytes) else b"")
    return f"sha256:{sha256(told).hexdigest()}"


def sent_at(mail: Message, now: datetime.datetime) -> datetime.datetime:
    """When it was written; now for a time that is none, or cannot be."""
    try:
        at = parsedate_to_datetime(raw(mail, "date"))
        at = at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
        at = at.astimezone(datetime.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return now
    return at if datetime.datetime(1990, 1, 2, tzinfo=datetime.UTC) < at <= now else now
