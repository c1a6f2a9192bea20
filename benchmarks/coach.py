"""How well the coach reads drafts: precision and recall for each label over the labelled examples, and its time.

Usage: python benchmarks/coach.py [--half even|odd] [--wrong LABEL] [--times 200] [--desk]
"""

import argparse
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

from huixiang.engine.coach.reading import advise
from huixiang.engine.coach.rules import LANGUAGES, Fault, Merit

EXAMPLES = Path(__file__).resolve().parents[1] / "tests/engine/coach"
LABELS = [*map(str, Merit), *map(str, Fault)]
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
    table = tomllib.loads((EXAMPLES / f"examples.{language}.toml").read_text("utf-8"))
    found = [
        Example(number, one["said"], one["draft"], one["public"], frozenset([*one["merits"], *one["faults"]]))
        for number, one in enumerate(table["example"])
    ]
    return found[HALVES[half]]


def found_in(example: Example) -> frozenset[str]:
    """What the coach finds."""
    advice = advise(example.draft, example.said, public=example.public)
    merits = [str(merit) for merit, words in advice.merits.items() if words]
    return frozenset([*merits, *(str(one.fault) for one in advice.findings)])


def scores(of: Iterable[Example]) -> dict[str, Score]:
    """Each label's score."""
    table = {label: Score() for label in LABELS}
    for example in of:
        found = found_in(example)
        for label in found & example.labels:
            table[label].hits += 1
        for label in found - example.labels:
            table[label].false.append(example.number)
        for label in example.labels - found:
            table[label].missed.append(example.number)
    return table


def rows(table: dict[str, Score]) -> Iterator[list[str]]:
    """A row a label: how many, precision, recall, the numbers of those it gets wrong."""
    for label, one in table.items():
        there = one.hits + len(one.missed)
        wrong = [f"+{number}" for number in one.false] + [f"-{number}" for number in one.missed]
        yield [label, str(there), f"{one.precision:.2f}", f"{one.recall:.2f}", " ".join(wrong[:24])]


def timed(of: Sequence[Example], times: int) -> tuple[float, float]:
    """Median and 95th percentile of one reading, in ms."""
    found = []
    for turn in range(times):
        one = of[turn % len(of)]
        started = time.perf_counter()
        advise(one.draft, one.said, public=one.public)
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found), statistics.quantiles(found, n=20)[18]


def show_wrong(of: Iterable[Example], label: str, say: Callable[[str], None]) -> None:
    """Each example that label is read wrongly of, whole."""
    for one in of:
        found = found_in(one)
        if (label in found) != (label in one.labels):
            sign = "+" if label in found else "-"
            advice = advise(one.draft, one.said, public=one.public)
            words = [finding.words for finding in advice.findings if finding.fault == label]
            say(f"{sign}{one.number} {label} {words}\n  said  {one.said}\n  draft {one.draft}\n")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=list(HALVES), default="all")
    parser.add_argument("--wrong", help="show the examples this label is read wrongly of")
    parser.add_argument("--language", choices=LANGUAGES, help="only this one")
    parser.add_argument("--times", type=int, default=200)
    args = parser.parse_args()
    for language in [args.language] if args.language else LANGUAGES:
        of = examples(language, args.half)
        if args.wrong:
            show_wrong(of, args.wrong, print)
            continue
        print(f"\n{language}: {len(of)} examples ({args.half}); number, precision, recall, + wrongly found, - missed")
        for row in rows(scores(of)):
            print("{:<13} {:>4} {:>6} {:>6}  {}".format(*row))
        middle, high = timed(of, args.times)
        print(f"one reading: median {middle:.2f} ms, 95th percentile {high:.2f} ms")


if __name__ == "__main__":
    main()
