"""Judging a feedback anew when a person corrected what its grade rests on."""

import uuid

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.feedback.actions import place
from huixiang.feedback.models import GRADE_RANK, Feedback, Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.playbooks import actions as playbooks
from huixiang.triage import events, grading
from huixiang.triage.dials import SEVERITY_STEPS
from huixiang.triage.grading import DIALS
from huixiang.triage.models import Assessment, Correction
from huixiang.triage.queries import assessments
from huixiang.triage.wording import Part, tell


def judge_anew(feedback: Feedback) -> Assessment | None:
    """Decide the grade again by the severity and sentiment that stand now; the other dials stay as they were judged.

    Writes a new assessment, not the grade. Journal: triage.assessed. None for what was never assessed.
    """
    last = assessments(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id]).get(feedback.id)
    if last is None:
        return None
    dials = {name: getattr(last, name) for name in DIALS} | {"severity": feedback.severity * SEVERITY_STEPS}
    verdict = grading.decide(
        grading.table(feedback.workspace), dials, escalation=feedback.escalation, negative=feedback.sentiment < 0
    )
    judged = Assessment.objects.create(
        workspace_id=feedback.workspace_id, feedback=feedback, **dials,
        reasons={**last.reasons, "severity": _severity(feedback, last)}, grade=verdict.grade,
        rule_name=verdict.rule.name, rule_position=verdict.rule.position, rule_text=grading.in_words(verdict.rule),
        model_version=feedback.model_version,
    )  # fmt: skip
    event = events.Assessed(subject=feedback.id, grade=judged.grade, rule=judged.rule_name, **dials)
    record(event, workspace_id=feedback.workspace_id)
    return judged


def _severity(feedback: Feedback, last: Assessment) -> dict[str, object]:
    """The dial's reason: as it was, when it is the machine's still; else that a person said so."""
    kept = dict(last.reasons.get("severity", {}))
    if last.severity == feedback.severity * SEVERITY_STEPS:
        return kept
    said: list[Part] = [(f"severity_{feedback.severity}", {})]
    if _by_person(feedback):
        said.append(("by_person", {}))
    return {"reason": tell(said).text, "quote": kept.get("quote", ""), "said": [list(part) for part in said]}


def _by_person(feedback: Feedback) -> bool:
    rows = Correction.objects.filter(subject_id=feedback.id, field=Correction.Field.SEVERITY, undone_at=None)
    return rows.exists()


def follow_grade(feedback: Feedback, judged: Assessment, *, reason: str, actor: Actor) -> None:
    """Let the new grade apply: to the feedback, or to its case, which has the gravest grade of all it is about.

    Where a person graded the case, the new grade is only proposed. Journal: cases.regraded. The caller holds the lock
    of the themes.
    """
    case = Case.objects.filter(id=feedback.case_id).select_related("workspace").first() if feedback.case_id else None
    if case is None:
        feedback.grade = judged.grade
        place([feedback])
        return
    ids = list(Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id).values_list("id", flat=True))
    found = assessments(workspace_id=case.workspace_id, feedback_ids=ids)
    grade = min((one.grade for one in found.values()), key=lambda one: GRADE_RANK[Grade(one)])
    if grade == case.grade:
        return
    if _graded_by_person(ids):
        cases.propose_grade(case_ids=[case.id], grade=grade, reason=judged.rule_name)
        return
    cases.regrade(case=case, grade=grade, reason=reason or judged.rule_name, actor=actor)
    playbooks.regraded(workspace=case.workspace, case=case)
    feedback.grade = grade


def _graded_by_person(feedback_ids: list[uuid.UUID]) -> bool:
    rows = Correction.objects.filter(subject_id__in=feedback_ids, field=Correction.Field.GRADE, undone_at=None)
    return rows.exists()
