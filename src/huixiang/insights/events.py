"""What leaves the workspace as a file."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class VerbatimsExported(Event):
    """Somebody took what people said with them; `unmasked` when phone numbers and the like are in it."""

    name: ClassVar[str] = "insights.verbatims_exported"
    subject_kind: ClassVar[str] = "export"
    feedbacks: int
    themes: int
    theme_id: uuid.UUID | None
    unmasked: bool
    format: str


@dataclass(frozen=True, kw_only=True)
class CriticsExported(Event):
    """Somebody took a list of critics with them, with names and what it was about; so many lines."""

    name: ClassVar[str] = "insights.critics_exported"
    subject_kind: ClassVar[str] = "workspace"
    ways: int
