"""The way of a theme: found → confirmed → fixing → fixed → announced, or declined, or merged away."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ThemeStatus(models.TextChoices):
    """Where a theme stands."""

    FOUND = "found", _("Found")
    CONFIRMED = "confirmed", _("Confirmed")
    FIXING = "fixing", _("Being fixed")
    FIXED = "fixed", _("Fixed")
    ANNOUNCED = "announced", _("Announced")
    DECLINED = "declined", _("Declined")
    MERGED = "merged", _("Merged into another")


OPEN = (ThemeStatus.FOUND, ThemeStatus.CONFIRMED, ThemeStatus.FIXING)
NEXT: dict[str, frozenset[str]] = {
    ThemeStatus.FOUND: frozenset(
        {ThemeStatus.CONFIRMED, ThemeStatus.FIXING, ThemeStatus.FIXED, ThemeStatus.DECLINED}
    ),
    ThemeStatus.CONFIRMED: frozenset({ThemeStatus.FIXING, ThemeStatus.FIXED, ThemeStatus.DECLINED}),
    ThemeStatus.FIXING: frozenset({ThemeStatus.CONFIRMED, ThemeStatus.FIXED, ThemeStatus.DECLINED}),
    ThemeStatus.FIXED: frozenset({ThemeStatus.ANNOUNCED, ThemeStatus.FIXING}),
    ThemeStatus.ANNOUNCED: frozenset({ThemeStatus.FIXING}),
    ThemeStatus.DECLINED: frozenset({ThemeStatus.CONFIRMED, ThemeStatus.FIXING}),
    ThemeStatus.MERGED: frozenset(),
}


def may_become(before: str, after: str) -> bool:
    """Whether a theme may go from one status to the other."""
    return after in NEXT[before]
