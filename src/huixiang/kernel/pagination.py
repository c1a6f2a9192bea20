"""Pages by cursor: the cost of a page does not grow with its number."""

import base64
import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page and the cursor of the next, None at the end."""

    rows: list[Row]
    next_cursor: str | None = None


def encode(*values: Any) -> str:
    """A cursor from the sort values of a page's last row."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode(cursor: str, *parsers: Callable[[Any], Any]) -> list[Any] | None:
    """The sort values again, each through its parser; None for anything that is not such a cursor."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [parse(value) for parse, value in zip(parsers, values, strict=True)] if cursor else None
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):  # deep brackets, infinite numbers
        return None


def moment(value: Any) -> datetime.datetime:
    """Parser of a time in a cursor. Raises ValueError unless it is one with a time zone."""
    found = datetime.datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found


def cut(rows: list[Row], size: int, *fields: str) -> Page[Row]:
    """A page from up to `size + 1` fetched rows; the extra row only says that there is more."""
    if len(rows) <= size:
        return Page(rows)
    kept = rows[:size]
    return Page(kept, encode(*(getattr(kept[-1], field) for field in fields)))
