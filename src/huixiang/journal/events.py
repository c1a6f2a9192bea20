"""What an event is."""

import datetime
import uuid
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `system`, `staff` (membership id), `member` (member id) or `key` (API key id)."""

    kind: str
    id: uuid.UUID | None = None


SYSTEM = Actor("system")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events: frozen, named, carrying ids and small typed values.

    `subject` is the row the event is about. `personal` names the fields that tell something of a person.
    """

    name: ClassVar[str]
    subject_kind: ClassVar[str]
    personal: ClassVar[frozenset[str]] = frozenset()

    subject: uuid.UUID

    def data(self) -> dict[str, Any]:
        """The fields as JSON values, the subject left out."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name != "subject"}


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value
