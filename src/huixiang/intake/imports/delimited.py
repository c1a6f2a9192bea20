"""CSV and its relatives: encoding, delimiter, and rows whose quotation marks do not close."""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from huixiang.intake.imports.table import Row, Table, fitted, named
from huixiang.kernel.errors import Refused

DELIMITERS = (",", ";", "\t")
SAMPLE_SIGNS = 65_536
READ_BYTES = 1 << 20
LONGEST_FIELD = 1 << 30  # signs; the file itself is limited before
MOST_LINES = 2_000  # of one row: more means that a quotation mark was never closed
MOST_RUNAWAYS = 200  # such rows in one file: each is read over and over, and a file full of them would never end
BYTES_OF_A_SIGN = 3  # of Chinese in UTF-8
UNREADABLE = re.compile("[\udc80-\udcff]")
UNREAD = "surrogateescape"  # bytes that are no text stay visible as such, and their row alone is refused


class _Runaway(Exception):  # noqa: N818 - an open quotation mark, not a failure of ours
    """A row goes on and on."""


class _Lines:
    """The file's lines, of which some can be taken back and read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.current: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.current) >= MOST_LINES:
            raise _Runaway
        line = self._again.popleft() if self._again else next(self._lines)
        self.current.append(line)
        return line

    def take_back_all_but_first(self) -> str:
        """Give the rest of the current row's lines back; returns the first."""
        self._again.extendleft(reversed(self.current[1:]))
        return self.current[0]


def table(path: Path) -> Table:
    """A CSV file: UTF-8 with or without a mark, UTF-16 with one, else GB18030; comma, semicolon or tab."""
    csv.field_size_limit(LONGEST_FIELD)
    encoding = encoding_of(path)
    delimiter = _delimiter(path, encoding)
    file = _opened(path, encoding)
    rows = _records(_Lines(file), delimiter)
    header: list[str] = []
    before = 0
    for before, found in rows:  # noqa: B007 - used below: where the header stands
        header = found if isinstance(found, list) else [found]
        if any(cell.strip() for cell in header):
            break
    columns = named(header)
    return Table(columns, _rows(rows, columns, before), encoding, file.close)


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    errors = "replace" if encoding == "utf-16" else UNREAD
    return path.open(encoding=encoding, errors=errors, newline="")


def encoding_of(path: Path) -> str:
    """UTF-8 when most of what is not ASCII is read by it, else the encoding in which the fewest bytes make no text.

    Almost any bytes are some text in GB18030: a file of UTF-8 with a few rows of another program would all be garbled.
    """
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
    faults, signs = _read_as(path, "utf-8-sig")
    if not faults:
        return "utf-8-sig"
    others = _read_as(path, "gb18030")[0]
    if signs * BYTES_OF_A_SIGN >= faults and not (others == 0 and faults > signs):
        return "utf-8-sig"
    return "gb18030" if others < faults else "utf-8-sig"


def _read_as(path: Path, encoding: str) -> tuple[int, int]:
    """How many bytes cannot be read in this encoding, and how many signs beyond ASCII can."""
    decoder = codecs.getincrementaldecoder(encoding)(UNREAD)
    faults = signs = 0
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            text = decoder.decode(chunk)
            if not text.isascii():
                broken = len(UNREADABLE.findall(text))
                beyond = len(text) - len(text.encode("ascii", "ignore"))
                faults, signs = faults + broken, signs + beyond - broken
    return faults, signs


def _delimiter(path: Path, encoding: str) -> str:
    """The one that splits the first line into the most columns."""
    with _opened(path, encoding) as file:
        sample = file.read(SAMPLE_SIGNS).lstrip()
    return max(DELIMITERS, key=lambda sign: _columns(sample, sign))


def _columns(sample: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), []))
    except csv.Error:
        return 0


def _records(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with its number from 1; a row whose quotation marks are broken as its first line's text.

    The lines such a row had swallowed are read again by themselves, so that only the row at fault is lost.
    """
    reader = csv.reader(lines, delimiter=delimiter)
    number = runaways = 0
    while True:
        lines.current.clear()
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_Runaway, csv.Error) as error:
            cells, runaways = None, runaways + isinstance(error, _Runaway)
            if runaways > MOST_RUNAWAYS:
                raise Refused(_("Too many rows open a quotation mark and do not close it.")) from error
        if cells is None or (len(lines.current) > 1 and not _whole(lines.current, delimiter)):
            yield number, lines.take_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
        else:
            yield number, cells


def _whole(lines: list[str], delimiter: str) -> bool:
    """Whether several lines are one row by the strict reading, closed quotation marks and all."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _rows(records: Iterator[tuple[int, list[str] | str]], columns: list[str], header: int) -> Iterator[Row]:
    for number, found in records:
        if number <= header:
            continue
        if isinstance(found, str):
            yield Row(number, [found.rstrip("\r\n")], _("A quotation mark is opened and not closed."))
        elif any(cell.strip() for cell in found):
            yield fitted(number, found, len(columns))
