"""What happens to members."""

from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    """A member said whether they may be thanked by name; a later answer replaces it."""

    name: ClassVar[str] = "members.consent_given"
    subject_kind: ClassVar[str] = "member"
    consent: str


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """Staff changed how close a member stands to the brand."""

    name: ClassVar[str] = "members.tier_changed"
    subject_kind: ClassVar[str] = "member"
    before: str
    after: str
