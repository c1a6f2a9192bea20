"""The sentences people read are the ones that are counted by: code, page of the docs, and time limits agree."""

from pathlib import Path

import pytest
from django.utils import translation

from huixiang.cases.states import CaseState
from huixiang.insights.conversion.next_steps import RULES, Facts
from huixiang.insights.conversion.stages import (
    LOST,
    POSITIVE_AFTER_DAYS,
    RETURNED_BY,
    SILENT_DAYS,
    STAGES,
    Returned,
    Stage,
)
from huixiang.themes.states import ThemeStatus

PAGE = Path(__file__).resolve().parents[3] / "docs" / "conversion.md"


def test_the_page_holds_every_definition() -> None:
    page = PAGE.read_text(encoding="utf-8")
    with translation.override("en"):
        rows = [f"| `{one.key}` | {one.word} | {one.sentence} |" for one in STAGES]
        rows += [f"| `{key}` | {sentence} |" for key, (_word, sentence) in LOST.items()]
        rows += [f"- {sentence}" for sentence in RETURNED_BY.values()]
    assert [row for row in rows if row not in page] == []
    assert list(RETURNED_BY) == Returned.values
    assert [one.stage for one in STAGES] == list(Stage)


def test_the_days_in_words_are_those_that_are_counted() -> None:
    with translation.override("en"):
        assert (POSITIVE_AFTER_DAYS, "three days" in str(RETURNED_BY["positive"])) == (3, True)
        assert (SILENT_DAYS, "fourteen days" in str(LOST["silent"][1])) == (14, True)


def first(**facts: object) -> str:
    answered: dict[str, object] = {"stage": Stage.ANSWERED, "state": "waiting_member"}
    plain = answered | {"theme": "", "lost": "", "gone": False}
    return next(rule.key for rule in RULES if rule.fits(Facts(**plain | facts)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"gone": True, "stage": Stage.RETURNED}, "gone"),
        ({"stage": Stage.RETURNED}, "keep"),
        ({"stage": Stage.SATISFIED, "state": "confirmed"}, "thank"),
        ({"lost": "closed", "state": "closed"}, "closed"),
        ({"lost": "unreachable"}, "unreachable"),
        ({"state": "", "stage": Stage.SIGNAL}, "unseen"),
        ({"stage": Stage.SIGNAL, "state": "open"}, "first_answer"),
        ({"state": "reopened"}, "not_solved"),
        ({"state": "waiting_us", "stage": Stage.SOLVED}, "wrote_again"),
        ({"theme": "declined"}, "declined"),
        ({"theme": "fixed"}, "announce_fix"),
        ({"theme": "announced"}, "tell_fix"),
        ({"lost": "silent", "theme": "fixing"}, "remind"),
        ({}, "ask_detail"),
        ({"stage": Stage.DETAILS, "theme": "fixing"}, "finish_fix"),
        ({"stage": Stage.DETAILS, "theme": "found"}, "resolve"),
        ({"stage": Stage.DETAILS}, "solve"),
        ({"stage": Stage.SOLVED, "state": "solved", "theme": "confirmed"}, "announce"),
        ({"stage": Stage.SOLVED, "state": "solved"}, "ask_solved"),
        ({"stage": Stage.ANNOUNCED, "state": "solved", "theme": "announced"}, "ask_solved"),
    ],
)
def test_the_next_step_is_the_first_rule_that_fits(facts: dict[str, object], wanted: str) -> None:
    assert first(**facts) == wanted


def test_there_is_a_next_step_for_every_standing() -> None:
    states, themes, losses = ["", *CaseState.values], ["", *ThemeStatus.values], ["", *LOST]
    found = {
        first(stage=stage, state=state, theme=theme, lost=lost)
        for stage in Stage for state in states for theme in themes for lost in losses
    }  # fmt: skip
    assert found | {"gone"} == {rule.key for rule in RULES}
