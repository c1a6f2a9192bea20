"""A page of Apple's public customer reviews becomes messages."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from huixiang.channels.contracts import InboundMessage

STARS: Final = 5
LONGEST: Final = 10_000


def reviews(page: Any) -> list[InboundMessage]:
    """The reviews of a page, the newest first; what is no review is passed over (older pages begin with the app)."""
    return [one for entry in _entries(page) if (one := _message(entry)) is not None]


def _entries(page: Any) -> Iterator[Mapping[str, Any]]:
    """Apple gives a list, one entry by itself, or none."""
    feed = page.get("feed") if isinstance(page, dict) else None
    found = feed.get("entry", []) if isinstance(feed, dict) else []
    for entry in found if isinstance(found, list) else [found]:
        if isinstance(entry, dict):
            yield entry


def _label(entry: Mapping[str, Any], *path: str) -> str:
    found: Any = entry
    for name in (*path, "label"):
        found = found.get(name) if isinstance(found, dict) else None
    return found.replace("\x00", "").strip() if isinstance(found, str) else ""


def _message(entry: Mapping[str, Any]) -> InboundMessage | None:
    number, stars = _label(entry, "id"), _label(entry, "im:rating")
    said = "\n".join(part for part in (_label(entry, "title"), _label(entry, "content")) if part)
    at = _time(_label(entry, "updated"))
    if not (number and said and at and stars in {"1", "2", "3", "4", "5"}):
        return None
    given = int(stars)
    tail = " ".join(filter(None, ("★" * given + "☆" * (STARS - given), _label(entry, "im:version")[:40])))
    author = _label(entry, "author", "uri") or _label(entry, "author", "name")
    return InboundMessage(
        external_id=number[:200], text=f"{said[:LONGEST]}\n{tail}", author_id=author[:200],
        author_name=_label(entry, "author", "name"), sent_at=at,
    )  # fmt: skip


def _time(written: str) -> datetime.datetime | None:
    try:
        at = datetime.datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
