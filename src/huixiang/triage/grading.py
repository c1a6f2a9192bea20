"""The decision table: four dials in, a grade and the rule that gave it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huixiang.feedback.models import Grade
from huixiang.triage.models import GradeRule
from huixiang.workspaces.models import Workspace

DIALS = ("influence", "authenticity", "prevalence", "severity")

# name, grade, conditions: the table a workspace starts with; it edits its own copy.
DEFAULT_RULES: list[tuple[str, str, dict[str, Any]]] = [
    ("涉及安全且可信", Grade.RED, {"min_severity": 100, "min_authenticity": 40}),
    ("核心功能失效且多人遇到", Grade.RED, {"min_severity": 75, "min_prevalence": 65}),
    ("核心成员准备公开升级", Grade.RED, {"min_severity": 75, "min_influence": 65, "escalating": True}),
    ("涉及安全，尚待核实", Grade.ORANGE, {"min_severity": 100}),
    ("核心功能失效", Grade.ORANGE, {"min_severity": 75}),
    ("扬言曝光或投诉", Grade.ORANGE, {"escalating": True}),
    ("多人遇到的实际问题", Grade.ORANGE, {"min_severity": 50, "min_prevalence": 50}),
    ("核心成员遇到的实际问题", Grade.ORANGE, {"min_severity": 50, "min_influence": 80}),
    ("实际问题", Grade.YELLOW, {"min_severity": 50}),
    ("很多人在意的小事", Grade.YELLOW, {"min_severity": 25, "min_prevalence": 50}),
    ("有影响力的成员不满", Grade.YELLOW, {"min_influence": 60, "negative": True}),
    ("其余", Grade.BLUE, {}),
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The grade and what gave it."""

    grade: str
    rule: GradeRule


def furnish(*, workspace: Workspace) -> None:
    """Give a new workspace the default table."""
    GradeRule.objects.bulk_create(
        [
            GradeRule(workspace=workspace, position=position, name=name, grade=grade, **conditions)
            for position, (name, grade, conditions) in enumerate(DEFAULT_RULES, start=1)
        ]
    )


def table(workspace: Workspace) -> list[GradeRule]:
    """The rows in order; a workspace without any gets the default ones first."""
    rows = list(workspace.grade_rules.order_by("position"))
    if not rows:
        furnish(workspace=workspace)
        rows = list(workspace.grade_rules.order_by("position"))
    return rows


def holds(rule: GradeRule, dials: Mapping[str, int], *, escalation: bool, negative: bool) -> bool:
    """Whether every condition of the row holds."""
    for dial in DIALS:
        least = getattr(rule, f"min_{dial}")
        if least is not None and dials[dial] < least:
            return False
    return (escalation or not rule.escalating) and (negative or not rule.negative)


def decide(
    rules: Sequence[GradeRule], dials: Mapping[str, int], *, escalation: bool, negative: bool
) -> Verdict:
    """The first row that holds; blue by a row of no conditions when the table has none that does."""
    for rule in rules:
        if holds(rule, dials, escalation=escalation, negative=negative):
            return Verdict(rule.grade, rule)
    return Verdict(Grade.BLUE, GradeRule(position=0, name=_("no rule holds"), grade=Grade.BLUE))


def in_words(rule: GradeRule) -> str:
    """A row's conditions as a person reads them, like “severity ≥ 75, prevalence ≥ 65”."""
    names = {
        "influence": _("influence"),
        "authenticity": _("authenticity"),
        "prevalence": _("prevalence"),
        "severity": _("severity"),
    }
    parts = [
        f"{names[dial]} ≥ {getattr(rule, f'min_{dial}')}"
        for dial in DIALS
        if getattr(rule, f"min_{dial}") is not None
    ]
    if rule.escalating:
        parts.append(_("announces to go public"))
    if rule.negative:
        parts.append(_("displeased"))
    return _(", ").join(parts)
