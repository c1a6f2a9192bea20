"""What a read file looks like: columns, and rows of text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Row:
    """One row, padded to the columns. `number` is as a spreadsheet counts; `fault` says why it cannot be used."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An open file. The rows can be gone through once."""

    columns: list[str]
    rows: Iterator[Row]
    encoding: str
    close: Callable[[], None] = field(default=lambda: None)


def named(header: Sequence[str]) -> list[str]:
    """Column names that can be told apart: trimmed, nameless ones numbered, equal ones counted."""
    names: list[str] = []
    cells = [cell.strip().lstrip("\ufeff").strip() for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    taken: set[str] = set()
    for place, cell in enumerate(cells, 1):
        wanted = plain = cell or f"#{place}"
        count = 1
        while wanted in taken:
            count += 1
            wanted = f"{plain} ({count})"
        taken.add(wanted)
        names.append(wanted)
    return names


def fitted(number: int, cells: list[str], width: int) -> Row:
    """The row at the header's width: filled up where it is short, at fault where it has more than empty cells."""
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        fault = _("The row has %(found)d columns, the first line %(wanted)d; is a comma in the text not quoted?")
        return Row(number, cells, fault % {"found": len(cells), "wanted": width})
    return Row(number, cells[:width] + [""] * (width - len(cells)))
