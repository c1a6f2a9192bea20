"""Working time, held to the slow and obvious way: a minute at a time, counting those that are worked."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huixiang.journal.events import SYSTEM
from huixiang.workspaces.calendar_changes import set_calendar, set_own_day
from huixiang.workspaces.calendars import DAY_MINUTES, WorkingHours, due, elapsed, guessed_years, is_workday
from huixiang.workspaces.models import Workspace

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NINE_TO_SIX = WorkingHours(SHANGHAI)
MINUTE = datetime.timedelta(minutes=1)
LUNCH = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
SHIFTS = ((0, 170), (600, DAY_MINUTES))  # over midnight, and where the clock is put forward and back
# Around what is hard: the Spring Festival with its worked Saturday, the turn into a year not announced, both nights
# on which Berlin changes its clock.
STARTS = (("2026-02-12", SHANGHAI), ("2026-12-30", SHANGHAI), ("2026-03-27", BERLIN), ("2026-10-23", BERLIN))


def at(day: str, clock: str = "10:00", zone: ZoneInfo = SHANGHAI) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=zone)


def worked(moment: datetime.datetime, hours: WorkingHours) -> bool:
    local = moment.astimezone(hours.zone)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours.spans(local.date()))


def minute_by_minute(start: datetime.datetime, minutes: int, hours: WorkingHours) -> datetime.datetime:
    now = start.astimezone(datetime.UTC)
    while minutes:
        minutes -= worked(now, hours)
        now += MINUTE
    return now


@st.composite
def calendars(draw: st.DrawFn) -> tuple[datetime.datetime, WorkingHours]:
    """A beginning, and hours with several spans, worked weekends, and days off and on of one's own."""
    day, zone = draw(st.sampled_from(STARTS))
    start = at(day, "00:00", zone).astimezone(datetime.UTC) + draw(st.integers(0, 5 * DAY_MINUTES)) * MINUTE
    week = [draw(st.sampled_from(((), LUNCH, SHIFTS, ((540, 1080),)))) for _weekday in range(7)]
    week[draw(st.integers(0, 4))] = LUNCH
    first = datetime.date.fromisoformat(day)
    own = draw(st.dictionaries(st.integers(0, 6), st.sampled_from((None, (), SHIFTS)), max_size=3))
    days = tuple((first + datetime.timedelta(days=after), spans) for after, spans in sorted(own.items()))
    country = draw(st.sampled_from(("CN", "DE", "")))
    return start, WorkingHours(zone, tuple(week), country, "BE" if country == "DE" else "", days)


@settings(max_examples=60, deadline=None)
@given(told=calendars(), minutes=st.integers(1, 3_000))
@example(told=(at("2026-02-13", "17:59"), NINE_TO_SIX), minutes=2)
def test_due_and_elapsed_are_what_counting_minutes_gives(
    told: tuple[datetime.datetime, WorkingHours], minutes: int
) -> None:
    start, hours = told
    end = minute_by_minute(start, minutes, hours)
    assert due(start, minutes * MINUTE, hours) == end
    assert elapsed(start, end, hours) == minutes * MINUTE


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
    assert [day for day in range(13, 29) if is_workday(datetime.date(2026, 2, day))] == [13, 14, 24, 25, 26, 27, 28]


def test_a_clock_stands_still_over_the_festival() -> None:
    start = at("2026-02-14", "17:00")  # a Saturday that is worked
    assert due(start, datetime.timedelta(hours=2), NINE_TO_SIX) == at("2026-02-24", "10:00")


def test_a_night_in_which_the_clock_changes_has_an_hour_less_or_more() -> None:
    night = WorkingHours(BERLIN, (((0, 6 * 60),),) * 7, "DE")
    hour = datetime.timedelta(hours=1)
    told = [elapsed(at(day, "00:00", BERLIN), at(day, "06:00", BERLIN), night) for day in ("2026-03-29", "2026-10-25")]
    assert told == [5 * hour, 7 * hour]
    assert due(at("2026-03-29", "01:00", BERLIN), hour, night) == at("2026-03-29", "03:00", BERLIN)


def test_a_year_without_announced_holidays_counts_by_weekends_and_is_told() -> None:
    assert [day for day in range(1, 8) if is_workday(datetime.date(2031, 10, day))] == [1, 2, 3, 6, 7]
    start, end = at("2026-12-30"), at("2031-01-02")
    assert guessed_years(NINE_TO_SIX, start, end)[-1] == 2031
    assert guessed_years(WorkingHours(BERLIN, country="DE"), start, end) == []
    assert guessed_years(None, start, end) == []


def test_the_answer_stands_in_the_zone_of_the_question() -> None:
    start = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
    until = due(start, datetime.timedelta(hours=4), NINE_TO_SIX)
    assert (until, until.tzinfo) == (datetime.datetime(2026, 11, 20, 6, 0, tzinfo=datetime.UTC), datetime.UTC)


def test_where_nothing_is_ever_worked_the_search_ends() -> None:
    never = WorkingHours(SHANGHAI, ((),) * 7)
    assert due(at("2026-11-20"), MINUTE, never) == at("2026-11-20") + MINUTE


@pytest.mark.django_db
def test_hours_are_the_workspaces_own() -> None:
    made = Workspace.objects.create(slug="b", name="乙")
    week = [[[540, 720], [780, 1080]]] * 5 + [[], []]
    set_calendar(workspace=made, week=week, country="DE", region="BE", time_zone="Europe/Berlin", actor=SYSTEM)
    set_own_day(workspace=made, day=datetime.date(2026, 12, 24), spans=[], name="平安夜", actor=SYSTEM)
    hours = WorkingHours.of(Workspace.objects.get(id=made.id))
    assert hours == WorkingHours(BERLIN, (LUNCH,) * 5 + ((), ()), "DE", "BE", ((datetime.date(2026, 12, 24), ()),))
    assert (hours.day_minutes, hours.spans(datetime.date(2026, 3, 8))) == (8 * 60, ())  # a Sunday and Women's Day
