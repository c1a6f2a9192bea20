"""How much it matters: theme, four dials, grade."""

import re
from typing import Any

import numpy as np
from django.utils import timezone

from huixiang.feedback.actions import READING_FIELDS, keep, place
from huixiang.feedback.models import Feedback, Kind
from huixiang.intake.attachments.queries import of_conversation_parts
from huixiang.members.actions import count_feedback
from huixiang.themes import measures
from huixiang.themes.actions import attach, lock, rename_grown
from huixiang.themes.queries import themes_by_id
from huixiang.triage import copies, credence, dials, doubting, grading
from huixiang.triage.background import Record, background
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.signals import Batch, Signal

LINK = re.compile(r"https?://\S", re.IGNORECASE)
LINKS_READ = 4_000  # characters of a message


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


def find_copies(batch: Batch) -> None:
    """Needs stored feedback with themes; writes what repeats what, and what is known around each feedback."""
    found = [signal.feedback for signal in batch.feedback_signals() if signal.feedback]
    grown = [s.feedback.id for s in batch.feedback_signals() if s.feedback and s.earlier]
    if not found:
        return
    lock(batch.workspace.id)
    copies.note_copies(workspace_id=batch.workspace.id, feedbacks=found, again=grown)
    batch.copied = copies.copied(workspace_id=batch.workspace.id, feedback_ids=[one.id for one in found])
    batch.background = background(workspace_id=batch.workspace.id, feedbacks=found)


def assess(batch: Batch) -> None:
    """Needs themes with their counts, copies and background; writes assessment and grade of each feedback."""
    found = batch.feedback_signals()
    themes = themes_by_id(
        workspace_id=batch.workspace.id, ids=[s.feedback.theme_id for s in found if s.feedback]
    )
    said = [message.id for s in found for message in [*s.before, *s.messages]]
    files = of_conversation_parts(message_ids=said, awaited=True)
    rules = grading.table(batch.workspace)
    asked: list[Feedback] = []
    for signal in found:
        feedback = signal.feedback
        if feedback is None or signal.reading is None:
            continue
        number = sum(len(files.get(m.id, ())) for m in [*signal.before, *signal.messages])
        backing = _backing(batch, signal, feedback, number)
        four = {
            "influence": dials.influence(signal.member),
            "authenticity": credence.authenticity(signal.reading, signal.member, feedback, backing),
            "prevalence": dials.prevalence(themes.get(feedback.theme_id) if feedback.theme_id else None),
            "severity": dials.severity(signal.reading),
        }
        signal.assessment = _assessment(feedback, four, rules)
        feedback.grade = signal.assessment.grade
        signal.find("grade", feedback.grade, 1.0, signal.assessment.rule_name)
        if credence.asks_for_evidence(four["authenticity"]) and not backing.files:
            asked.append(feedback)
    Assessment.objects.bulk_create([s.assessment for s in found if s.assessment])
    doubting.ask_for_evidence(asked)


def _backing(batch: Batch, signal: Signal, feedback: Feedback, files: int) -> credence.Backing:
    return credence.Backing(
        record=batch.background.records.get(feedback.id, Record()),
        copied=batch.copied.get(feedback.id),
        burst=batch.background.burst_of(feedback),
        files=files,
        link=any(LINK.search(message.text[:LINKS_READ]) for message in signal.messages),
    )


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
