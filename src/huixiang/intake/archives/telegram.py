"""A chat exported by Telegram as JSON: one object after another, so that a large file does not fill the memory."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.intake.archives.script import Said
from huixiang.kernel.errors import Refused

BEGINNING: Final = 64 * 1024
CHUNK: Final = 256 * 1024
LARGEST: Final = 4 * 1024 * 1024  # signs of one message, all its markings included
LIST: Final = re.compile(r'"messages"\s*:\s*\[')
NAME: Final = re.compile(r'"name"\s*:\s*("(?:[^"\\]|\\.)*")')
EPOCH_YEAR: Final = 1970
BETWEEN: Final = re.compile(r"[\s,]*")


def fits(beginning: str) -> bool:
    """Whether a file that begins so is such an export. Raises Refused for one of a whole account."""
    if not beginning.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    if re.search(r'"chats"\s*:\s*\{', beginning):
        raise Refused(_("This is the export of a whole account. Open the group and export its chat history alone."))
    return LIST.search(beginning) is not None


def group_of(beginning: str) -> str:
    """The group's name as the export gives it."""
    found = NAME.search(beginning)
    try:
        return str(json.loads(found[1])) if found else ""
    except ValueError:
        return ""


def said_in(path: Path) -> Iterator[Said]:
    """What was said, in order. Raises Refused where the file breaks off or is no JSON."""
    for line, found in _objects(path):
        yield _said(line, found)


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    """The members of the list of messages, each with the line it begins on."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        text = file.read(BEGINNING)
        start = LIST.search(text)
        if start is None:
            raise _broken(1)
        line, text = 1 + text.count("\n", 0, start.end()), text[start.end() :]
        place = 0
        while True:
            place, line = _skipped(text, place, line)
            if text.startswith("]", place):
                return
            try:
                found, end = decoder.raw_decode(text, place)
            except (ValueError, RecursionError) as error:
                more = file.read(CHUNK)
                if not more or len(text) - place > LARGEST:
                    raise _broken(line) from error
                text, place = text[place:] + more, 0
                continue
            yield line, found
            line, place = line + text.count("\n", place, end), end


def _skipped(text: str, place: int, line: int) -> tuple[int, int]:
    found = BETWEEN.match(text, place)
    end = found.end() if found else place
    return end, line + text.count("\n", place, end)


def _broken(line: int) -> Refused:
    return Refused(_("The export breaks off or is no JSON at line %(line)d. Export the chat again.") % {"line": line})


def _said(line: int, found: Any) -> Said:
    if not isinstance(found, dict):
        return Said(line, fault=_("This is no message."), text=str(found)[:200])
    text = _text(found.get("text")).strip()
    if found.get("type") != "message" or not text:
        return Said(line, left_out=True)
    at = _time(found)
    return Said(
        line, name=_field(found, "from", 200), author_id=_field(found, "from_id", 100), at=at, text=text,
        own_id=_field(found, "id", 40), reply_to=_field(found, "reply_to_message_id", 40),
        fault="" if at else _("The time “%(written)s” does not exist.") % {"written": str(found.get("date"))[:40]},
    )  # fmt: skip


def _field(found: dict[str, Any], name: str, longest: int) -> str:
    """A name or number of the message; "" where there is none."""
    return str(found[name])[:longest] if found.get(name) is not None else ""


def _text(written: Any) -> str:
    """The words of a message, which stand in pieces where some are bold or a link."""
    if isinstance(written, list):
        return "".join(_text(piece) for piece in written)
    if isinstance(written, dict):
        written = written.get("text")
    return written if isinstance(written, str) else ""


def _time(found: dict[str, Any]) -> datetime.datetime | None:
    """The time with its zone where the export has it; older ones only have the exporter's clock."""
    try:
        if found.get("date_unixtime"):
            at = datetime.datetime.fromtimestamp(int(found["date_unixtime"]), datetime.UTC)
        else:
            at = datetime.datetime.fromisoformat(str(found.get("date")))
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return at if EPOCH_YEAR <= at.year < datetime.MAXYEAR else None  # no zone shifts such a year out of the calendar
