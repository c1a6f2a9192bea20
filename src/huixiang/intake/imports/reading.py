"""Rows of text from a file, whatever program wrote it; nothing here knows what the columns mean."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from huixiang.intake.imports import delimited, workbook
from huixiang.intake.imports.table import Row, Table
from huixiang.kernel.errors import Refused

PREVIEW_ROWS = 20
PREVIEW_SIGNS = 200
LONGEST_NAME = 200  # of a column: what is longer is not a heading
MOST_COLUMNS = 500
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
NO_TEXT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")  # pictures, packed files


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file, cut to what a page shows. `encoding` is "xlsx" for a workbook."""

    columns: list[str]
    rows: list[list[str]]
    encoding: str


def open_table(path: Path) -> Table:
    """The file's columns and an iterator over its rows; close it when done.

    Raises Refused for what is no table: another format, no first line with column names, a bomb.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": error.strerror or error}
        ) from error
    if start == OLD_EXCEL:
        raise Refused(_("This is an old or a protected Excel file. Save it as .xlsx without a password, or as CSV."))
    if start.startswith(NO_TEXT):
        raise Refused(_no_columns())
    table = workbook.table(path) if start == ZIP else delimited.table(path)
    try:
        _check(table.columns)
    except Refused:
        table.close()
        raise
    return table


def _check(columns: list[str]) -> None:
    if not any(columns):
        raise Refused(_("The file is empty; a first line with column names is needed."))
    if len(columns) > MOST_COLUMNS or any(len(name) > LONGEST_NAME or not name.isprintable() for name in columns):
        raise Refused(_no_columns())


def _no_columns() -> str:
    return _("The first line does not hold column names. Is it a CSV or XLSX file?")


def preview(path: Path) -> Preview:
    """Columns and first rows of a file. Raises Refused, in words, for a file that cannot be read."""
    with closing(open_table(path)) as table:
        rows = [_shown(row) for row, _place in zip(_sound(table.rows), range(PREVIEW_ROWS), strict=False)]
        return Preview(table.columns, rows, table.encoding)


def _sound(rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if not row.fault)


def _shown(row: Row) -> list[str]:
    return [cell[:PREVIEW_SIGNS].encode("utf-8", "replace").decode().replace("\0", "�") for cell in row.cells]


def count_rows(path: Path) -> int:
    """How many rows stand below the column names, broken ones too."""
    with closing(open_table(path)) as table:
        return sum(1 for _row in table.rows)
