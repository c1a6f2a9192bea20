"""Looking at a chat archive before it is taken in, and going through it."""

import datetime
import itertools
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy

from huixiang.intake.archives import forms, telegram
from huixiang.intake.archives.script import Said, Script, plain
from huixiang.intake.archives.stamps import Calendar
from huixiang.intake.imports.delimited import UNREAD, encoding_of

LABELS: Final = {
    "after": gettext_lazy("Text: name and time above each message"),
    "before": gettext_lazy("Text: time and name above each message"),
    "inline": gettext_lazy("Text: time, name and message on one line"),
    "day": gettext_lazy("Text: days above, name and time above each message"),
    "telegram": gettext_lazy("Telegram, JSON"),
}
TABLES: Final = (".csv", ".tsv", ".xlsx")
PACKED: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b")
LONGEST_LINE: Final = 64 * 1024  # signs; what is longer is read in pieces
FIRST: Final = 8
MOST_PEOPLE: Final = 100_000
NAMED: Final = re.compile(r"WhatsApp (?:Chat with|聊天 ?-?) ?(?P<one>.+)|与(?P<two>.+)的 ?WhatsApp 聊天")


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that is a chat. `kind` is a key of LABELS; `group` its name as the file or its name tells."""

    path: Path
    kind: str
    group: str
    encoding: str
    form: forms.Form | None = None


@dataclass(slots=True)
class Look:
    """What is in an archive. `year`: of the first line without one. `western`: dates like 5/1/2024 stand in it."""

    messages: int = 0
    people: int = 0
    days: int = 0
    left_out: int = 0
    unreadable: int = 0
    begins: datetime.datetime | None = None
    ends: datetime.datetime | None = None
    bare: bool = False
    western: bool = False
    first: list[Said] = field(default_factory=list)
    faults: list[Said] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many things there are to go through."""
        return self.messages + self.left_out + self.unreadable


def recognised(path: Path, file_name: str, *, whatever_its_name: bool = False) -> Archive | None:
    """The file as a chat archive, None when it is none. Raises Refused for one that holds several chats.

    What is named like a table is taken for one, unless somebody says that it is a chat.
    """
    if file_name.lower().endswith(TABLES) and not whatever_its_name:
        return None
    with path.open("rb") as file:
        if file.read(4).startswith(PACKED):
            return None
    encoding = encoding_of(path)
    with _opened(path, encoding) as file:
        beginning = file.read(telegram.BEGINNING)
    if telegram.fits(beginning):
        return Archive(path, "telegram", telegram.group_of(beginning) or _titled(file_name), encoding)
    with _opened(path, encoding) as file:
        lines = [plain(line).strip() for line in itertools.islice(_lines(file), forms.SAMPLE)]
    form = forms.found_in(lines)
    if form is None:
        return None
    script = Script(lines[:40], form, Calendar(year=2024, day_first=True))
    for _said in script:
        break
    return Archive(path, form.kind, script.group or _titled(file_name), encoding, form)


def _titled(file_name: str) -> str:
    stem = re.sub(r"\.\w{1,5}$", "", re.split(r"[\\/]", file_name)[-1])
    found = NAMED.fullmatch(stem)
    return (found["one"] or found["two"] if found else stem).strip("_ ")[:80]


def _opened(path: Path, encoding: str) -> Any:
    return path.open(encoding=encoding, errors="replace" if encoding == "utf-16" else UNREAD)


def _lines(file: Any) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):
        yield line


def said_in(archive: Archive, settings: Mapping[str, str]) -> Generator[Said, None, None]:
    """Everything in the archive, in order. `settings`: `year` and `order` (dm or md) as `look` gives them."""
    yield from _through(archive, _calendar(settings))


def _calendar(settings: Mapping[str, str]) -> Calendar:
    year = settings.get("year", "")
    this = timezone.localtime().year
    return Calendar(year=int(year) if year.isdecimal() else this, day_first=settings.get("order", "dm") != "md")


def _through(archive: Archive, calendar: Calendar) -> Iterator[Said]:
    if archive.form is None:
        yield from telegram.said_in(archive.path)
        return
    with _opened(archive.path, archive.encoding) as file:
        yield from Script(_lines(file), archive.form, calendar)


def look(archive: Archive, settings: Mapping[str, str]) -> Look:
    """Go through all of it and say what there is. What `settings` leaves open is found out and stands in the answer.

    Where no year is written the last message is taken to be the latest that is not yet to come.
    """
    calendar = _calendar(settings)
    found = _counted(_through(archive, calendar))
    wanted = {"group": settings.get("group") or archive.group}
    if calendar.western:
        wanted["order"] = settings.get("order") or ("md" if calendar.month_seen and not calendar.day_seen else "dm")
    if calendar.bare:
        wanted["year"] = settings.get("year") or str(_first_year(calendar))
    found.settings, found.bare, found.western = wanted, calendar.bare, calendar.western
    used = {"order": "dm" if calendar.day_first else "md", "year": str(calendar.year)}
    if any(used[name] != wanted[name] for name in ("order", "year") if name in wanted):
        return look(archive, {**settings, **wanted})
    return found


def _first_year(calendar: Calendar) -> int:
    today = timezone.localtime()
    last = today.year if calendar.last <= (today.month, today.day) else today.year - 1
    return last - calendar.turns


def _counted(everything: Iterator[Said]) -> Look:
    found = Look()
    people: set[int] = set()
    days: set[datetime.date] = set()
    for said in everything:
        if said.left_out:
            found.left_out += 1
        elif said.fault:
            found.unreadable += 1
            found.faults += [said] * (len(found.faults) < FIRST)
        else:
            _note(found, said, days)
            if len(people) < MOST_PEOPLE:
                people.add(hash(said.author_id or said.name))
    found.people, found.days = len(people), len(days)
    return found


def _note(found: Look, said: Said, days: set[datetime.date]) -> None:
    found.messages += 1
    found.first += [said] * (len(found.first) < FIRST)
    if said.at:
        at = timezone.make_naive(said.at) if said.at.tzinfo else said.at  # an archive may hold both kinds of time
        days.add(at.date())
        found.begins = min(found.begins or at, at)
        found.ends = max(found.ends or at, at)
