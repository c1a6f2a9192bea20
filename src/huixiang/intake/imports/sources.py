"""What an import goes through: the rows of a table, or what was said in a chat."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage
from huixiang.intake.archives import opening
from huixiang.intake.archives.script import Said
from huixiang.intake.archives.speaking import Speaker
from huixiang.intake.imports import mapping as mappings
from huixiang.intake.imports import reading
from huixiang.intake.imports.rows import RowReader
from huixiang.intake.imports.table import Row
from huixiang.intake.models import ImportRun
from huixiang.kernel.errors import Refused

Item = tuple[Row, InboundMessage | str | None]
EARLIEST, LATEST = 1990, 2100


@dataclass(frozen=True, slots=True)
class Source:
    """Rows with what becomes of each: a message, a sentence why not, or None for what is left out."""

    items: Iterator[Item]
    close: Callable[[], None]


def opened(run: ImportRun) -> Source:
    """The file of an import, from its beginning. Raises Refused when it cannot be read (any more)."""
    return _chat(run) if run.archive else _table(run)


def total(run: ImportRun) -> int:
    """How many items there will be."""
    if run.archive:
        return opening.look(archive(Path(run.path), run.file_name), run.mapping).total
    return reading.count_rows(Path(run.path))


def _table(run: ImportRun) -> Source:
    table = reading.open_table(Path(run.path))
    try:
        mapping = mappings.checked(run.mapping, table.columns)
    except Refused:
        table.close()
        raise
    reader = RowReader(mapping=mapping, columns=table.columns, zone=run.workspace.time_zone)
    return Source(((row, reader.message(row)) for row in table.rows), table.close)


def _chat(run: ImportRun) -> Source:
    said = opening.said_in(archive(Path(run.path), run.file_name), run.mapping)
    speaker = Speaker(run.mapping, run.workspace.time_zone)
    return Source(((_row(one), speaker.message(one)) for one in said), said.close)


def _row(said: Said) -> Row:
    return Row(said.line, [one for one in (said.name, said.text) if one])


def archive(path: Path, file_name: str) -> opening.Archive:
    """The file as a chat. Raises Refused when it is none."""
    try:
        found = opening.recognised(path, file_name, whatever_its_name=True)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": error.strerror or error}
        ) from error
    if found is None:
        raise Refused(_("No chat was recognised in this file: each message needs a line with a name and a time."))
    return found


def settings_of_chat(path: Path, file_name: str, given: Mapping[str, str]) -> tuple[str, dict[str, str], int]:
    """Check what was said about a chat; returns how it is written, all its settings, and how many items it holds.

    What was left open is found out here once, so that the same file is read the same way next year.
    Raises Refused for a file that is no chat, a missing group or a wrong year.
    """
    found = archive(path, file_name)
    year = given.get("year", "").strip()
    if year and not (year.isascii() and year.isdecimal() and EARLIEST <= int(year) <= LATEST):
        raise Refused(_("Give the year as four digits, such as 2026."))
    known = {"group": given.get("group", "").strip() or found.group, "year": year, "order": given.get("order", "")}
    if not known["group"]:
        raise Refused(_("Give the group a name: by it the next export of the same group is known."))
    look = opening.look(found, {name: value for name, value in known.items() if value})
    if not look.messages:
        raise Refused(_("There is no message in this file."))
    return found.kind, look.settings, look.total


def peeked(
    path: Path, file_name: str, given: Mapping[str, str], zone: str
) -> tuple[opening.Archive, opening.Look, list[InboundMessage | str | None]]:
    """The chat as it will be read: what is in it, and its first messages. Raises Refused for a file that is none."""
    found = archive(path, file_name)
    look = opening.look(found, given)
    speaker = Speaker(look.settings, zone)
    return found, look, [speaker.message(one) for one in look.first]
