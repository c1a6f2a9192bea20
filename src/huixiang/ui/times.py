"""Times in words: how long ago, how long left, how long it took. Nothing here knows of templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
# Below this age hours are counted even across midnight: "2 hours ago" helps more than "yesterday 23:10".
COUNTED_HOURS: Final = 6
# From this many hours on, minutes no longer matter to the reader of a list.
ROUGH_HOURS: Final = 10
# A clock in its last hour is drawn bold.
SOON: Final = timedelta(hours=1)


class Due(NamedTuple):
    """A clock as shown: its state (over, soon, done or nothing), the icon, the words."""

    state: str
    icon: str
    words: str


def zone_of(workspace: object) -> tzinfo:
    """Find the workspace's time zone; the active one when it has none or names one nobody knows."""
    name = getattr(workspace, "time_zone", None)
    if isinstance(name, tzinfo):
        return name
    if isinstance(name, str) and name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return timezone.get_current_timezone()
    return timezone.get_current_timezone()


def aware(moment: datetime) -> datetime:
    """Read a naive time as UTC, as the database holds it."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Say when something happened: just now, minutes, hours, yesterday, day and time, at last the date."""
    there, here = aware(moment).astimezone(zone), now.astimezone(zone)
    seconds = (here - there).total_seconds()
    days = (here.date() - there.date()).days
    if 0 <= seconds < MINUTE:
        return _("just now")
    if 0 <= seconds < HOUR:
        minutes = int(seconds // MINUTE)
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    if seconds >= 0 and (days == 0 or seconds < COUNTED_HOURS * HOUR):
        hours = int(seconds // HOUR)
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    if days == 1:
        return _("yesterday %(time)s") % {"time": there.strftime("%H:%M")}
    if there.year == here.year:
        return there.strftime("%m-%d %H:%M")
    return there.strftime("%Y-%m-%d")


def duration(seconds: float, *, rough: bool = False) -> str:
    """Say how long something is, in two units at most.

    ``rough`` drops minutes from ten hours on and hours from a day on.
    """
    minutes = max(int(seconds // MINUTE), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        day_words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        return day_words if rough or not hours else f"{day_words} {_hours(hours)}"
    if hours:
        if not rest or (rough and hours >= ROUGH_HOURS):
            return _hours(hours)
        return f"{_hours(hours)} {_minutes(rest)}"
    return _minutes(rest) if rest or seconds < 1 else _("under a minute")


def _hours(count: int) -> str:
    return _("%(n)d h") % {"n": count}


def _minutes(count: int) -> str:
    return _("%(n)d min") % {"n": count}


def due(
    due_at: datetime,
    met_at: datetime | None,
    now: datetime,
    *,
    started_at: datetime | None = None,
    rough: bool = True,
) -> Due:
    """Say how a clock stands: time left, time over, or met (and how long that took)."""
    if met_at is not None:
        return Due("done", "circle-check", _met(due_at, met_at, started_at))
    left = (aware(due_at) - now).total_seconds()
    if left < 0:
        return Due("over", "alarm", _("%(time)s over") % {"time": duration(-left, rough=rough)})
    state = "soon" if left < SOON.total_seconds() else ""
    return Due(state, "clock", _("%(time)s left") % {"time": duration(left, rough=rough)})


def _met(due_at: datetime, met_at: datetime, started_at: datetime | None) -> str:
    late = (aware(met_at) - aware(due_at)).total_seconds()
    if late > 0:
        return _("met %(time)s late") % {"time": duration(late, rough=True)}
    if started_at is None:
        return _("met")
    took = (aware(met_at) - aware(started_at)).total_seconds()
    return _("%(time)s, met") % {"time": duration(took, rough=True)}


def used(started_at: datetime, due_at: datetime, now: datetime) -> float:
    """Give the share of a clock's time that has gone, 0 to 1."""
    whole = (aware(due_at) - aware(started_at)).total_seconds()
    gone = (now - aware(started_at)).total_seconds()
    return 1.0 if whole <= 0 else min(max(gone / whole, 0.0), 1.0)
