"""What happens to themes."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ThemeEvent(Event):
    """Base of the events about a theme."""

    subject_kind: ClassVar[str] = "theme"


@dataclass(frozen=True, kw_only=True)
class ThemeFound(ThemeEvent):
    """The first feedback about a matter."""

    name: ClassVar[str] = "themes.found"
    feedback_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ThemeMoved(ThemeEvent):
    """A theme went a step on its way; the words are the root cause, fix or reason."""

    name: ClassVar[str] = "themes.moved"
    before: str
    after: str
    fixed_in: str = ""


@dataclass(frozen=True, kw_only=True)
class ThemeDescribed(ThemeEvent):
    """A person renamed a theme or wrote what is known about it."""

    name: ClassVar[str] = "themes.described"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ThemesMerged(ThemeEvent):
    """The subject took another theme in."""

    name: ClassVar[str] = "themes.merged"
    source_id: uuid.UUID
    feedbacks: int


@dataclass(frozen=True, kw_only=True)
class MergeUndone(ThemeEvent):
    """The subject gave another theme back."""

    name: ClassVar[str] = "themes.merge_undone"
    source_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Voted(ThemeEvent):
    """A member said the same, or took it back."""

    name: ClassVar[str] = "themes.voted"
    member_id: uuid.UUID
    given: bool


@dataclass(frozen=True, kw_only=True)
class SplitOff(ThemeEvent):
    """Part of the subject became a theme of its own."""

    name: ClassVar[str] = "themes.split_off"
    target_id: uuid.UUID
    move_id: uuid.UUID
    feedbacks: int


@dataclass(frozen=True, kw_only=True)
class FeedbackTaken(ThemeEvent):
    """The subject took feedback from another theme; `split` when it was made for that."""

    name: ClassVar[str] = "themes.feedback_taken"
    source_id: uuid.UUID
    move_id: uuid.UUID
    feedbacks: int
    split: bool


@dataclass(frozen=True, kw_only=True)
class FeedbackLeft(ThemeEvent):
    """Feedback of the subject went to another theme."""

    name: ClassVar[str] = "themes.feedback_left"
    target_id: uuid.UUID
    move_id: uuid.UUID
    feedbacks: int


@dataclass(frozen=True, kw_only=True)
class MoveUndone(ThemeEvent):
    """What the subject had taken went back."""

    name: ClassVar[str] = "themes.feedback_returned"
    source_id: uuid.UUID
    move_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ChangeUndone(ThemeEvent):
    """What a person had written about a theme was taken back."""

    name: ClassVar[str] = "themes.change_undone"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class StepUndone(ThemeEvent):
    """A theme went back the step a person had let it go."""

    name: ClassVar[str] = "themes.step_undone"
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class PairDismissed(ThemeEvent):
    """A person said that two themes are not one matter, or took that back."""

    name: ClassVar[str] = "themes.pair_dismissed"
    other_id: uuid.UUID
    dismissed: bool


@dataclass(frozen=True, kw_only=True)
class PartKept(ThemeEvent):
    """A person said that a part the program would have taken out belongs to the subject, or took that back."""

    name: ClassVar[str] = "themes.part_kept"
    proposal_id: uuid.UUID
    kept: bool


@dataclass(frozen=True, kw_only=True)
class RiseWarned(ThemeEvent):
    """The subject rises faster than its own past: so many people within so many days."""

    name: ClassVar[str] = "themes.rise_warned"
    warning_id: uuid.UUID
    people: int
    days: int


@dataclass(frozen=True, kw_only=True)
class WarningAcknowledged(ThemeEvent):
    """Somebody saw an early warning; the words are their note."""

    name: ClassVar[str] = "themes.warning_acknowledged"
    warning_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class RiseEnded(ThemeEvent):
    """The subject no longer rises faster than its own past."""

    name: ClassVar[str] = "themes.rise_ended"
    warning_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AcknowledgementTakenBack(ThemeEvent):
    """Somebody took back that an early warning was seen."""

    name: ClassVar[str] = "themes.acknowledgement_taken_back"
    warning_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class TakenBack(ThemeEvent):
    """All that was said about it came by an import that was taken back, and nobody had touched it: it is gone."""

    name: ClassVar[str] = "themes.taken_back"
    run_id: uuid.UUID
