import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huixiang.workspaces.calendars import WorkingHours, due, is_workday
from huixiang.workspaces.models import Workspace

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = WorkingHours(datetime.time(9), datetime.time(18), SHANGHAI)
MINUTE = datetime.timedelta(minutes=1)


def at(day: str, clock: str = "10:00") -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=SHANGHAI)


def minute_by_minute(start: datetime.datetime, allowed: datetime.timedelta, hours: WorkingHours) -> datetime.datetime:
    """The slow, obvious way: go on a minute at a time, and count those that are worked."""
    now, left = start, allowed // MINUTE
    while left:
        local = now.astimezone(hours.zone)
        if is_workday(local.date()) and hours.start <= local.time() < hours.end:
            left -= 1
        now += MINUTE
    return now


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(0, 330 * 24 * 60).map(lambda minute: at("2026-01-01", "00:00") + minute * MINUTE),
    minutes=st.integers(1, 4 * 9 * 60),
)
@example(start=at("2026-02-13", "17:59"), minutes=2)
def test_due_is_what_counting_minutes_gives(start: datetime.datetime, minutes: int) -> None:
    allowed = datetime.timedelta(minutes=minutes)
    assert due(start, allowed, NINE_TO_SIX) == minute_by_minute(start, allowed, NINE_TO_SIX)


def test_around_the_clock_counts_nights_and_holidays() -> None:
    start = at("2026-02-17", "03:00")
    assert due(start, datetime.timedelta(minutes=30), None) == at("2026-02-17", "03:30")


@pytest.mark.parametrize(
    ("start", "hours", "until"),
    [
        (at("2026-11-20", "10:00"), 4, at("2026-11-20", "14:00")),
        (at("2026-11-20", "17:00"), 4, at("2026-11-23", "12:00")),  # Friday evening to Monday noon
        (at("2026-11-20", "03:00"), 4, at("2026-11-20", "13:00")),  # before the day begins
        (at("2026-11-20", "22:00"), 9, at("2026-11-23", "18:00")),  # a whole Monday
        (at("2026-11-21", "12:00"), 1, at("2026-11-23", "10:00")),  # a Saturday
        (at("2026-11-20", "18:00"), 1, at("2026-11-23", "10:00")),  # the moment the day ends
        (at("2026-11-20", "09:00"), 9, at("2026-11-20", "18:00")),  # ends with the day, not on the next
    ],
)
def test_working_time(start: datetime.datetime, hours: int, until: datetime.datetime) -> None:
    assert due(start, datetime.timedelta(hours=hours), NINE_TO_SIX) == until


def test_spring_festival_2026_is_not_worked_and_its_saturdays_are() -> None:
    worked = [day for day in range(13, 29) if is_workday(datetime.date(2026, 2, day))]
    assert worked == [13, 14, 24, 25, 26, 27, 28]


def test_a_clock_stands_still_over_the_festival() -> None:
    start = at("2026-02-14", "17:00")  # a Saturday that is worked
    assert due(start, datetime.timedelta(hours=2), NINE_TO_SIX) == at("2026-02-24", "10:00")


def test_a_year_without_announced_holidays_counts_by_weekends() -> None:
    worked = [day for day in range(1, 8) if is_workday(datetime.date(2031, 10, day))]
    assert worked == [1, 2, 3, 6, 7]


def test_the_answer_stands_in_the_zone_of_the_question() -> None:
    start = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
    until = due(start, datetime.timedelta(hours=4), NINE_TO_SIX)
    assert (until, until.tzinfo) == (datetime.datetime(2026, 11, 20, 6, 0, tzinfo=datetime.UTC), datetime.UTC)


@pytest.mark.django_db
def test_hours_are_the_workspaces_own() -> None:
    made = Workspace.objects.create(slug="b", name="乙", workday_start="10:30", workday_end="19:00")
    hours = WorkingHours.of(Workspace.objects.get(id=made.id))
    assert hours == WorkingHours(datetime.time(10, 30), datetime.time(19), SHANGHAI)
