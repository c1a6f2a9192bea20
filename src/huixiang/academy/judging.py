"""Judging one answer of a talk: by the coach's rules, by what the turn asks for, and by the playbook. No database.

What is won is counted in points, each told by itself; the score is what was won of what could be won, out of 100, less
NEVER for each sentence that must not be said. How the member takes it depends on what they can see: the words and
where they stand, not the grade the team gave.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from huixiang.academy.library import CHINESE, ENDINGS, ENGLISH, OPEN, WAYS, Ending, Fact, Reaction, Scenario
from huixiang.engine.coach.reading import Advice, advise
from huixiang.engine.coach.rules import Fault
from huixiang.engine.copies import shingles

Thing = TypeVar("Thing")
COACH: Final = 40  # points for the coach's whole score
MERITS: Final = 20  # shared among the merits the turn wants
FACTS: Final = 20  # shared among what is to be asked
LANE: Final = 10
GRADE: Final = 10
STEP: Final = 10
ROOM: Final = 5
NEVER: Final = 30
CALMS: Final = 75  # of what the member can see
LEAVES: Final = 50
COPIED: Final = 0.8  # overlap with the model answer from which on it is not an answer of one's own


class Part(StrEnum):
    """What a point is given for."""

    COACH = "coach"
    MERIT = "merit"
    FACT = "fact"
    LANE = "lane"
    GRADE = "grade"
    STEP = "step"
    ROOM = "room"
    FAULT = "fault"  # tells what the coach found; its cost is in the coach's score
    NEVER = "never"


SEEN: Final = frozenset({Part.COACH, Part.MERIT, Part.FACT, Part.LANE})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the trainee wrote and chose; grade, step and room only at the first turn."""

    text: str
    lane: str
    grade: str = ""
    step: str = ""
    room: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the result: for `part`, named by `key`, `won` of `of`; `words` as evidence, `better` beside a fault.

    For a grade, a step or a lane `words` is what was chosen and `better` what was right.
    """

    part: Part
    key: str
    won: int
    of: int
    words: str = ""
    better: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer was judged, and what it does to the talk. `turn`: which follows, "" when it ends."""

    points: tuple[Point, ...]
    coach: int
    score: int
    seen: int
    reaction: Reaction
    turn: str
    ending: Ending | None
    missing: tuple[str, ...]
    faults: tuple[str, ...]


def judge(scenario: Scenario, turn: str, answer: Answer, language: str) -> Verdict:
    """Judge an answer to a turn of a scenario in the language of the talk."""
    words = scenario.in_language(language)
    advice = advise(answer.text, words.turns[turn].said, public=answer.lane == "public")
    points = [
        *_of_words(scenario, turn, answer, advice, language),
        *(_of_acts(scenario, answer) if turn == OPEN else ()),
        *_faults(advice),
        *_never(scenario, answer, language),
    ]
    hurt = bool(advice.red_lines) or any(one.part == Part.NEVER for one in points)
    seen = _score(points, SEEN)
    reaction = Reaction.ANGRIER if hurt or seen < LEAVES else Reaction.CALMER if seen >= CALMS else Reaction.SAME
    follows = WAYS[turn].get(reaction, "")
    return Verdict(
        tuple(points), advice.score, _score(points, frozenset(Part)), seen, reaction, follows,
        None if follows else ENDINGS[reaction], tuple(merit.value for merit in advice.missing),
        tuple(dict.fromkeys(one.fault.value for one in advice.findings)),
    )  # fmt: skip


def copied(text: str, model: str) -> bool:
    """Whether an answer is the model answer over again."""
    one, other = shingles(text), shingles(model)
    return bool(one and other) and len(one & other) / len(one | other) >= COPIED


def _of_words(scenario: Scenario, turn: str, answer: Answer, advice: Advice, language: str) -> Iterator[Point]:
    needs, said = scenario.needs[turn], scenario.in_language(language).turns[turn]
    yield Point(Part.COACH, "", round(COACH * advice.score / 100), COACH)
    for merit, worth in _shared(needs.merits, MERITS):
        words = advice.merits[merit]
        yield Point(Part.MERIT, merit.value, worth if words else 0, worth, words)
    for fact, worth in _shared(said.asks, FACTS):
        words = _asked(fact, answer.text, language)
        yield Point(Part.FACT, fact.what, worth if words else 0, worth, words)
    yield Point(Part.LANE, "", LANE if answer.lane == needs.lane else 0, LANE, answer.lane, needs.lane)


def _of_acts(scenario: Scenario, answer: Answer) -> Iterator[Point]:
    yield Point(Part.GRADE, "", GRADE if answer.grade == scenario.grade else 0, GRADE, answer.grade, scenario.grade)
    right = answer.step if answer.step in scenario.first else scenario.first[0]
    yield Point(Part.STEP, "", STEP if answer.step == right else 0, STEP, answer.step, right)
    chosen, wanted = ("yes" if room else "no" for room in (answer.room, scenario.war_room))
    yield Point(Part.ROOM, "", ROOM if chosen == wanted else 0, ROOM, chosen, wanted)


def _faults(advice: Advice) -> Iterator[Point]:
    for one in advice.findings:
        yield Point(Part.FAULT, Fault(one.fault).value, 0, 0, one.words, one.better)


def _never(scenario: Scenario, answer: Answer, language: str) -> Iterator[Point]:
    for one in scenario.in_language(language).never:
        if found := one.pattern.search(answer.text):
            yield Point(Part.NEVER, "", -NEVER, 0, found.group(), one.why)


def _shared(things: Sequence[Thing], points: int) -> Iterator[tuple[Thing, int]]:
    """Divide the points so that they add up, the first getting what is left over."""
    for place, thing in enumerate(things):
        each, rest = divmod(points, len(things))
        yield thing, each + (1 if place < rest else 0)


def _score(points: Iterable[Point], parts: frozenset[Part]) -> int:
    counted = [one for one in points if one.part in parts]
    possible = sum(one.of for one in counted) or 1
    won = sum(one.won for one in counted if one.of)
    taken = sum(one.won for one in counted if not one.of)
    return min(max(round(100 * won / possible) + taken, 0), 100)


_SENTENCES: Final = {CHINESE: re.compile(r"[^。！？!?\n]+[。！？!?]?"), ENGLISH: re.compile(r"[^.!?\n]+[.!?]?")}
_ASKING: Final = {
    CHINESE: re.compile(r"[?？]|[吗呢么]$|请|麻烦|方便|能不能|告诉|想(?:问|确认|知道|了解|核对)|发(?:给|来)"),
    ENGLISH: re.compile(r"\?|\bplease\b|\bcould you\b|\btell me\b|\blet me know\b", re.IGNORECASE),
}


def _asked(fact: Fact, text: str, language: str) -> str:
    """The sentence that asks for a fact, "" for none. A list of questions after one “please” counts as asked."""
    spoken = CHINESE if language.startswith("zh") else ENGLISH
    for found in _SENTENCES[spoken].finditer(text):
        sentence = found.group().strip()
        if fact.pattern.search(sentence) and _ASKING[spoken].search(sentence):
            return sentence
    return ""


def weak(points: Iterable[Point]) -> Iterator[str]:
    """What was lacking or should not have been there, by name: merits and faults by theirs, the rest by its part."""
    for one in points:
        if one.part in {Part.FAULT, Part.NEVER} or (one.won < one.of and one.part != Part.COACH):
            yield one.key if one.part in {Part.MERIT, Part.FAULT} else one.part.value
