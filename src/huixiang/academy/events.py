"""What happens in the academy."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AttemptFinished(Event):
    """Somebody came to the end of a scenario."""

    name: ClassVar[str] = "academy.attempt_finished"
    subject_kind: ClassVar[str] = "attempt"
    membership_id: uuid.UUID
    scenario: str
    score: int
    ending: str


@dataclass(frozen=True, kw_only=True)
class CoursePassed(Event):
    """Somebody passed a course, for the first time or again."""

    name: ClassVar[str] = "academy.course_passed"
    subject_kind: ClassVar[str] = "membership"
    course: str
    score: int
    again: bool


@dataclass(frozen=True, kw_only=True)
class ResultsTakenOut(Event):
    """The team's results were read out as a file."""

    name: ClassVar[str] = "academy.results_taken_out"
    subject_kind: ClassVar[str] = "workspace"
    people: int
