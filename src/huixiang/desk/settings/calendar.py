"""The workspace's calendar: hours, holidays, days of its own, a month at a time."""

import calendar as months
import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from huixiang.cases.clocks_recount import latest
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.workspaces import calendar_changes as changes
from huixiang.workspaces.calendars import Spans, WorkingHours, spans_by, spans_of
from huixiang.workspaces.models import Membership, OwnDay, Workspace
from huixiang.workspaces.public_holidays import countries, festivals, known, known_until, regions
from huixiang.workspaces.roles import Permission

EARLIEST, LATEST = 2020, 2099
USUAL_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul", "Asia/Singapore", "Asia/Bangkok",
    "Asia/Dubai", "Europe/London", "Europe/Berlin", "Europe/Paris", "America/New_York", "America/Los_Angeles",
    "America/Sao_Paulo", "Australia/Sydney", "UTC",
)  # fmt: skip
WAYS = ("off", "on", "hours")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month as drawn."""

    date: datetime.date
    here: bool  # of the month, not of its neighbours
    worked: bool
    hours: str
    name: str
    kind: str  # own, off, makeup, or nothing
    today: bool


def _address(membership: Membership, day: datetime.date | None = None) -> str:
    address = reverse("desk:settings_calendar", args=[membership.workspace.slug])
    return f"{address}?month={day:%Y-%m}" if day else address


@access.page()
def calendar(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The month with what is worked and why; the hours; the days of one's own; which years are known."""
    workspace, month = membership.workspace, _month(request.GET.get("month", ""))
    country = _asked_country(request, workspace)
    context = {
        "month": month, "before": _step(month, -1), "after": _step(month, 1), "weeks": weeks(workspace, month),
        "weekdays": list(WEEKDAYS.values()), "own_days": changes.own_days(workspace, year=month.year),
        "week": [(place, name, hours_in_words(spans_of(workspace.week[place]))) for place, name in WEEKDAYS.items()],
        "countries": countries(), "country": country, "regions": regions(country),
        "country_name": dict(countries()).get(workspace.country, workspace.country),
        "zones": _zones(workspace), "known": known(workspace.country, month.year),
        "known_until": known_until(workspace.country), "recount": latest(workspace),
        "removed": _removed(request, workspace),
    }  # fmt: skip
    return access.shown(
        request, membership, "desk/settings/calendar.html", "settings", tab="settings_calendar", **context
    )


def _asked_country(request: HttpRequest, workspace: Workspace) -> str:
    """The country whose regions are offered: the one just chosen, else the workspace's."""
    asked = request.GET.get("country")
    return asked if asked is not None and asked in dict(countries()) else workspace.country


def _removed(request: HttpRequest, workspace: Workspace) -> OwnDay | None:
    """The day that was taken away just now, to bring it back."""
    try:
        wanted = uuid.UUID(request.GET.get("removed", ""))
    except ValueError:
        return None
    return workspace.own_days.filter(id=wanted).exclude(removed_at=None).first()


def _month(text: str) -> datetime.date:
    try:
        found = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        found = timezone.localdate().replace(day=1)
    return found if EARLIEST <= found.year <= LATEST else timezone.localdate().replace(day=1)


def _step(month: datetime.date, by: int) -> datetime.date:
    whole = month.year * 12 + month.month - 1 + by
    return datetime.date(whole // 12, whole % 12 + 1, 1)


def weeks(workspace: Workspace, month: datetime.date) -> list[list[Day]]:
    """The month's weeks, Monday first: one statement, for the days of one's own."""
    hours, today = WorkingHours.of(workspace), timezone.localdate()
    own, names = dict(hours.own), _names(workspace, month)
    return [
        [_day(day, month, hours, own, names, today) for day in week]
        for week in months.Calendar().monthdatescalendar(month.year, month.month)
    ]


def _names(workspace: Workspace, month: datetime.date) -> dict[datetime.date, str]:
    around = (month - datetime.timedelta(days=7), month + datetime.timedelta(days=45))
    rows = workspace.own_days.filter(removed_at=None, day__range=around)
    return dict(rows.values_list("day", "name"))


def _day(  # noqa: PLR0917 - what was read once for the whole month
    day: datetime.date, month: datetime.date, hours: WorkingHours, own: dict[datetime.date, Spans | None],
    names: dict[datetime.date, str], today: datetime.date,
) -> Day:  # fmt: skip
    spans = spans_by(hours, day, own)
    festival = festivals(hours.country, hours.region, day.year).get(day)
    usual = spans == hours.week[day.weekday()]
    if day in own:
        kind, name = "own", names.get(day, "") or (_("Day off") if not spans else _("Working day"))
    elif festival:
        kind, name = ("makeup", _("Make-up day")) if festival.worked else ("off", festival.name)
    else:
        kind, name = "", ""
    told = "" if not spans or (usual and not kind) else hours_in_words(spans)
    return Day(day, day.month == month.month, bool(spans), told, name, kind, day == today)


def hours_in_words(spans: Spans) -> str:
    """Spans as they are read and written: 9:00–12:00, 13:00–18:00."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _zones(workspace: Workspace) -> Sequence[str]:
    return [*dict.fromkeys((workspace.time_zone, *USUAL_ZONES)), *sorted(available_timezones() - set(USUAL_ZONES))]


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep hours, country, region and time zone."""
    sent = request.POST
    week = [changes.read_spans(sent.get(f"day-{place}", "")[:200]) for place in range(7)]
    country = sent.get("country", "")
    fields = changes.set_calendar(
        workspace=membership.workspace, week=week, country=country, time_zone=sent.get("time_zone", ""),
        region=sent.get("region", "") if sent.get("region", "") in regions(country) else "",
        actor=access.actor(membership),
    )  # fmt: skip
    said = _("Saved. Clocks that run are counted anew.") if fields else _("Nothing was changed.")
    return access.done(request, said, _address(membership))


@access.verb(Permission.CONFIGURE)
def add_day(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Work a day, or do not, whatever the calendar says; several in a row by one form."""
    sent = request.POST
    first, last = _date(sent.get("day", "")), _date(sent.get("until", "") or sent.get("day", ""))
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    if not 1 <= len(days) <= 31:  # noqa: PLR2004 - a month, so that a slip of the year does no harm
        raise Refused(_("Choose one day, or up to a month in a row."))
    spans = _spans(sent.get("way", ""), sent.get("hours", "")[:200])
    for day in days:
        changes.set_own_day(
            workspace=membership.workspace, day=day, spans=spans, name=sent.get("name", ""),
            actor=access.actor(membership),
        )  # fmt: skip
    return access.done(request, _("Saved. Clocks that run are counted anew."), _address(membership, first))


def _spans(way: str, text: str) -> changes.Spans | None:
    if way not in WAYS:
        raise Refused(_("Say whether the day is worked."))
    if way == "on":
        return None
    spans = changes.read_spans(text) if way == "hours" else []
    if way == "hours" and not spans:
        raise Refused(_("Write from when to when is worked."))
    return spans


def _date(text: str) -> datetime.date:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Choose a day.")) from None
    if not EARLIEST <= found.year <= LATEST:
        raise Refused(_("Choose a day."))
    return found


@access.verb(Permission.CONFIGURE)
def remove_day(request: HttpRequest, membership: Membership, own_day_id: uuid.UUID) -> HttpResponse:
    """The calendar decides again; it can be taken back on the same page."""
    own_day = access.found(membership.workspace.own_days.filter(id=own_day_id).first())
    changes.remove_own_day(workspace=membership.workspace, own_day=own_day, actor=access.actor(membership))
    return access.done(request, "", f"{_address(membership, own_day.day)}&removed={own_day.id}")


@access.verb(Permission.CONFIGURE)
def restore_day(request: HttpRequest, membership: Membership, own_day_id: uuid.UUID) -> HttpResponse:
    """Bring it back."""
    own_day = access.found(membership.workspace.own_days.filter(id=own_day_id).first())
    changes.restore_own_day(workspace=membership.workspace, own_day=own_day, actor=access.actor(membership))
    return access.done(request, _("It is back."), _address(membership, own_day.day))
