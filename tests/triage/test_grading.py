import itertools

import pytest

from huixiang.triage.grading import DEFAULT_RULES, decide, holds, in_words, table
from huixiang.triage.models import GradeRule
from huixiang.workspaces.models import Workspace

NOTHING = {"influence": 0, "authenticity": 0, "prevalence": 0, "severity": 0}


def rules() -> list[GradeRule]:
    return [
        GradeRule(position=place, name=name, grade=grade, **conditions)
        for place, (name, grade, conditions) in enumerate(DEFAULT_RULES, start=1)
    ]


@pytest.mark.parametrize(
    ("dials", "escalation", "negative", "position", "grade"),
    [
        ({"severity": 100, "authenticity": 40}, False, True, 1, "red"),
        ({"severity": 75, "prevalence": 65}, False, True, 2, "red"),
        ({"severity": 75, "influence": 65}, True, True, 3, "red"),
        ({"severity": 100, "authenticity": 39}, False, True, 4, "orange"),
        ({"severity": 75, "prevalence": 64, "influence": 100}, False, True, 5, "orange"),
        ({"severity": 74, "prevalence": 49}, True, True, 6, "orange"),
        ({"severity": 50, "prevalence": 50}, False, True, 7, "orange"),
        ({"severity": 50, "influence": 80}, False, True, 8, "orange"),
        ({"severity": 50, "prevalence": 49, "influence": 79}, False, True, 9, "yellow"),
        ({"severity": 25, "prevalence": 50}, False, False, 10, "yellow"),
        ({"influence": 60}, False, True, 11, "yellow"),
        ({"influence": 60}, False, False, 12, "blue"),
        ({"severity": 49, "prevalence": 49, "influence": 59}, False, True, 12, "blue"),
        ({}, False, False, 12, "blue"),
    ],
)
def test_the_first_row_that_holds_decides(
    dials: dict[str, int], escalation: bool, negative: bool, position: int, grade: str
) -> None:
    verdict = decide(rules(), {**NOTHING, **dials}, escalation=escalation, negative=negative)
    assert (verdict.rule.position, verdict.grade) == (position, grade)


@pytest.mark.parametrize("dial", sorted(NOTHING))
def test_a_dial_must_reach_its_condition(dial: str) -> None:
    rule = GradeRule(**{f"min_{dial}": 60})
    reached = [holds(rule, {**NOTHING, dial: value}, escalation=False, negative=False) for value in (59, 60, 61)]
    assert reached == [False, True, True]


def test_every_condition_must_hold() -> None:
    rule = GradeRule(min_severity=50, escalating=True, negative=True)
    held = [
        (severity, escalation, negative)
        for severity, escalation, negative in itertools.product((49, 50), (False, True), (False, True))
        if holds(rule, {**NOTHING, "severity": severity}, escalation=escalation, negative=negative)
    ]
    assert held == [(50, True, True)]


def test_order_is_what_counts() -> None:
    two = [GradeRule(position=1, grade="yellow"), GradeRule(position=2, grade="red")]
    assert decide(two, NOTHING, escalation=False, negative=False).grade == "yellow"


def test_a_table_that_never_holds_gives_blue() -> None:
    verdict = decide([GradeRule(position=1, grade="red", min_severity=1)], NOTHING, escalation=True, negative=True)
    assert (verdict.grade, verdict.rule.position) == ("blue", 0)


def test_a_workspace_gets_its_own_table_once(workspace: Workspace, other_workspace: Workspace) -> None:
    first = table(workspace)
    assert [rule.name for rule in first] == [name for name, _grade, _conditions in DEFAULT_RULES]
    assert table(workspace) == first
    GradeRule.objects.filter(workspace=workspace, position=1).update(grade="blue")
    assert [table(workspace)[0].grade, table(other_workspace)[0].grade] == ["blue", "red"]


def test_a_rule_in_words() -> None:
    rule = GradeRule(min_severity=75, min_influence=65, escalating=True)
    assert in_words(rule).startswith("影响力 ≥ 65，严重性 ≥ 75，")
    assert in_words(GradeRule()) == ""
