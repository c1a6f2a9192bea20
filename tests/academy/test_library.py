"""Every scenario is whole, in both languages; every branch can be reached; every model answer would pass."""

import re
from collections.abc import Iterator

import pytest

from huixiang.academy.judging import Answer, Part, judge
from huixiang.academy.library import (
    LANGUAGES,
    OPEN,
    TURNS,
    WAYS,
    Ending,
    Reaction,
    Scenario,
    courses,
    courses_with,
    scenarios,
)
from huixiang.engine.coach.rules import Fault, Merit
from huixiang.playbooks.states import StepKind
from huixiang.triage.grading import DEFAULT_RULES, decide
from huixiang.triage.models import GradeRule

EVERY = [(scenario, language) for scenario in scenarios().values() for language in LANGUAGES]
NAMED = [f"{scenario.key}-{language}" for scenario, language in EVERY]
POOR = {"zh": "您好，您的问题我们知道了。", "en": "Hello, we know about your problem."}
RULES = [GradeRule(position=at, name=name, grade=grade, **when) for at, (name, grade, when) in enumerate(DEFAULT_RULES)]


def _model(scenario: Scenario, language: str, turn: str) -> Answer:
    text = scenario.in_language(language).turns[turn].model
    return Answer(text, scenario.needs[turn].lane, scenario.grade, scenario.first[0], room=scenario.war_room)


def test_there_are_fifteen_in_four_courses() -> None:
    assert len(scenarios()) == 15
    assert list(courses()) == ["emotion", "mediation", "crisis", "sensitivity"]
    assert [key for key in scenarios() if not courses_with(key)] == []
    assert {key for course in courses().values() for key in course.scenarios} == set(scenarios())


@pytest.mark.parametrize(("scenario", "language"), EVERY, ids=NAMED)
def test_it_is_whole(scenario: Scenario, language: str) -> None:
    words = scenario.in_language(language)
    plain = [words.title, words.summary, words.who, words.channel, words.background, *words.history, *words.missing]
    told = [words.turns[turn] for turn in TURNS]
    plain += [text for one in told for text in (one.said, one.model, *one.why)] + list(words.ends.values())
    assert [text for text in plain if not text.strip()] == []
    assert [bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh") for text in plain] == [True] * len(plain)
    assert set(words.acts) == {"grade", "first", "lane", "war_room"}
    assert set(words.ends) == set(Ending)
    assert all(one.why for one in told)
    assert words.turns[OPEN].asks
    assert words.never
    assert set(scenario.first) <= set(StepKind.values)
    assert set(scenario.trains) <= {*Merit, *Fault}


@pytest.mark.parametrize(("scenario", "language"), EVERY, ids=NAMED)
def test_the_model_answers_are_what_we_would_be_proud_of(scenario: Scenario, language: str) -> None:
    for turn in TURNS:
        verdict = judge(scenario, turn, _model(scenario, language, turn), language)
        lost = [point for point in verdict.points if point.part != Part.COACH and point.won < point.of]
        assert lost == [], turn
        assert (verdict.faults, verdict.reaction) == ((), Reaction.CALMER), turn
        assert [point.words for point in verdict.points if point.part == Part.NEVER] == [], turn
        assert min(verdict.coach, verdict.score) >= 80, turn


@pytest.mark.parametrize(("scenario", "language"), EVERY, ids=NAMED)
def test_every_branch_is_reached_by_some_answer(scenario: Scenario, language: str) -> None:
    for turn in TURNS:
        taken = {judge(scenario, turn, answer, language).reaction for answer in _worse(scenario, language, turn)}
        assert taken == set(Reaction), turn
    assert _reached() == set(TURNS)


def _worse(scenario: Scenario, language: str, turn: str) -> Iterator[Answer]:
    """The model answer with more and more of it cut away, from either end, and a poor one."""
    whole = _model(scenario, language, turn)
    pieces = re.split(r"(?<=[。！？.!?])\s*", whole.text)
    for number in range(len(pieces), 0, -1):
        for lane in ("public", "private"):
            yield Answer(" ".join(pieces[:number]), lane)
            yield Answer(" ".join(pieces[number - 1 :]), lane)
    yield Answer(POOR[language], "public")


def _reached() -> set[str]:
    found, left = set[str](), [OPEN]
    while left:
        turn = left.pop()
        found.add(turn)
        left += [follows for follows in WAYS[turn].values() if follows not in found]
    return found


@pytest.mark.parametrize("scenario", scenarios().values(), ids=list(scenarios()))
def test_the_machine_would_have_graded_it_so(scenario: Scenario) -> None:
    verdict = decide(RULES, scenario.dials, escalation=scenario.escalating, negative=scenario.key != "praise_hidden")
    assert verdict.grade == scenario.machine


def test_the_machine_is_wrong_twice_and_a_person_knows_better() -> None:
    assert {one.key: one.grade for one in scenarios().values() if one.machine != one.grade} == {
        "praise_hidden": "red", "grieving": "orange",
    }  # fmt: skip


def test_a_lesson_is_short_and_shows_both_ways() -> None:
    for course in courses().values():
        for language, least, most in (("zh", 300, 600), ("en", 1_000, 2_400)):
            lesson = course.in_language(language)
            length = sum(len(part.heading + part.text + part.do + part.dont) for part in lesson.parts)
            assert least <= length <= most, (course.key, language)
            assert sum(bool(part.do and part.dont) for part in lesson.parts) >= 2
