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
