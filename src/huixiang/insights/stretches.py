"""How long each stretch of the way to an announcement took."""

from dataclasses import dataclass
from datetime import datetime

from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the way: `name` (answer, finding, fixing, publishing) and its length."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class VisibleStep:
    """A step of the way as it was published; `gap` is the time since the step before, None for the first."""

    at: datetime
    title: str
    text: str
    gap: float | None


def stretches(*, announcement: Announcement, answered: Case | None) -> list[Stretch]:
    """The stretches whose ends are known, in order. Steps out of order (reopened ones) are left out."""
    theme = announcement.theme
    ends = [
        ("answer", answered.first_answered_at if answered else None),
        ("finding", theme.fixing_at),
        ("fixing", theme.fixed_at),
        ("publishing", announcement.published_at),
    ]
    found: list[Stretch] = []
    since = theme.first_seen
    for name, at in ends:
        if at is not None and at > since:
            found.append(Stretch(name, (at - since).total_seconds()))
            since = at
    return found


def steps_with_gaps(announcement: Announcement) -> list[VisibleStep]:
    """The published way with the time between its steps, the publication last, without a title."""
    steps: list[VisibleStep] = []
    for kept in announcement.way:
        steps.append(_step(datetime.fromisoformat(kept["at"]), kept["title"], kept.get("text", ""), steps))
    if announcement.published_at:
        steps.append(_step(announcement.published_at, "", "", steps))
    return steps


def _step(at: datetime, title: str, text: str, before: list[VisibleStep]) -> VisibleStep:
    return VisibleStep(at, title, text, (at - before[-1].at).total_seconds() if before else None)
