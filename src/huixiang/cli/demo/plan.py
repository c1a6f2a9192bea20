"""A community's file as a plan: everything that happens in it, each with its moment, in order.

A file tells its story in chapters of lines, one line an event. A moment is `day` and `at` (so many days before the
first start, by the community's clock) or `hours` (before the first start: the last day, whatever time it is now).
"""

import datetime
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILES = ("beichen.toml", "shanlan.toml", "tingjian.toml")
ANSWERED_AFTER = 40  # minutes, where a line does not say
ENDED_AFTER = 26  # hours, likewise


@dataclass(frozen=True, slots=True)
class Event:
    """One line at its moment. `verb` is the name of what happens, and a key of `line`."""

    moment: datetime.datetime
    verb: str
    line: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One community: what it is made of, and what happens in it."""

    furniture: dict[str, Any]
    events: list[Event] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What members say in it that is no chatter."""
        said = [row for one in self.events for row in one.line.get("rows", [one.line]) if one.verb in SPOKEN]
        return [row["text"] for row in said if not row.get("noise")]

    @property
    def messages(self) -> int:
        """How many things members say in it."""
        return sum(len(one.line["rows"]) if one.verb == "file" else one.verb == "say" for one in self.events)


SPOKEN = ("say", "file")
VERBS = (
    "room", "say", "file", "answer", "note", "vote", "move", "apart", "describe", "decline", "merge", "undo_merge",
    "resolve", "publish", "ask", "solved", "consent", "tier", "regrade", "end", "reopen", "tag", "assign", "know",
    "join", "view", "hand", "take", "give_back", "settle", "practise", "rota", "book",
)  # fmt: skip


def read(name: str, start: datetime.datetime) -> Plan:
    """The plan of one file, for a first start at `start` (aware, in the community's time zone)."""
    source = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    lines = [line for chapter in source.pop("chapters") for line in chapter["lines"]]
    for number, line in enumerate(lines):
        line.setdefault("key", f"line-{number}")
    events = [one for line in lines for one in _events(line, start)]
    return Plan(source, sorted(events, key=lambda one: one.moment))


def _events(line: dict[str, Any], start: datetime.datetime) -> Iterator[Event]:
    """A line's own event, and what a message says of its handling: who answers, how it ends."""
    moment = _moment(line, start)
    verb = next(name for name in VERBS if name in line)
    if verb == "file":
        line = {**line, "rows": [{**row, "moment": _moment(row, start)} for row in line["rows"]]}
    yield Event(moment, verb, line)
    if verb != "say":
        return
    key = line["key"]
    if "same_as" in line:
        soon = moment + datetime.timedelta(minutes=min(20, line.get("after", ANSWERED_AFTER)) / 2)
        yield Event(soon, "merge", {"merge": [key], "into": line["same_as"], "by": line.get("by")})
    if "reply" in line:
        moment = _awake(moment + datetime.timedelta(minutes=line.get("after", ANSWERED_AFTER)))
        lane = line.get("lane", "public" if line.get("public") else "private")
        yield Event(moment, "answer", {"answer": key, "by": line.get("by"), "lane": lane, "text": line["reply"]})
    if "ends" in line:
        moment = _awake(moment + datetime.timedelta(hours=line.get("ends_after", ENDED_AFTER)))
        why = line.get("why", "")
        yield Event(moment, "end", {"end": key, "as": line["ends"], "by": line.get("by"), "why": why})


def _awake(moment: datetime.datetime) -> datetime.datetime:
    """Nobody of the team answers between half past ten at night and half past eight: it is done the next morning."""
    morning = moment.replace(hour=8, minute=30 + moment.minute // 2)
    if moment.time() >= datetime.time(22, 30):
        return morning + datetime.timedelta(days=1)
    return morning if moment.time() < datetime.time(8, 30) else moment


def _moment(line: dict[str, Any], start: datetime.datetime) -> datetime.datetime:
    if "hours" in line:
        return start - datetime.timedelta(hours=line["hours"])
    day = (start - datetime.timedelta(days=line["day"])).date()
    return datetime.datetime.combine(day, datetime.time.fromisoformat(line["at"]), start.tzinfo)
