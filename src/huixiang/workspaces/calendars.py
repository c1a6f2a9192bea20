"""Working time: when clocks run that do not run around the clock.

Mainland workdays come from `chinesecalendar`; a year whose holidays are not announced yet counts by weekends.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import chinese_calendar

from huixiang.workspaces.models import Workspace

SATURDAY = 5
LONGEST_SEARCH_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """One span a workday, in one time zone."""

    start: datetime.time
    end: datetime.time
    zone: ZoneInfo

    @classmethod
    def of(cls, workspace: Workspace) -> "WorkingHours":
        """The hours set for a workspace."""
        return cls(workspace.workday_start, workspace.workday_end, ZoneInfo(workspace.time_zone))

    def span(self, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
        """From when to when is worked on a workday."""
        return (
            datetime.datetime.combine(day, self.start, self.zone),
            datetime.datetime.combine(day, self.end, self.zone),
        )


def is_workday(day: datetime.date) -> bool:
    """Whether the mainland works on this day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the year's holidays are not announced yet
        return day.weekday() < SATURDAY


def due(
    start: datetime.datetime, allowed: datetime.timedelta, hours: WorkingHours | None
) -> datetime.datetime:
    """When `allowed` has passed since `start`: in working time, or around the clock when `hours` is None."""
    if hours is None:
        return start + allowed
    day, left = start.astimezone(hours.zone).date(), allowed
    for _ in range(LONGEST_SEARCH_DAYS):
        if is_workday(day):
            opens, closes = hours.span(day)
            begin = max(opens, start)
            if closes - begin >= left:
                return (begin.astimezone(datetime.UTC) + left).astimezone(start.tzinfo)
            left -= max(closes - begin, datetime.timedelta())
        day += datetime.timedelta(days=1)
    return start + allowed
