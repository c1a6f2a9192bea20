"""What the brand promised about a matter and by when, kept or not: the clocks as members see them."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from huixiang.cases.clocks_models import Clock
from huixiang.cases.clocks_public import ANSWERED
from huixiang.cases.clocks_shown import promised
from huixiang.cases.models import Case
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus


@dataclass(frozen=True, slots=True)
class Promise:
    """`kind`: answer or announcement. `state`: open, late (and nothing came yet), kept, or kept_late."""

    kind: str
    state: str
    by: datetime.datetime
    at: datetime.datetime | None = None


def promises(*, theme: Theme | None, case: Case | None = None) -> list[Promise]:
    """The promises of a matter, the answer first; none for what is old news or has no standard. Two statements."""
    clocks = promised(theme_id=theme.id if theme else None, case_id=case.id if case else None)
    found = []
    if "answer" in clocks:
        found.append(_promise("answer", clocks["answer"], clocks["answer"].met_at))
    if theme and "announcement" in clocks:
        found.append(_promise("announcement", clocks["announcement"], _answered_at(theme, clocks["announcement"])))
    return found


def _answered_at(theme: Theme, clock: Clock) -> datetime.datetime | None:
    """When it was answered in public; the theme knows a moment before its clock does."""
    if clock.met_at or theme.status not in ANSWERED:
        return clock.met_at
    return theme.announced_at if theme.status == ThemeStatus.ANNOUNCED else theme.declined_at


def _promise(kind: str, clock: Clock, at: datetime.datetime | None) -> Promise:
    over = (at or timezone.now()) > clock.due_at
    state = ("kept_late" if over else "kept") if at else ("late" if over else "open")
    return Promise(kind, state, clock.due_at, at)
