"""The coach's rules as they stand in `zh.toml` and `en.toml`, read once a process."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")
_HERE: Final = Path(__file__).parent
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_SENTENCES: Final = {
    "zh": re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+"),
    "en": re.compile(r"(?:[^.!?\n]|\.(?=\w))*[.!?\n]+|(?:[^.!?\n]|\.(?=\w))+"),
}


class Merit(StrEnum):
    """What a good answer does."""

    THANKED = "thanked"
    APOLOGISED = "apologised"  # or shown that it understands
    NAMED = "named"  # what was understood, in the member's own words
    ASKED = "asked"  # for what is still missing
    PROMISED = "promised"  # who does what until when


class Fault(StrEnum):
    """What a good answer does not do."""

    ARGUES = "argues"
    BLAMES = "blames"
    BELITTLES = "belittles"
    THREATENS = "threatens"
    FOBS_OFF = "fobs_off"
    OVERPROMISES = "overpromises"
    EXPOSES = "exposes"  # personal data where everybody reads it
    ROBOTIC = "robotic"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a fault; not meant so beside `unless`, nor with a time told anywhere when `unless_when`.

    `unless_kind`: it hurts only in a draft that neither is sorry, nor asks, nor tells who does what until when.
    `better` takes the place of the whole clause, or of the words alone when `words_only`.
    """

    fault: Fault
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    unless_when: bool
    unless_kind: bool
    words_only: bool
    better: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one language. `hints`: for each merit a sentence to begin with.

    `announced`: the faults of a text that answers nobody in particular, with better words for many.
    """

    language: str
    merits: Mapping[Merit, re.Pattern[str]]
    who: re.Pattern[str]
    does: re.Pattern[str]
    when: re.Pattern[str]
    hints: Mapping[Merit, str]
    faults: tuple[Rule, ...]
    announced: tuple[Rule, ...]


def language_of(text: str) -> str:
    """Tell which rules read a text: Chinese as soon as there is a Chinese sign in it."""
    return "zh" if _HAN.search(text) else "en"


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence with the place it begins at."""
    for found in _SENTENCES[language_of(text)].finditer(text):
        if found.group().strip():
            yield found.start(), found.group()


@cache
def rules_of(language: str) -> Rules:
    """Read the rules of a language."""
    with (_HERE / f"{language}.toml").open("rb") as file:
        table = tomllib.load(file)
    merits, hints, announced = (table.pop(name) for name in ("merits", "hints", "announced"))
    written = {Merit.THANKED, Merit.APOLOGISED, Merit.ASKED}
    faults = tuple(_rule(Fault(name), one) for name, rules in table.items() for one in rules)
    return Rules(
        language,
        {merit: _any(merits[merit.value]) for merit in Merit if merit in written},
        _any(merits["who"]), _any(merits["does"]), _any(merits["when"]),
        {merit: hints[merit.value] for merit in Merit},
        faults, tuple(_for_many(rule, announced) for rule in faults if not rule.unless_kind),
    )  # fmt: skip


def _for_many(rule: Rule, words: Mapping[str, str]) -> Rule:
    return rule if rule.words_only else replace(rule, better=words[rule.fault.value])


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _rule(fault: Fault, one: Mapping[str, Any]) -> Rule:
    unless = re.compile(one["unless"], re.IGNORECASE) if "unless" in one else None
    pattern = re.compile(one["pattern"], re.IGNORECASE)
    when, kind, only = (bool(one.get(name)) for name in ("unless_when", "unless_kind", "words_only"))
    return Rule(fault, pattern, unless, when, kind, only, one["better"])
