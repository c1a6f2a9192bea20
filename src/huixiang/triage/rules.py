"""Editing the decision table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.triage import events
from huixiang.triage.grading import DIALS
from huixiang.triage.models import GradeRule
from huixiang.workspaces.models import Workspace

MOST_RULES: Final = 40
HIGHEST: Final = 100


@transaction.atomic
def save_rules(*, workspace: Workspace, rows: Sequence[Mapping[str, Any]], actor: Actor) -> list[GradeRule]:
    """Replace the table by these rows, in their order; what is graded already keeps its grade.

    A row: name, grade, min_influence, min_authenticity, min_prevalence, min_severity (0-100 or None), escalating,
    negative. The last row must hold for everything. Journal: triage.rules_changed. Raises Refused.
    """
    rules = [_rule(workspace, place, row) for place, row in enumerate(rows, start=1)]
    _check(rules)
    workspace.grade_rules.all().delete()
    GradeRule.objects.bulk_create(rules)
    event = events.RulesChanged(subject=workspace.id, rules=len(rules))
    record(event, workspace_id=workspace.id, actor=actor)
    return rules


def _rule(workspace: Workspace, place: int, row: Mapping[str, Any]) -> GradeRule:
    name = str(row["name"]).strip()
    if not name:
        raise Refused(_("Row %(row)d needs a name.") % {"row": place})
    if row["grade"] not in Grade.values:
        raise Refused(_("Row %(row)d needs a grade.") % {"row": place})
    least = {f"min_{dial}": row.get(f"min_{dial}") for dial in DIALS}
    if any(value is not None and not 0 <= value <= HIGHEST for value in least.values()):
        raise Refused(_("Row %(row)d: a dial goes from 0 to 100.") % {"row": place})
    return GradeRule(
        workspace=workspace, position=place, name=name[:80], grade=row["grade"],
        escalating=bool(row.get("escalating")), negative=bool(row.get("negative")), **least,
    )  # fmt: skip


def _check(rules: Sequence[GradeRule]) -> None:
    if not rules or len(rules) > MOST_RULES:
        raise Refused(_("A table has between 1 and %(most)d rows.") % {"most": MOST_RULES})
    for rule in rules[:-1]:
        if _holds_always(rule):
            raise Refused(
                _("“%(name)s” has no condition, so the rows below it would never apply. Put it last.")
                % {"name": rule.name}
            )
    if not _holds_always(rules[-1]):
        raise Refused(_("The last row must have no condition, so that everything gets a grade."))


def _holds_always(rule: GradeRule) -> bool:
    """Whether the row has no condition that could fail."""
    return not (rule.escalating or rule.negative or any(getattr(rule, f"min_{dial}") for dial in DIALS))
