"""The labelled examples, and how rightly the coach reads them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from huixiang.engine.coach.reading import advise
from huixiang.engine.coach.rules import Fault, Merit

FAULTS = [*map(str, Fault)]
LABELS = [*map(str, Merit), *FAULTS]
HALVES = {"even": slice(0, None, 2), "odd": slice(1, None, 2), "all": slice(None)}


@dataclass(frozen=True)
class Example:
    """A draft with what the member said, and what a person found in it."""

    number: int
    said: str
    draft: str
    public: bool
    labels: frozenset[str]


@dataclass
class Score:
    """How often a label was found rightly, wrongly, and not at all."""

    hits: int = 0
    false: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was found, how much was there; 1 when nothing was found."""
        return self.hits / (self.hits + len(self.false)) if self.hits or self.false else 1.0

    @property
    def recall(self) -> float:
        """Of what was there, how much was found; 1 when nothing was there."""
        return self.hits / (self.hits + len(self.missed)) if self.hits or self.missed else 1.0


def examples(language: str, half: str = "all") -> list[Example]:
    """The examples of a language: all, or those with an even or odd number, counted from 0."""
    return _read(f"examples.{language}.toml")[HALVES[half]]


def blind(language: str) -> list[Example]:
    """The drafts that were labelled by their faults alone, before anybody read a rule. No rule is made for one."""
    return _read(f"blind.{language}.toml")


def arguing() -> list[Example]:
    """English drafts labelled for one fault alone, before its rules were written: whether they argue."""
    return _read("arguing.en.toml")


def _read(name: str) -> list[Example]:
    table = tomllib.loads((Path(__file__).parent / name).read_text("utf-8"))
    return [
        Example(number, one["said"], one["draft"], one["public"], frozenset([*one.get("merits", ()), *one["faults"]]))
        for number, one in enumerate(table["example"])
    ]


def found_in(example: Example) -> frozenset[str]:
    """What the coach finds."""
    advice = advise(example.draft, example.said, public=example.public)
    merits = [str(merit) for merit, words in advice.merits.items() if words]
    return frozenset([*merits, *(str(one.fault) for one in advice.findings)])


def scores(of: Iterable[Example], labels: Iterable[str] = LABELS) -> dict[str, Score]:
    """Each label's score."""
    table = {label: Score() for label in labels}
    for example in of:
        found = found_in(example) & table.keys()
        for label in found & example.labels:
            table[label].hits += 1
        for label in found - example.labels:
            table[label].false.append(example.number)
        for label in example.labels - found:
            table[label].missed.append(example.number)
    return table


def accused(of: Iterable[Example], by: Iterable[str] = FAULTS) -> tuple[list[int], int]:
    """The numbers of the faultless drafts in which a fault is found all the same, and how many faultless there are."""
    good = [one for one in of if not one.labels & set(FAULTS)]
    return [one.number for one in good if found_in(one) & set(by)], len(good)
