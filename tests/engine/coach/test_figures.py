"""Precision and recall of the coach over the labelled examples.

The rules were mended looking at the examples with even numbers only. Those with odd numbers tell what to expect of
drafts nobody has seen: where they are worse, the rules know words, not what is meant. docs/coach.md gives the figures.
"""

import pytest

from tests.engine.coach.labelled import examples, scores

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
