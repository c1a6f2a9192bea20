"""What happens to feedback."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class FeedbackFound(Event):
    """A message turned out to be feedback."""

    name: ClassVar[str] = "feedback.found"
    subject_kind: ClassVar[str] = "feedback"
    kind: str
    severity: int
    message_id: uuid.UUID
    member_id: uuid.UUID
    model_version: str


@dataclass(frozen=True, kw_only=True)
class FeedbackRemoved(Event):
    """A feedback was deleted; a tombstone with the reason stays."""

    name: ClassVar[str] = "feedback.removed"
    subject_kind: ClassVar[str] = "feedback"


@dataclass(frozen=True, kw_only=True)
class TakenBack(Event):
    """The import that brought it was taken back: it is gone, and counts no more."""

    name: ClassVar[str] = "feedback.taken_back"
    subject_kind: ClassVar[str] = "feedback"
    run_id: uuid.UUID
