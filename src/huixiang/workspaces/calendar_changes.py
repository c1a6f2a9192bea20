"""Changing when a workspace works. Every change records an event whose followers count running clocks anew."""

import datetime
import re
from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces import events
from huixiang.workspaces.calendars import DAY_MINUTES
from huixiang.workspaces.models import OwnDay, Workspace
from huixiang.workspaces.public_holidays import MAINLAND, OFFERED, known_until, regions

MOST_SPANS = 6
WEEKDAYS = 7
SPAN = re.compile(r"^(\d{1,2}):?(\d{2})?-(\d{1,2}):?(\d{2})?$")
WRITTEN_ALIKE = str.maketrans({"：": ":", "–": "-", "—": "-", "－": "-", "~": "-", "～": "-", "至": "-", "到": "-"})
BETWEEN = re.compile(r"[,，、;；\n]+")

Spans = list[list[int]]


def read_spans(text: str) -> Spans:
    """Spans as people write them: “9:00–12:00, 13:00–18:00”, “9-12、13-18”; empty for a day off. In order.

    Raises Refused for what is no span, ends before it begins, or overlaps another.
    """
    found = [_span(piece) for part in BETWEEN.split(text.translate(WRITTEN_ALIKE)) if (piece := part.replace(" ", ""))]
    found.sort()
    if len(found) > MOST_SPANS:
        raise Refused(_("A day has at most %(most)d spans.") % {"most": MOST_SPANS})
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise Refused(_("Two spans of the same day overlap."))
    return found


def _span(piece: str) -> list[int]:
    told = SPAN.match(piece)
    if told is None:
        raise Refused(_("Write hours like 9:00–12:00, 13:00–18:00; “%(text)s” cannot be read.") % {"text": piece[:20]})
    start, end = (int(told[hour]) * 60 + int(told[hour + 1] or 0) for hour in (1, 3))
    minutes = (int(told[2] or 0), int(told[4] or 0))
    if max(minutes) > 59 or end > DAY_MINUTES or start >= end:  # noqa: PLR2004 - minutes of an hour
        raise Refused(_("“%(text)s” does not begin before it ends, within one day.") % {"text": piece[:20]})
    return [start, end]


@transaction.atomic
def set_calendar(
    *, workspace: Workspace, week: Sequence[Spans], country: str, region: str, time_zone: str, actor: Actor
) -> list[str]:
    """Say which hours of which weekdays are worked, whose holidays count, and by which clock; returns what changed.

    Running clocks are counted anew. Journal: workspaces.calendar_changed, when something changed.
    """
    _check(week, country, region, time_zone)
    wanted = {"week": list(week), "country": country, "region": region, "time_zone": time_zone}
    fields = [name for name, value in wanted.items() if getattr(workspace, name) != value]
    if not fields:
        return []
    for name in fields:
        setattr(workspace, name, wanted[name])
    if "country" in fields:
        workspace.holidays_known = known_until(country)
    workspace.save(update_fields=[*fields, "holidays_known"])
    record(events.CalendarChanged(subject=workspace.id, fields=fields), workspace_id=workspace.id, actor=actor)
    return fields


def _check(week: Sequence[Spans], country: str, region: str, time_zone: str) -> None:
    if len(week) != WEEKDAYS or not any(week):
        raise Refused(_("At least one weekday must be worked: else no clock would ever run."))
    if country and country not in OFFERED:
        raise Refused(_("Choose a country."))
    if region and (country == MAINLAND or region not in regions(country)):
        raise Refused(_("Choose a region of this country."))
    try:
        known_zone = time_zone in available_timezones() and bool(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        known_zone = False
    if not known_zone:
        raise Refused(_("Choose a time zone, like Asia/Shanghai."))


@transaction.atomic
def set_own_day(
    *, workspace: Workspace, day: datetime.date, spans: Spans | None, name: str, actor: Actor
) -> OwnDay:
    """Work a day, or do not (`spans` is []), whatever the calendar says; None: with the hours of its weekday.

    What was said of the day before is put aside. Running clocks are counted anew. Journal: workspaces.own_day_set.
    """
    present = timezone.now()
    OwnDay.objects.filter(workspace=workspace, day=day, removed_at=None).update(removed_at=present)
    made = OwnDay.objects.create(workspace=workspace, day=day, spans=spans, name=one_line(name)[:40])
    event = events.OwnDaySet(subject=workspace.id, day=day.isoformat(), off=made.off)
    record(event, workspace_id=workspace.id, actor=actor)
    return made


@transaction.atomic
def remove_own_day(*, workspace: Workspace, own_day: OwnDay, actor: Actor) -> None:
    """The calendar says again whether this day is worked. Journal: workspaces.own_day_removed, the first time."""
    gone = OwnDay.objects.filter(workspace=workspace, id=own_day.id, removed_at=None).update(removed_at=timezone.now())
    if gone:
        event = events.OwnDayRemoved(subject=workspace.id, day=own_day.day.isoformat())
        record(event, workspace_id=workspace.id, actor=actor)


@transaction.atomic
def restore_own_day(*, workspace: Workspace, own_day: OwnDay, actor: Actor) -> None:
    """Bring one back that was taken away. Refused when the day was set anew meanwhile. Journal: own_day_set."""
    if OwnDay.objects.filter(workspace=workspace, day=own_day.day, removed_at=None).exclude(id=own_day.id).exists():
        raise Refused(_("Something else was said of this day meanwhile."))
    if OwnDay.objects.filter(workspace=workspace, id=own_day.id).exclude(removed_at=None).update(removed_at=None):
        event = events.OwnDaySet(subject=workspace.id, day=own_day.day.isoformat(), off=own_day.off)
        record(event, workspace_id=workspace.id, actor=actor)


def notice_announced() -> int:
    """Tell every workspace whose country has announced another year since; returns how many there were.

    A new release of the calendar's library brings it. Journal: workspaces.holidays_announced, whose followers count
    running clocks anew.
    """
    told = 0
    for country in Workspace.objects.exclude(country="").values_list("country", flat=True).distinct().order_by():
        year = known_until(country)
        for workspace in Workspace.objects.filter(country=country, holidays_known__lt=year):
            told += _notice(workspace, year)
    return told


@transaction.atomic
def _notice(workspace: Workspace, year: int) -> int:
    before = workspace.holidays_known
    if not Workspace.objects.filter(id=workspace.id, holidays_known=before).update(holidays_known=year):
        return 0
    if not before:  # the first look: what runs was counted by this calendar already
        return 0
    record(events.HolidaysAnnounced(subject=workspace.id, year=year), workspace_id=workspace.id, actor=SYSTEM)
    return 1


def own_days(workspace: Workspace, *, year: int) -> list[OwnDay]:
    """The workspace's own days of a year, in order."""
    return list(workspace.own_days.filter(removed_at=None, day__year=year).order_by("day"))
