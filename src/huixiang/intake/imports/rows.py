"""A row becomes a message, or a sentence that says why not."""

import datetime
import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage
from huixiang.intake.acceptance import LONGEST_ID, is_address, refusal
from huixiang.intake.imports.delimited import UNREADABLE
from huixiang.intake.imports.table import Row

EXCEL_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0 has no zone
EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119
LONGEST_SECONDS = 11  # digits; more are milliseconds
SHAPE = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<half>上午|下午|晚上|凌晨|中午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*分?)?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?\s*秒?)?\s*(?P<after>AM|PM)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
WEIBO = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d")  # Sat May 04 12:30:05 +0800 2024
LATER_HALF = {"下午", "晚上", "PM"}
NOON = 12


class RowReader:
    """Makes messages of one file's rows, which must all be given, in order.

    It remembers which rows it has seen: a row without an id is known by its content and its ordinal among its equals.
    """

    def __init__(self, *, mapping: Mapping[str, str], columns: Sequence[str], zone: str) -> None:
        self._places = {field: columns.index(column) for field, column in mapping.items()}
        self._zone = ZoneInfo(zone)
        self._seen: Counter[bytes] = Counter()

    def message(self, row: Row) -> InboundMessage | str:
        """The row as a message, or why it cannot be one."""
        external_id = self._cell(row, "external_id") or self._own_id(row)
        if row.fault:
            return row.fault
        if any(UNREADABLE.search(row.cells[place]) for place in self._places.values()):
            return _("The row contains bytes that are no text in the file's encoding.")
        sent_at = self._time(row)
        if isinstance(sent_at, str):
            return sent_at
        message = InboundMessage(
            external_id=external_id,
            text=row.cells[self._places["text"]],
            author_id=self._author(row),
            author_name=self._cell(row, "author_name"),
            author_email=self._cell(row, "author_email"),
            sent_at=sent_at,
            thread=self._cell(row, "thread"),
        )
        return refusal(message) or message

    def _cell(self, row: Row, field: str) -> str:
        place = self._places.get(field)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""

    def _author(self, row: Row) -> str:
        """What tells the author apart: the id, else the address, else the name."""
        email = self._cell(row, "author_email").lower()
        told = self._cell(row, "author_id") or (email if is_address(email) else "")
        return told or _by_name(self._cell(row, "author_name"))

    def _own_id(self, row: Row) -> str:
        content = "\x1f".join(row.cells).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(content).digest()[:20]
        self._seen[digest] += 1
        return f"row:{digest.hex()}:{self._seen[digest]}"

    def _time(self, row: Row) -> datetime.datetime | str:
        written = self._cell(row, "time")
        if not written:
            return timezone.now()
        return moment(written, self._zone) or _(
            "The time “%(written)s” cannot be read; write it like 2026-11-21 08:05."
        ) % {"written": written[:40]}


def _by_name(name: str) -> str:
    """Who is known only by a name is one person of that name; a very long name is known by its digest."""
    if len(name) <= LONGEST_ID:
        return name
    return "name:" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def moment(written: str, zone: ZoneInfo) -> datetime.datetime | None:
    """The time somebody wrote, taken in `zone` where it names none; None for what cannot be read.

    Read are 2026-11-21 08:05(:30), 2026/11/21, 2026年11月21日 8时05分, 20261121, ISO 8601, Excel's days since 1899,
    and seconds or milliseconds since 1970. Which of 05/11/2026 is the month nobody can know: it is not read.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    try:
        found = _number(text, zone) if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else _written(text)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None or found.tzinfo is not None:
        return found
    return found.replace(tzinfo=zone)


def _number(text: str, zone: ZoneInfo) -> datetime.datetime | None:
    value = float(text)
    whole = text.partition(".")[0]
    if EXCEL_DAYS[0] <= value < EXCEL_DAYS[1]:
        return EXCEL_EPOCH + datetime.timedelta(seconds=round(value * 86_400))
    if text in {whole, f"{whole}.0"} and len(whole) in {8, 14} and whole[:2] in {"19", "20"}:
        return datetime.datetime.strptime(whole.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - set by the caller
    if len(whole) < 9 or not math.isfinite(value):  # noqa: PLR2004 - before 1973 nobody counted so
        return None
    return datetime.datetime.fromtimestamp(value if len(whole) <= LONGEST_SECONDS else value / 1000, tz=zone)


def _written(text: str) -> datetime.datetime | None:
    match = SHAPE.fullmatch(text)
    if match is None:
        return datetime.datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y") if WEIBO.match(text) else None
    part = match.groupdict()
    hour, half = int(part["hour"] or 0), (part["half"] or part["after"] or "").upper()
    if half in LATER_HALF and hour < NOON:
        hour += NOON
    elif half in {"AM", "凌晨"} and hour == NOON:
        hour = 0
    return datetime.datetime(
        int(part["year"]), int(part["month"]), int(part["day"]), hour, int(part["minute"] or 0),
        int(part["second"] or 0), int((part["fraction"] or "0").ljust(6, "0")[:6]), tzinfo=_offset(part["zone"]),
    )  # fmt: skip


def _offset(zone: str | None) -> datetime.tzinfo | None:
    if not zone:
        return None
    if zone.upper() in {"Z", "UTC"}:
        return datetime.UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return datetime.timezone(datetime.timedelta(minutes=-minutes if zone[0] == "-" else minutes))
