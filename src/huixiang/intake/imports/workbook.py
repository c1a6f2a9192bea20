"""XLSX: what unpacks to too much is refused before it is opened."""

import datetime
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from huixiang.intake.imports.table import Table, fitted, named
from huixiang.kernel.errors import Refused

MOST_BYTES = 400 * 1024 * 1024  # unpacked
MOST_CELLS = 5_000_000  # of a sheet's rectangle: a cell far out would make the reader lay out all before it
READ_BYTES = 1 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, EOFError,
           ValueError, struct.error)  # fmt: skip
WHOLE_BELOW = 1e21  # phone numbers and ids; beyond it nobody writes all digits


def table(path: Path) -> Table:
    """The first visible sheet of a workbook. Raises Refused for what is none, or too much."""
    _weigh(path)
    try:
        book = CalamineWorkbook.from_path(path)
        sheet = _sheet(book)
        rows = _rows(sheet)
        _number, header = next(rows, (1, []))
    except (CalamineError, OSError, ValueError) as error:
        raise _no_workbook() from error
    columns = named(header)
    return Table(columns, (fitted(place, cells, len(columns)) for place, cells in rows), "xlsx", book.close)


def _no_workbook() -> Refused:
    return Refused(_("This is not a readable XLSX file. Open it in a spreadsheet program and save it again as .xlsx."))


def _weigh(path: Path) -> None:
    """Refuse by the packing list, then by where the cells lie."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise Refused(_too_large())
            for part in parts:
                _measure(packed, part)
    except (*DAMAGED, expat.ExpatError) as error:
        raise _no_workbook() from error


def _too_large() -> str:
    return _("The workbook is too large: up to %(megabytes)d MB unpacked and %(cells)s cells can be read.") % {
        "megabytes": MOST_BYTES // 1024 // 1024,
        "cells": f"{MOST_CELLS:,}",
    }


class _Extent:
    """How far to the right and down a sheet's cells lie."""

    def __init__(self) -> None:
        self.width = self.height = self._column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self.height, self._column = self.height + 1, 0
        elif tag == "c":
            column, row = _place(attributes.get("r", ""))
            self._column = column or self._column + 1
            self.height = max(self.height, row)
            self.width = max(self.width, self._column)
            if self.width * self.height > MOST_CELLS:
                raise Refused(_too_large())


def _place(reference: str) -> tuple[int, int]:
    """Column and row, from 1, of a reference like AB12; (0, 0) for none."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    column = 0
    for letter in letters[:4].upper():
        column = column * 26 + ord(letter) - 64
    return max(column, 0), int(digits[:9] or 0)


def _no_entities(*_declaration: object) -> None:
    raise _no_workbook()


def _measure(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part to its end, which proves the size the packing list gives; of a sheet, weigh its cells."""
    sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    parser = expat.ParserCreate()
    parser.StartElementHandler = _Extent().start
    parser.EntityDeclHandler = _no_entities
    with packed.open(part) as file:
        while chunk := file.read(READ_BYTES):
            if sheet:
                parser.Parse(chunk, False)


def _sheet(book: CalamineWorkbook) -> CalamineSheet:
    for place, sheet in enumerate(book.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return book.get_sheet_by_index(place)
    raise Refused(_("The workbook has no visible sheet."))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the number the spreadsheet shows."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _text(cell: Any) -> str:
    """A cell as a person reads it: 13800138000 and not 13800138000.0, times as ISO."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < WHOLE_BELOW:
        return str(int(cell))
    if isinstance(cell, (datetime.datetime, datetime.date, datetime.time)):
        return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell.isoformat()
    return str(cell)
