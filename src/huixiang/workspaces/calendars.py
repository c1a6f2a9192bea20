"""Working time: how clocks run that do not run around the clock. What counts is told in docs/clocks.md.

A moment counts when its local day is worked and its local time lies within one of that day's spans. Each year's spans
are laid out once as moments, so that any length of time costs two searches; a test holds it to counting minutes.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from huixiang.workspaces.models import OwnDay, Workspace
from huixiang.workspaces.public_holidays import MAINLAND, festivals, known

Span = tuple[int, int]  # minutes after midnight, the end not included; a day has 1,440
Spans = tuple[Span, ...]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
MINUTE = 60_000_000  # in microseconds, the unit of all moments here
DAY_MINUTES = 1_440
LONGEST_SEARCH_YEARS = 12
FIVE_DAYS: tuple[Spans, ...] = (*[((9 * 60, 18 * 60),)] * 5, (), ())


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a workspace works: spans for each weekday, the country's holidays, its own days, in one time zone.

    An own day stands above the law, and the law above the week. What is worked although its weekday has no spans (a
    make-up Saturday) has those of the first weekday that has some.
    """

    zone: ZoneInfo
    week: tuple[Spans, ...] = FIVE_DAYS  # Monday first
    country: str = MAINLAND
    region: str = ""
    own: tuple[tuple[datetime.date, Spans | None], ...] = ()  # None: worked, with the hours of its weekday

    @classmethod
    def of(cls, workspace: Workspace) -> "WorkingHours":
        """What is set for a workspace: one statement, for its own days."""
        own = OwnDay.objects.filter(workspace=workspace, removed_at=None).order_by("day").values_list("day", "spans")
        return cls(
            zone=ZoneInfo(workspace.time_zone),
            week=tuple(spans_of(day) for day in workspace.week),
            country=workspace.country,
            region=workspace.region,
            own=tuple((day, None if spans is None else spans_of(spans)) for day, spans in own),
        )

    def spans(self, day: datetime.date) -> Spans:
        """When is worked on a day; empty when it is not."""
        return spans_by(self, day, dict(self.own))

    @property
    def day_minutes(self) -> int:
        """How long an ordinary working day is: what “3 working days” means."""
        return sum(end - start for start, end in self.ordinary) or DAY_MINUTES

    @property
    def ordinary(self) -> Spans:
        """The spans of the first weekday that has some."""
        return next((spans for spans in self.week if spans), ())


def spans_of(told: Sequence[Sequence[int]]) -> Spans:
    """Spans as a row keeps them."""
    return tuple((int(start), int(end)) for start, end in told)


def spans_by(hours: WorkingHours, day: datetime.date, own: dict[datetime.date, Spans | None]) -> Spans:
    """The same as `WorkingHours.spans`, for who asks of many days: the own days are looked up once."""
    usual = hours.week[day.weekday()]
    if day in own:
        told = own[day]
        return (usual or hours.ordinary) if told is None else told
    festival = festivals(hours.country, hours.region, day.year).get(day)
    if festival is None:
        return usual
    return (usual or hours.ordinary) if festival.worked else ()


def is_workday(day: datetime.date) -> bool:
    """Whether the mainland works on this day, by the law alone."""
    return bool(WorkingHours(ZoneInfo("UTC")).spans(day))


def due(
    start: datetime.datetime, allowed: datetime.timedelta, hours: WorkingHours | None
) -> datetime.datetime:
    """When `allowed` has passed since `start`: in working time, or around the clock when `hours` is None.

    Where next to nothing is ever worked, twelve years are looked through and `allowed` is added as it is.
    """
    if hours is None or allowed <= datetime.timedelta():
        return start + allowed
    at, left = _micros(start), allowed // MICROSECOND
    first = start.astimezone(hours.zone).year
    for number in range(first, first + LONGEST_SEARCH_YEARS):
        year = _year(hours, number)
        gone = year.worked_until(at)
        if year.total - gone >= left:
            return (EPOCH + year.reached(gone + left) * MICROSECOND).astimezone(start.tzinfo)
        left -= year.total - gone
    return start + allowed


def elapsed(start: datetime.datetime, end: datetime.datetime, hours: WorkingHours | None) -> datetime.timedelta:
    """How much working time lies between two moments; all of it around the clock. Nothing when `end` is not later."""
    if end <= start:
        return datetime.timedelta()
    if hours is None:
        return end - start
    first, last = start.astimezone(hours.zone).year, end.astimezone(hours.zone).year
    whole = sum(_year(hours, number).total for number in range(first, last))
    gone = whole + _year(hours, last).worked_until(_micros(end)) - _year(hours, first).worked_until(_micros(start))
    return gone * MICROSECOND


def guessed_years(hours: WorkingHours | None, start: datetime.datetime, end: datetime.datetime) -> list[int]:
    """The years between two moments whose holidays are not announced yet: they were counted by weekends."""
    if hours is None:
        return []
    first, last = start.astimezone(hours.zone).year, end.astimezone(hours.zone).year
    return [year for year in range(first, last + 1) if not known(hours.country, year)]


@dataclass(frozen=True, slots=True)
class _Year:
    """The worked spans of a year's days as moments, in order, and how much was worked before and after each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    after: list[int]

    @property
    def total(self) -> int:
        return self.after[-1] if self.after else 0

    def worked_until(self, at: int) -> int:
        place = bisect_right(self.starts, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.starts[place] if place >= 0 else 0

    def reached(self, worked: int) -> int:
        """The moment at which so much of the year was worked: the end of a day rather than the next one's start."""
        place = bisect_left(self.after, worked)
        return self.starts[place] + worked - self.before[place]


@lru_cache(maxsize=96)
def _year(hours: WorkingHours, number: int) -> _Year:
    pieces = list(_pieces(hours, number))
    after = list(accumulate(end - start for start, end in pieces))
    before = [sum_ - (end - start) for sum_, (start, end) in zip(after, pieces, strict=True)]
    return _Year([start for start, _end in pieces], [end for _start, end in pieces], before, after)


def _pieces(hours: WorkingHours, number: int) -> Iterator[tuple[int, int]]:
    day, own = datetime.date(number, 1, 1), dict(hours.own)
    while day.year == number:
        spans = spans_by(hours, day, own)
        if spans:
            yield from _moments(day, spans, hours.zone)
        day += DAY


def _moments(day: datetime.date, spans: Spans, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """A day's spans as moments. Where the clock is put forward or back, each side of the change for itself."""
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    early, late = midnight - DAY, midnight + 2 * DAY
    before, after = _offset(early, zone), _offset(late, zone)
    base = _micros(midnight)
    if before == after:
        yield from ((base + start * MINUTE - before, base + end * MINUTE - before) for start, end in spans)
        return
    change = _change(early, late, zone)
    for offset, low, high in ((before, None, change), (after, change, None)):
        for start, end in spans:
            begins, ends = base + start * MINUTE - offset, base + end * MINUTE - offset
            begins, ends = max(begins, low or begins), min(ends, high or ends)
            if begins < ends:
                yield begins, ends


def _change(early: datetime.datetime, late: datetime.datetime, zone: ZoneInfo) -> int:
    """The moment between two at which the zone's offset changes, to the second."""
    low, high, old = int(early.timestamp()), int(late.timestamp()), _offset(early, zone)
    while high - low > 1:
        middle = (low + high) // 2
        here = _offset(EPOCH + datetime.timedelta(seconds=middle), zone)
        low, high = (middle, high) if here == old else (low, middle)
    return high * 1_000_000


def _offset(moment: datetime.datetime, zone: ZoneInfo) -> int:
    return (moment.astimezone(zone).utcoffset() or datetime.timedelta()) // MICROSECOND


def _micros(moment: datetime.datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
