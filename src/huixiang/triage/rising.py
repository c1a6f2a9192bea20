"""A growing theme asks for a re-grade of its cases. Only the step up to red happens by itself."""

import uuid

from django.utils.translation import gettext as _

from huixiang.cases.actions import propose_grade, regrade
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import GRADE_RANK, Grade
from huixiang.journal.events import SYSTEM
from huixiang.playbooks.actions import regraded
from huixiang.themes.models import Theme
from huixiang.themes.queries import themes_by_id
from huixiang.triage import dials, grading
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.signals import Batch

LOOKED_AT = 500  # cases a batch looks at, the newest themes' first; the rest are seen with the next growth


def regrade_rising(batch: Batch) -> None:
    """Judge the unfinished cases of the touched themes with the prevalence as it is now."""
    cases = list(
        Case.objects.filter(
            workspace=batch.workspace, theme_id__in=batch.theme_ids, state__in=UNFINISHED, historical=False
        )
        .exclude(grade=Grade.RED)
        .exclude(id__in=[case.id for case in batch.opened])
        .order_by("-last_at")[:LOOKED_AT]
    )
    if not cases:
        return
    themes = themes_by_id(workspace_id=batch.workspace.id, ids=batch.theme_ids)
    latest = _latest_assessments(batch.workspace.id, cases)
    rules = grading.table(batch.workspace)
    for case in cases:
        theme = themes.get(case.theme_id) if case.theme_id else None
        if case.id in latest and theme:
            _judge(batch, case, latest[case.id], theme, rules)


def _latest_assessments(workspace_id: uuid.UUID, cases: list[Case]) -> dict[uuid.UUID, Assessment]:
    rows = Assessment.objects.filter(
        workspace_id=workspace_id, feedback__case_id__in=[case.id for case in cases]
    ).select_related("feedback")
    found: dict[uuid.UUID, Assessment] = {}
    for row in rows.defer("feedback__embedding", "feedback__text").order_by("at"):
        if row.feedback.case_id:
            found[row.feedback.case_id] = row
    return found


def _judge(
    batch: Batch, case: Case, before: Assessment, theme: Theme, rules: list[GradeRule]
) -> None:
    prevalence = dials.prevalence(theme)
    values = {
        "influence": before.influence,
        "authenticity": before.authenticity,
        "prevalence": prevalence.value,
        "severity": before.severity,
    }
    verdict = grading.decide(
        rules, values, escalation=before.feedback.escalation, negative=before.feedback.sentiment < 0
    )
    if GRADE_RANK[Grade(verdict.grade)] >= GRADE_RANK[Grade(case.grade)]:
        return
    reason = _("%(rule)s: %(why)s") % {"rule": verdict.rule.name, "why": prevalence.reason}
    if verdict.grade == Grade.RED:
        regrade(case=case, grade=Grade.RED, reason=reason, actor=SYSTEM)
        regraded(workspace=batch.workspace, case=case)
    elif case.proposed_grade != verdict.grade:
        propose_grade(case_ids=[case.id], grade=verdict.grade, reason=reason)
