"""Precision and recall of the coach over the labelled examples.

The rules were mended looking at the examples with even numbers only. Those with odd numbers tell what to expect of
drafts nobody has seen: where they are worse, the rules know words, not what is meant. docs/coach.md gives the figures.
"""

import pytest

from tests.engine.coach.labelled import FAULTS, accused, arguing, blind, examples, scores

MERITS = ("thanked", "apologised", "named", "asked", "promised")
RED_LINES = ("threatens", "exposes")


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
        "argues": (0.83, 0.70), "blames": (0.85, 0.70), "belittles": (0.90, 0.85), "fobs_off": (0.72, 0.80),
        "overpromises": (0.90, 0.95), "robotic": (0.70, 0.65), "threatens": (0.95, 0.72), "exposes": (0.95, 0.85),
    },
    "en": {
        "argues": (0.90, 0.78), "blames": (0.85, 0.70), "belittles": (0.95, 0.85), "fobs_off": (0.65, 0.85),
        "overpromises": (0.95, 0.70), "robotic": (0.95, 0.95), "threatens": (0.85, 0.95), "exposes": (0.95, 0.95),
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
    wrongly, good = accused(examples(language, "odd"))
    held, _good = accused(examples(language, "odd"), RED_LINES)
    assert (len(wrongly) <= good // 10, len(held) <= 1) == (True, True)


@pytest.mark.parametrize(("language", "enough", "recall"), [("zh", 120, 0.8), ("en", 50, 0.9)])
def test_drafts_of_later_are_read_as_docs_coach_tells(language: str, enough: int, recall: float) -> None:
    """The drafts labelled before a rule was read: six of ten findings right, no faultless draft held back."""
    of = blind(language)
    table = scores(of, FAULTS)
    weak = {name: (one.precision, one.recall) for name, one in table.items()}
    assert len(of) >= enough
    assert {name: one for name, one in weak.items() if one[0] < 0.65 or one[1] < recall} == {}
    assert accused(of, RED_LINES)[0] == []
    assert len(accused(of)[0]) <= accused(of)[1] // 10


def test_what_argues_in_english_is_found_and_what_does_not_is_left_alone() -> None:
    found = scores(arguing())["argues"]
    assert (found.precision >= 0.85, found.recall >= 0.9, len(arguing())) == (True, True, 40)
