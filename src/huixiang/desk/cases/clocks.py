"""The four clocks beside a case, and what a theme owes the public, in words."""

import datetime
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from huixiang.cases.clocks_models import ClockName
from huixiang.cases.clocks_shown import Shown, of_case, of_theme
from huixiang.cases.models import Case
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace

HOUR = 60
FEW_DAYS = 3  # up to here hours are told beside days
LOOKS = {
    "running": ("clock", ""), "late": ("alarm", "late"), "resting": ("player-pause", ""), "met": ("circle-check", ""),
    "met_late": ("circle-check", "late"), "stopped": ("circle-x", ""), "none": ("circle-dashed", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as a row: its words, what stands under them, and how much of its time has gone (0 to 1)."""

    label: str
    state: str
    words: str
    under: str
    icon: str
    share: float
    bad: bool
    guessed: str
    due_at: datetime.datetime | None

    @property
    def bar(self) -> str:
        """How its bar is drawn: late, resting, or as it is."""
        return "over" if self.bad else "mut" if self.state == "resting" else ""


def lines_of_case(case: Case, workspace: Workspace) -> list[Line]:
    """All four, in the order they are due in."""
    return [line(one) for one in of_case(case, workspace)]


def line_of_theme(theme: Theme, workspace: Workspace) -> Line | None:
    """The announcement's clock; None where nothing ever was due."""
    found = of_theme(theme, workspace)
    return line(found) if found else None


def line(shown: Shown) -> Line:
    """A clock in words."""
    icon, bad = LOOKS[shown.state]
    due_at = shown.clock.due_at if shown.clock and shown.state in {"running", "late"} else None
    return Line(
        shown.label, shown.state, _words(shown), _under(shown), icon, shown.share, bool(bad) or shown.over,
        _guessed(shown), due_at,
    )  # fmt: skip


def _words(shown: Shown) -> str:
    time = worked(shown.left, shown.day)
    if shown.state == "none":
        return _("not begun") if shown.name == ClockName.NEXT_ANSWER else _("no time set")
    told = {
        "running": pgettext("clock", "%(time)s left"),
        "late": pgettext("clock", "%(time)s over"),
        "resting": _("rests, %(time)s left"),
        "met": _("in time, %(time)s early"),
        "met_late": pgettext("clock", "%(time)s late"),
        "stopped": _("not needed any more"),
    }
    if shown.state == "resting" and shown.over:
        return _("rests, %(time)s over") % {"time": time}
    return told[shown.state] % {"time": time}


def _under(shown: Shown) -> str:
    clock = shown.clock
    if clock is None:
        return ""
    if shown.state == "resting":
        return _("since %(when)s, it is the member's turn") % {"when": _when(clock.paused_at)}
    if shown.state in {"met", "met_late"}:
        return _when(clock.met_at)
    if shown.state == "stopped":
        return ""
    told = _("due %(when)s") % {"when": _when(clock.due_at)}
    return _("%(due)s, carried up to level %(level)s") % {"due": told, "level": clock.level} if clock.level else told


def _guessed(shown: Shown) -> str:
    if not shown.guessed:
        return ""
    years = ", ".join(str(year) for year in shown.guessed)
    return _("The holidays of %(years)s are not announced yet: counted by weekends.") % {"years": years}


def _when(moment: datetime.datetime | None) -> str:
    if moment is None:
        return ""
    here = timezone.localtime(moment)
    near = here.year == timezone.localtime().year
    return formats.date_format(here, "m-d H:i" if near else "Y-m-d H:i")


def worked(time: datetime.timedelta, day: int) -> str:
    """A length of time as people say it; `day` is how many minutes a day has in the time it is counted in."""
    minutes = int(time.total_seconds() // 60)
    days, rest = divmod(minutes, day)
    hours = rest // HOUR
    if days:
        told = _days(days, around_the_clock=day == 24 * HOUR)
        return told if days > FEW_DAYS or not hours else f"{told} {_hours(hours)}"
    if hours:
        return _hours(hours) if hours > FEW_DAYS or not rest % HOUR else f"{_hours(hours)} {_minutes(rest % HOUR)}"
    return _minutes(rest) if rest else _("under a minute")


def _days(number: int, *, around_the_clock: bool) -> str:
    if around_the_clock:
        return npgettext("length", "%(n)d day", "%(n)d days", number) % {"n": number}
    return ngettext("%(n)d working day", "%(n)d working days", number) % {"n": number}


def _hours(number: int) -> str:
    return pgettext("length", "%(n)d h") % {"n": number}


def _minutes(number: int) -> str:
    return pgettext("length", "%(n)d min") % {"n": number}
