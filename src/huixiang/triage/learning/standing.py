"""A person's word stays over the machine's: what was corrected holds when the text is read again."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from huixiang.engine.reading import Aspect, Kind, Reading
from huixiang.triage.correcting import NO_FEEDBACK
from huixiang.triage.learning.fields import FINDINGS, SEVERITIES, SURE
from huixiang.triage.models import Correction

Said = Mapping[str, Any]  # field → the person's value


def standing(feedback_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Said]:
    """The latest word of a person on each finding of these feedbacks: one statement, none for no feedback."""
    ids = list(feedback_ids)
    if not ids:
        return {}
    rows = Correction.objects.filter(subject_id__in=ids, field__in=list(FINDINGS), undone_at=None).order_by("at", "id")
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for subject, field, after in rows.values_list("subject_id", "field", "after"):
        found.setdefault(subject, {})[field] = FINDINGS[field].read(after)
    return dict(found)


def honoured(reading: Reading, said: Said) -> Reading:
    """The reading with a person's word in place of the machine's.

    That it was no feedback is not kept: more was said since, and that may be some.
    """
    changed: dict[str, Any] = {}
    if said.get("kind") and said["kind"] not in NO_FEEDBACK:
        changed |= {"kind": Kind(said["kind"]), "feedback": True}
    if "sentiment" in said:
        score = said["sentiment"] * max(SURE, abs(reading.sentiment_score))
        changed |= {"sentiment": said["sentiment"], "sentiment_score": score}
    if "severity" in said:
        shares = tuple(float(level == said["severity"]) for level in SEVERITIES)
        changed |= {"severity": said["severity"], "severity_scores": shares}
    if "aspects" in said:
        changed["aspects"] = tuple(Aspect(one["name"], one["sentiment"]) for one in said["aspects"])
    return replace(reading, **changed) if changed else reading
