"""Precision and recall of the coach over the labelled examples.

The rules were mended looking at the examples with even numbers only. Those with odd numbers tell what to expect of
drafts nobody has seen: where they are worse, the rules know words, not what is meant. docs/coach.md gives the figures.
"""

import pytest

from huixiang.engine.coach.rules import Fault
from tests.engine.coach.labelled import examples, found_in, scores

MERITS = ("thanked", "apologised", "named", "asked", "promised")
RED_LINES = ("threatens", "exposes")
FAULTS = frozenset(map(str, Fault))


@pytest.mark.parametrize(("language", "least"), [("zh", 240), ("en", 80)])
def test_there_are_enough_examples(language: str, least: int) -> None:
    assert len(examples(language)) >= least


@pytest.mark.parametrize("half", ["even", "odd"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_merits_are_seen(language: str, half: str) -> None:
    table = scores(examples(language, half))
    weak = {name: (table[name].precision, table[name].recall) for name in MERITS}
    assert {name: one for name, one in weak.items() if one[0] < 0.85 or one[1] < 0.75} == {}


# Over all examples of a language: least precision, least recall. A rule mended at the cost of another is seen here.
FLOORS = {
    "zh": {
        "argues": (0.85, 0.60), "blames": (0.78, 0.52), "belittles": (0.75, 0.75), "fobs_off": (0.72, 0.80),
        "overpromises": (0.90, 0.85), "robotic": (0.72, 0.65), "threatens": (0.95, 0.72), "exposes": (0.95, 0.85),
    },
    "en": {
        "argues": (0.85, 0.60), "blames": (0.90, 0.70), "belittles": (0.90, 0.85), "fobs_off": (0.72, 0.85),
        "overpromises": (0.95, 0.70), "robotic": (0.95, 0.70), "threatens": (0.85, 0.95), "exposes": (0.95, 0.80),
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_faults_are_found(language: str) -> None:
    table = scores(examples(language))
    found = {name: (table[name].precision, table[name].recall) for name in FLOORS[language]}
    least = FLOORS[language]
    assert {name: one for name, one in found.items() if one[0] < least[name][0] or one[1] < least[name][1]} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_nobody_looked_at_is_not_accused_wrongly(language: str) -> None:
    """An answer that a person found faultless is left alone, nine times in ten; held back it is once at most."""
    good = [one for one in examples(language, "odd") if not one.labels & FAULTS]
    accused = [one.number for one in good if found_in(one) & FAULTS]
    held = [one.number for one in good if found_in(one) & frozenset(RED_LINES)]
    assert (len(accused) <= len(good) // 10, len(held) <= 1) == (True, True)
