"""A growing theme asks for a re-grade of its cases. Only the step up to red happens by itself."""

import uuid

from django.utils.translation import gettext as _

from huixiang.cases.actions import propose_grade, regrade
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import Grade
from huixiang.journal.events import SYSTEM
from huixiang.playbooks.actions import regraded_many
from huixiang.themes import measures
from huixiang.themes.models import Theme
from huixiang.themes.queries import themes_by_id
from huixiang.triage import dials, grading
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.signals import Batch
from huixiang.triage.steps.routing import worse

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
    proposals: dict[tuple[str, str], list[uuid.UUID]] = {}
    to_red: list[tuple[Case, str]] = []
    for case in cases:
        theme = themes.get(case.theme_id) if case.theme_id else None
        wanted = _judge(latest[case.id], theme, rules) if case.id in latest and theme else None
        if wanted is None or not worse(wanted[0], case.grade):
            continue
        if wanted[0] == Grade.RED:
            to_red.append((case, wanted[1]))
        elif case.proposed_grade != wanted[0]:
            proposals.setdefault(wanted, []).append(case.id)
    for (grade, reason), case_ids in proposals.items():
        propose_grade(case_ids=case_ids, grade=grade, reason=reason)
    _make_red(batch, to_red)


def _make_red(batch: Batch, wanted: list[tuple[Case, str]]) -> None:
    """By id, as everybody locks cases; the themes are counted anew and the standards read once for all."""
    wanted.sort(key=lambda one: one[0].id)
    for case, reason in wanted:
        regrade(case=case, grade=Grade.RED, reason=reason, actor=SYSTEM, refresh=False)
    regraded_many(workspace=batch.workspace, cases=[case for case, _reason in wanted])
    touched = {case.theme_id for case, _reason in wanted if case.theme_id}
    measures.refresh(workspace_id=batch.workspace.id, theme_ids=sorted(touched))


def _latest_assessments(workspace_id: uuid.UUID, cases: list[Case]) -> dict[uuid.UUID, Assessment]:
    rows = Assessment.objects.filter(
        workspace_id=workspace_id, feedback__case_id__in=[case.id for case in cases]
    ).select_related("feedback")
    found: dict[uuid.UUID, Assessment] = {}
    for row in rows.defer("feedback__embedding", "feedback__text").order_by("at"):
        if row.feedback.case_id:
            found[row.feedback.case_id] = row
    return found


def _judge(before: Assessment, theme: Theme, rules: list[GradeRule]) -> tuple[str, str] | None:
    """The grade that the theme's growth asks for and why; None when growth changes nothing.

    What the dials said at the time was judged then, perhaps by a person: only what the growth adds counts here.
    """
    prevalence = dials.prevalence(theme)
    then = {name: getattr(before, name) for name in grading.DIALS}
    negative = before.feedback.sentiment < 0
    old, new = (
        grading.decide(rules, values, escalation=before.feedback.escalation, negative=negative)
        for values in (then, {**then, "prevalence": prevalence.value})
    )
    if not worse(new.grade, old.grade):
        return None
    return new.grade, _("%(rule)s: %(why)s") % {"rule": new.rule.name, "why": prevalence.reason}
