"""How much it matters: theme, four dials, grade."""

from typing import Any

import numpy as np
from django.utils import timezone

from huixiang.feedback.actions import READING_FIELDS, keep, place
from huixiang.feedback.models import Feedback, Kind
from huixiang.feedback.queries import copies
from huixiang.members.actions import count_feedback
from huixiang.themes import measures
from huixiang.themes.actions import attach, rename_grown
from huixiang.themes.queries import themes_by_id
from huixiang.triage import dials, grading
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.signals import Batch, Signal


def find_themes(batch: Batch) -> None:
    """Needs vectors; writes each feedback's theme, makes new themes, stores the feedback, counts the people."""
    found = batch.feedback_signals()
    grouped = [
        s for s in found if s.feedback and s.feedback.kind != Kind.PRAISE and s.feedback.theme_id is None
    ]
    feedbacks = [signal.feedback for signal in grouped if signal.feedback]
    vectors = np.asarray([signal.vector for signal in grouped], dtype=np.float32)
    batch.theme_ids = attach(workspace_id=batch.workspace.id, feedbacks=feedbacks, vectors=vectors)
    batch.theme_ids += [
        s.feedback.theme_id for s in found if s.earlier and s.feedback and s.feedback.theme_id
    ]
    keep([s.feedback for s in found if s.feedback and not s.earlier])
    _store_regrown([s.feedback for s in found if s.feedback and s.earlier])
    measures.refresh(workspace_id=batch.workspace.id, theme_ids=batch.theme_ids)
    rename_grown(workspace_id=batch.workspace.id, theme_ids=batch.theme_ids)
    _count_members(found)


def _store_regrown(feedbacks: list[Feedback]) -> None:
    """Write the new readings, but not over what was removed meanwhile: its words do not come back.

    What is there stays locked, so nothing is removed until the batch is through; what is not is marked as removed.
    """
    if not feedbacks:
        return
    rows = Feedback.objects.select_for_update(no_key=True).filter(
        id__in=[feedback.id for feedback in feedbacks], removed_at=None
    )
    there = set(rows.order_by("id").values_list("id", flat=True))
    kept = [feedback for feedback in feedbacks if feedback.id in there]
    Feedback.objects.bulk_update(kept, [*READING_FIELDS, "embedding", "text_hash"])
    for gone in feedbacks:
        if gone.id not in there:
            gone.removed_at = gone.removed_at or timezone.now()


def _count_members(found: list[Signal]) -> None:
    per_member: dict[object, int] = {}
    for signal in found:
        if not signal.earlier:
            per_member[signal.member.id] = per_member.get(signal.member.id, 0) + 1
    count_feedback(per_member=per_member)  # type: ignore[arg-type]


def assess(batch: Batch) -> None:
    """Needs themes with their counts; writes assessment and grade of each feedback."""
    found = batch.feedback_signals()
    themes = themes_by_id(
        workspace_id=batch.workspace.id, ids=[s.feedback.theme_id for s in found if s.feedback]
    )
    copied = copies(
        workspace_id=batch.workspace.id, hashes=[s.feedback.text_hash for s in found if s.feedback]
    )
    rules = grading.table(batch.workspace)
    for signal in found:
        feedback = signal.feedback
        if feedback is None or signal.reading is None:
            continue
        four = {
            "influence": dials.influence(signal.member),
            "authenticity": dials.authenticity(
                signal.reading, signal.member, len(copied.get(feedback.text_hash, ()))
            ),
            "prevalence": dials.prevalence(themes.get(feedback.theme_id) if feedback.theme_id else None),
            "severity": dials.severity(signal.reading),
        }
        signal.assessment = _assessment(feedback, four, rules)
        feedback.grade = signal.assessment.grade
        signal.find("grade", feedback.grade, 1.0, signal.assessment.rule_name)
    Assessment.objects.bulk_create([s.assessment for s in found if s.assessment])


def _assessment(
    feedback: Feedback, four: dict[str, dials.Dial], rules: list[GradeRule]
) -> Assessment:
    values = {name: dial.value for name, dial in four.items()}
    verdict = grading.decide(rules, values, escalation=feedback.escalation, negative=feedback.sentiment < 0)
    return Assessment(
        workspace_id=feedback.workspace_id,
        feedback=feedback,
        **values,
        reasons={name: _told(dial, quoting=feedback.removed_at is None) for name, dial in four.items()},
        grade=verdict.grade,
        rule_name=verdict.rule.name,
        rule_position=verdict.rule.position,
        rule_text=grading.in_words(verdict.rule),
        model_version=feedback.model_version,
    )


def _told(dial: dials.Dial, *, quoting: bool) -> dict[str, Any]:
    """A dial in words; of what was removed nothing is quoted."""
    told = dial.to_json()
    return told if quoting else {**told, "quote": ""}


def store_places(batch: Batch) -> None:
    """Needs grades and cases; writes them on the stored feedback and counts the themes' worst grade anew."""
    place([signal.feedback for signal in batch.feedback_signals() if signal.feedback])
    measures.refresh(workspace_id=batch.workspace.id, theme_ids=batch.theme_ids)
