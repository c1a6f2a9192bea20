"""What happens to announcements."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class AnnouncementEvent(Event):
    """Base of the events about an announcement."""

    subject_kind: ClassVar[str] = "announcement"


@dataclass(frozen=True, kw_only=True)
class Drafted(AnnouncementEvent):
    """A draft was made from the journal."""

    name: ClassVar[str] = "announcements.drafted"
    theme_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Edited(AnnouncementEvent):
    """A person changed the text."""

    name: ClassVar[str] = "announcements.edited"


@dataclass(frozen=True, kw_only=True)
class Published(AnnouncementEvent):
    """Everybody can read it, and those concerned are being told."""

    name: ClassVar[str] = "announcements.published"
    theme_id: uuid.UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class RedLineCrossed(AnnouncementEvent):
    """It was published although it crosses red lines; the words are the reason."""

    name: ClassVar[str] = "announcements.red_line_crossed"
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class PeopleTold(AnnouncementEvent):
    """Everybody concerned was told or found unreachable."""

    name: ClassVar[str] = "announcements.people_told"
    reachable: int
    unreachable: int


@dataclass(frozen=True, kw_only=True)
class TellingPaused(AnnouncementEvent):
    """A person holds back what has not gone out yet: so many messages."""

    name: ClassVar[str] = "announcements.telling_paused"
    held: int


@dataclass(frozen=True, kw_only=True)
class TellingResumed(AnnouncementEvent):
    """What was held back goes out: so many messages."""

    name: ClassVar[str] = "announcements.telling_resumed"
    released: int


@dataclass(frozen=True, kw_only=True)
class ConsentAsked(AnnouncementEvent):
    """Members were asked whether they may be thanked by name."""

    name: ClassVar[str] = "announcements.consent_asked"
    members: int


@dataclass(frozen=True, kw_only=True)
class SolvedAnswered(AnnouncementEvent):
    """A member said whether it is solved for them."""

    name: ClassVar[str] = "announcements.solved_answered"
    member_id: uuid.UUID
    solved: str
