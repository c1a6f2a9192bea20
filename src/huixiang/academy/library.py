"""What can be learned: courses and scenarios, read from the files once a process. No database.

A scenario is a talk in turns. The first is `open`; which follows depends on how the answer is taken (`Reaction`), so
that a talk has two to four turns. Facts and words stand apart: the first are the same in both languages.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from huixiang.engine.coach.rules import Merit

_HERE: Final = Path(__file__).parent
CHINESE: Final = "zh"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
OPEN: Final = "open"


class Reaction(StrEnum):
    """How the member takes an answer."""

    CALMER = "calmer"
    SAME = "same"
    ANGRIER = "angrier"


class Ending(StrEnum):
    """How a talk ends."""

    SETTLED = "settled"
    OPEN = "open"
    LOST = "lost"


ENDINGS: Final = {Reaction.CALMER: Ending.SETTLED, Reaction.SAME: Ending.OPEN, Reaction.ANGRIER: Ending.LOST}
# Which turn follows; none: the talk ends there.
WAYS: Final[Mapping[str, Mapping[Reaction, str]]] = {
    OPEN: {Reaction.CALMER: "calmer", Reaction.SAME: "same", Reaction.ANGRIER: "angrier"},
    "calmer": {Reaction.ANGRIER: "angrier"},
    "same": {Reaction.SAME: "last", Reaction.ANGRIER: "angrier"},
    "angrier": {Reaction.CALMER: "last", Reaction.SAME: "last"},
    "last": {},
}
TURNS: Final = tuple(WAYS)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a good answer asks for, and the words by which it is recognised."""

    what: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Never:
    """Words no answer of this scenario may hold, and why."""

    pattern: re.Pattern[str]
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """One turn in one language: the member's words, what to ask for, and a model answer with its reasons."""

    said: str
    asks: tuple[Fact, ...]
    model: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A scenario in one language. `acts`: why grade, first step, lane and war room are chosen so."""

    title: str
    summary: str
    who: str
    channel: str
    background: str
    history: tuple[str, ...]
    missing: tuple[str, ...]
    acts: Mapping[str, str]
    never: tuple[Never, ...]
    turns: Mapping[str, Said]
    ends: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a turn wants in either language: which merits, and where the answer belongs."""

    lane: str
    merits: tuple[Merit, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A talk to practise. `machine`: the grade the dials give; `grade`: the right one, which a person may know better.

    `first`: the steps that may come first; `trains`: merits and faults it is good against.
    """

    key: str
    order: int
    minutes: int
    trains: tuple[str, ...]
    channel_kind: str
    tier: str
    dials: Mapping[str, int]
    escalating: bool
    machine: str
    grade: str
    first: tuple[str, ...]
    war_room: bool
    needs: Mapping[str, Needs]
    words: Mapping[str, Words]

    def in_language(self, language: str) -> Words:
        """Its words; English for whoever does not read Chinese."""
        return self.words[CHINESE if language.startswith("zh") else ENGLISH]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of a lesson with an example of what to do and what not."""

    heading: str
    text: str
    do: str
    dont: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A course in one language."""

    title: str
    lede: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A lesson and its scenarios; it is passed when each of them was answered with `pass_mark` or better."""

    key: str
    order: int
    pass_mark: int
    minutes: int
    glyph: str
    scenarios: tuple[str, ...]
    lessons: Mapping[str, Lesson]

    def in_language(self, language: str) -> Lesson:
        """Its lesson; English for whoever does not read Chinese."""
        return self.lessons[CHINESE if language.startswith("zh") else ENGLISH]


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Every scenario by its key, in order."""
    found = [_scenario(key, table) for key, table in _tables("scenarios")]
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}


@cache
def courses() -> Mapping[str, Course]:
    """Every course by its key, in order."""
    found = [_course(key, table) for key, table in _tables("courses")]
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}


def courses_with(scenario_key: str) -> list[Course]:
    """The courses a scenario belongs to."""
    return [course for course in courses().values() if scenario_key in course.scenarios]


def _tables(folder: str) -> list[tuple[str, dict[str, Any]]]:
    return [(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))) for path in (_HERE / folder).glob("*.toml")]


def _scenario(key: str, table: Mapping[str, Any]) -> Scenario:
    needs = {name: _needs(table["turns"][name]) for name in TURNS}
    return Scenario(
        key=key, order=table["order"], minutes=table["minutes"], trains=tuple(table["trains"]),
        channel_kind=table["channel_kind"], tier=table["tier"], dials=table["dials"],
        escalating=table.get("escalating", False), machine=table.get("machine", table["grade"]), grade=table["grade"],
        first=tuple(table["first"]), war_room=table["war_room"], needs=needs,
        words={language: _words(table[language]) for language in LANGUAGES},
    )  # fmt: skip


def _needs(table: Mapping[str, Any]) -> Needs:
    return Needs(table["lane"], tuple(Merit(name) for name in table["merits"]))


def _words(table: Mapping[str, Any]) -> Words:
    plain = {name: table[name] for name in ("title", "summary", "who", "channel", "background", "acts", "ends")}
    return Words(
        **plain, history=tuple(table["history"]), missing=tuple(table["missing"]),
        never=tuple(Never(_any(one["words"]), one["why"]) for one in table["never"]),
        turns={name: _said(table["turns"][name]) for name in TURNS},
    )  # fmt: skip


def _said(table: Mapping[str, Any]) -> Said:
    asks = tuple(Fact(one["what"], _any([one["any"]])) for one in table.get("asks", ()))
    return Said(table["said"], asks, table["model"], tuple(table["why"]))


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _course(key: str, table: Mapping[str, Any]) -> Course:
    lessons = {language: _lesson(table[language]) for language in LANGUAGES}
    return Course(
        key, table["order"], table["pass_mark"], table["minutes"], table["glyph"], tuple(table["scenarios"]), lessons
    )


def _lesson(table: Mapping[str, Any]) -> Lesson:
    parts = tuple(Part(one["heading"], one["text"], one.get("do", ""), one.get("dont", "")) for one in table["parts"])
    return Lesson(table["title"], table["lede"], parts)
