"""The times chat programs write above what was said: with a year or without, by the clock of twelve or twenty-four."""

import datetime
import re
from typing import Final

DATE: Final = (
    r"(?:(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"|(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<short>\d{4}|\d{2})"
    r"|(?P<bare_month>\d{1,2})(?:[-/]|月)(?P<bare_day>\d{1,2})日?)"
    r"(?:\s?[(（]?(?:星期|周|週)[一二三四五六日天][)）]?)?"
)
TIME: Final = (
    r"(?P<half>上午|下午|晚上|早上|凌晨|中午)?\s?(?P<hour>\d{1,2})[:：](?P<minute>\d{2})"
    r"(?:[:：](?P<second>\d{2})(?:[.,]\d{1,6})?)?(?:\s?(?P<after>[AaPp]\.?\s?[Mm]\.?))?"
)
STAMP: Final = DATE + r"(?:,\s?|，|T|\s{1,3})" + TIME
LATER: Final = {"下午", "晚上", "pm"}
EARLIER: Final = {"上午", "早上", "凌晨", "am"}
NOON: Final = 12
YEAR_TURNS: Final = 6  # months back: from one line to the next the year has changed
DIGITS = re.compile(r"\d+")
HALF = re.compile(r"上午|下午|晚上|早上|凌晨|中午|[AaPp]\.?\s?[Mm]\.?")
Parts = dict[str, str | None]


def shape(stamp: str) -> str:
    """How a time is written, whatever it says: all times of one program in one language have the same."""
    return DIGITS.sub("9", HALF.sub("h", stamp)).replace(" h ", " ").replace("h", "").strip()


class Calendar:
    """Makes times of what was written, in the order of the file: where no year stands it counts the years on.

    `year` is the year of the first line without one; `day_first` says what 5/1/2024 means. Times have no zone yet.
    """

    def __init__(self, *, year: int, day_first: bool) -> None:
        self.year, self.day_first = year, day_first
        self._month = 0
        self.turns = 0
        self.bare = self.western = False
        self.day_seen = self.month_seen = False  # a number over 12 has told which of the two is the day
        self.last: tuple[int, int] = (0, 0)

    def moment(self, parts: Parts, day: datetime.date | None = None) -> datetime.datetime | None:
        """The time a match of STAMP says, or of TIME on a day already known; None for one that does not exist."""
        on = day or self.date(parts)
        if on is None or parts["hour"] is None:
            return None
        hour = int(parts["hour"])
        half = (parts["half"] or parts["after"] or "").replace(".", "").replace(" ", "").lower()
        if half in LATER and hour < NOON:
            hour += NOON
        elif half in EARLIER and hour == NOON:
            hour = 0
        try:
            at = datetime.time(hour, int(parts["minute"] or 0), int(parts["second"] or 0))
        except ValueError:
            return None
        return datetime.datetime.combine(on, at)

    def date(self, parts: Parts) -> datetime.date | None:
        """The day a match of DATE says."""
        try:
            if year := parts.get("year"):
                return datetime.date(int(year), int(parts["month"] or 0), int(parts["day"] or 0))
            if short := parts.get("short"):
                return self._western(int(parts["one"] or 0), int(parts["two"] or 0), int(short))
            return self._bare(int(parts.get("bare_month") or 0), int(parts.get("bare_day") or 0))
        except ValueError:
            return None

    def _western(self, one: int, two: int, year: int) -> datetime.date:
        self.western = True
        self.day_seen = self.day_seen or one > NOON
        self.month_seen = self.month_seen or two > NOON
        day, month = (one, two) if self.day_first else (two, one)
        return datetime.date(year if year > 99 else 2000 + year, month, day)  # noqa: PLR2004 - two digits

    def _bare(self, month: int, day: int) -> datetime.date | None:
        """A day without its year: when the months fall back by half a year, the next one has begun."""
        found = datetime.date(2024, month, day)  # a leap year: refuses what is no day at all
        if self._month - month >= YEAR_TURNS:
            self.turns += 1
        self._month, self.bare, self.last = month, True, (month, day)
        return found.replace(year=self.year + self.turns)
