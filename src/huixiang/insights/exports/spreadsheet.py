"""Lists as files for a spreadsheet: CSV (UTF-8 with its mark) and XLSX, a row at a time whatever the length.

No cell is ever taken for a formula. Times are written in the zone that is active, as people of the workspace read them.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language, override
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | datetime.datetime | datetime.date | None

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# what may stand before such a sign and is skipped, or not seen
SKIPPED: Final = " \u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069"
LONGEST_CELL: Final = 32_767  # signs, what a cell of an XLSX file can hold
MOST_ROWS: Final = 1_000_000  # of one sheet; what is beyond goes on in the next
MOMENT: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Table:
    """What is written: headings, rows (gone through once), and widths of columns in signs, 16 where none is given."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = field(default=())


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula, also behind spaces and signs nobody sees."""
    return f"'{text}" if text.lstrip(SKIPPED).startswith(FORMULA_SIGNS) else text


def csv_lines(table: Table) -> Iterator[str]:
    """The table as lines of CSV, to be streamed; the mark at the front lets spreadsheets read Chinese."""
    yield "\ufeff" + _line([harmless(heading) for heading in table.headings])
    for row in table.rows:
        yield _line([_plain(cell) for cell in row])


def as_here(lines: Iterator[str]) -> Iterator[str]:
    """The lines in the language and the zone of now: they are written when the answer is on its way."""
    language, zone = get_language() or "zh-hans", timezone.get_current_timezone()

    def written() -> Iterator[str]:
        with override(language), timezone.override(zone):
            yield from lines

    return written()


def _line(cells: Sequence[str | int | float]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return _local(cell).strftime(MOMENT)
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return harmless(cell.replace("\x00", "")) if isinstance(cell, str) else cell


def _local(moment: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def write_csv(path: Path, table: Table) -> None:
    """The same in a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(table))


def write_xlsx(path: Path, table: Table, *, about: Sequence[tuple[str, str]] = (), about_title: str = "") -> None:
    """The table as an XLSX file, with a first sheet of (what, value) that says what the file is.

    Memory does not grow with the rows. Words are written as words: nothing becomes a formula or a link.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with Workbook(str(path), options) as book:
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        if about:
            _write_about(book.add_worksheet(_sheet_name(about_title)), about, bold)
        _write_rows(book, table, bold, moment)


def _write_about(sheet: Worksheet, about: Sequence[tuple[str, str]], bold: Format) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    for place, (what, value) in enumerate(about):
        sheet.write_string(place, 0, what, bold)
        sheet.write_string(place, 1, value[:LONGEST_CELL])


def _write_rows(book: Workbook, table: Table, bold: Format, moment: Format) -> None:
    sheet, place = _new_sheet(book, table, bold, 1), 0
    for number, row in enumerate(table.rows):
        if number and number % MOST_ROWS == 0:
            sheet = _new_sheet(book, table, bold, number // MOST_ROWS + 1)
        place = number % MOST_ROWS + 1
        for column, cell in enumerate(row):
            _write_cell(sheet, place, column, cell, moment)


def _new_sheet(book: Workbook, table: Table, bold: Format, number: int) -> Worksheet:
    sheet = book.add_worksheet(_sheet_name(table.title, "" if number == 1 else f" {number}"))
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(table.headings):
        sheet.set_column(column, column, table.widths[column] if column < len(table.widths) else 16)
        sheet.write_string(0, column, heading, bold)
    return sheet


def _sheet_name(title: str, ending: str = "") -> str:
    """A name a sheet may have: at most 31 signs, no brackets, marks or slashes, no quote at its ends."""
    plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip(" '")
    return (plain[: 31 - len(ending)].strip(" '") or "-") + ending


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, moment: Format) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime.datetime):
        sheet.write_datetime(row, column, _local(cell).replace(tzinfo=None), moment)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST_CELL])
    elif isinstance(cell, datetime.date):
        sheet.write_string(row, column, cell.isoformat())
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    else:
        sheet.write_number(row, column, cell)
