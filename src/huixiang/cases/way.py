"""The public way of a feedback: derived from its theme and case, never stored."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus

STEPS = ("received", "assessed", "dialogue", "fixing", "fixed", "announced")
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step: its name, when it was reached (None: not yet), its word, and whether it is the present one."""

    name: str
    word: str
    at: datetime.datetime | None
    now: bool = False


def times(
    *, received: datetime.datetime, assessed: datetime.datetime | None, case: Case | None, theme: Theme | None
) -> dict[str, datetime.datetime | None]:
    """When each step was reached; a later step reached makes the ones before it reached too."""
    found = {
        "received": received,
        "assessed": assessed,
        "dialogue": case.first_answered_at if case else None,
        "fixing": _since(received, theme.fixing_at if theme else None),
        "fixed": _since(received, theme.fixed_at if theme else None),
        "announced": _since(received, theme.announced_at if theme else None),
    }
    later: datetime.datetime | None = None
    for name in reversed(STEPS):
        found[name] = found[name] or later
        later = found[name]
    return found


def _since(received: datetime.datetime, at: datetime.datetime | None) -> datetime.datetime | None:
    """A theme's step counts for what was said before it: a report after the fix has its way still to go."""
    return at if at and at >= received else None


def word(name: str, theme: Theme | None) -> str:
    """A step in the community's words."""
    words = {
        "received": _("Received"),
        "assessed": _("Assessed"),
        "dialogue": _("In dialogue"),
        "fixing": _("Being fixed"),
        "fixed": _("Fixed"),
        "announced": _("Announced"),
        DECLINED: _("Not adopted"),
    }
    if name == "fixed" and theme and theme.fixed_in:
        return _("Fixed in %(version)s") % {"version": theme.fixed_in}
    return words[name]


def status(*, feedback: Feedback | None, case: Case | None, theme: Theme | None) -> str:
    """The present step's name, or `declined`."""
    if theme and theme.status == ThemeStatus.DECLINED:
        return DECLINED
    received = (
        feedback.said_at if feedback else theme.first_seen if theme else datetime.datetime.now(datetime.UTC)
    )
    reached = times(
        received=received, assessed=feedback.created_at if feedback else received, case=case, theme=theme
    )
    return [name for name in STEPS if reached[name]][-1]


def way(*, feedback: Feedback | None, case: Case | None, theme: Theme | None) -> list[WayStep]:
    """All steps with their times; a declined theme's way ends with that word."""
    received = (
        feedback.said_at if feedback else theme.first_seen if theme else datetime.datetime.now(datetime.UTC)
    )
    reached = times(
        received=received, assessed=feedback.created_at if feedback else received, case=case, theme=theme
    )
    present = status(feedback=feedback, case=case, theme=theme)
    steps = [WayStep(name, word(name, theme), reached[name], name == present) for name in STEPS]
    if present == DECLINED and theme:
        kept = [step for step in steps[:3] if step.at]
        return [*kept, WayStep(DECLINED, word(DECLINED, theme), theme.declined_at, now=True)]
    return steps
