"""What a version would have read otherwise in the last days: findings, and the grades they would have led to."""

import datetime
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from huixiang.engine import read
from huixiang.engine.learning.adapter import Adapter
from huixiang.engine.learning.measuring import ASKED, answer_of
from huixiang.engine.reading import Reading
from huixiang.feedback.models import DIMENSIONS, Feedback, Kind
from huixiang.intake.models import Message, MessageState
from huixiang.triage import grading
from huixiang.triage.correcting import NO_FEEDBACK
from huixiang.triage.dials import SEVERITY_STEPS
from huixiang.triage.grading import DIALS
from huixiang.triage.learned import LearnedChange, LearnedVersion
from huixiang.triage.learning.gathering import Floats, vector_of
from huixiang.triage.learning.standing import Said, honoured, standing
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.signals import FORM

DAYS: Final = 30
MOST: Final = 20_000  # of each, the newest: about a minute of reading
AT_ONCE: Final = 400

Pair = tuple[Reading, Reading]  # as it would be read now, and as it would be read then


@dataclass(frozen=True, slots=True)
class Place:
    """What a grade hangs on beside the reading: the latest judgement, and whether the gate is asked at all."""

    feedback: Feedback
    judged: Mapping[str, int] | None


def lately(workspace_id: uuid.UUID) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The feedback of the last days, and the messages left out whose text is kept: ids, the newest first."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    said = Feedback.objects.filter(workspace_id=workspace_id, said_at__gte=since, removed_at=None)
    left = Message.objects.filter(
        workspace_id=workspace_id, state=MessageState.NOISE, received_at__gte=since, erased_at=None
    )
    feedbacks = said.order_by("-said_at", "-id").values_list("id", flat=True)[:MOST]
    return list(feedbacks), list(left.order_by("-received_at", "-id").values_list("id", flat=True)[:MOST])


def look(
    version: LearnedVersion, *, present: Adapter | None, candidate: Adapter, on_progress: Callable[[int], None]
) -> dict[str, Any]:
    """Read what was said lately with both, keep what would change, and return the counts. Nothing else is written."""
    feedbacks, left_out = lately(version.workspace_id)
    LearnedChange.objects.filter(version=version).delete()
    counted: Counter[str] = Counter()
    done = 0
    for ids, work in ((feedbacks, _of_feedback), (left_out, _of_messages)):
        for at in range(0, len(ids), AT_ONCE):
            changes = list(work(version, ids[at : at + AT_ONCE], present, candidate))
            LearnedChange.objects.bulk_create(changes)
            counted.update(_counted(changes))
            done += len(ids[at : at + AT_ONCE])
            on_progress(done)
    return {"feedbacks": len(feedbacks), "left_out": len(left_out), **counted}


def _counted(changes: Sequence[LearnedChange]) -> Iterator[str]:
    for change in changes:
        yield "changed"
        if change.of_message:
            yield "kept"
            continue
        yield from ("lost" if name == "gate" else name for name in change.fields)
        if change.grade_before != change.grade_after:
            yield f"grade:{change.grade_before}:{change.grade_after}"


def _both(
    texts: Sequence[str], present: Adapter | None, candidate: Adapter, vectors: Floats | None = None
) -> Iterator[Pair]:
    return zip(read(texts, present, vectors), read(texts, candidate, vectors), strict=True)


def _of_feedback(
    version: LearnedVersion, ids: Sequence[uuid.UUID], present: Adapter | None, candidate: Adapter
) -> Iterator[LearnedChange]:
    """Feedback that would be read otherwise; what a person said of it stays said."""
    rows = Feedback.objects.filter(id__in=ids).select_related("account").defer("search")
    feedbacks = list(rows.order_by("-said_at", "-id"))
    words, judged = standing(ids), _latest_dials(ids)
    rules = grading.table(version.workspace)
    vectors = np.array([vector_of(feedback) for feedback in feedbacks], dtype=np.float32).reshape(-1, DIMENSIONS)
    pairs = _both([feedback.text for feedback in feedbacks], present, candidate, vectors)
    for feedback, (old, new) in zip(feedbacks, pairs, strict=True):
        said: Said = words.get(feedback.id, {})
        fields = _changed(*_told(feedback, (old, new), said))
        if fields:
            before, after = _grades(Place(feedback, judged.get(feedback.id)), fields, rules)
            yield LearnedChange(
                workspace_id=version.workspace_id, version=version, subject_id=feedback.id, said_at=feedback.said_at,
                fields=fields, grade_before=before, grade_after=after,
            )  # fmt: skip


def _told(feedback: Feedback, pair: Pair, said: Said) -> tuple[dict[str, str], dict[str, str]]:
    """The findings as they would stand, now and then.

    What the form brought, what a person called feedback, and what is feedback although the gate would say no already
    now, passes the gate in any case.
    """
    old, new = (honoured(reading, said) for reading in pair)
    if said.get("kind") in NO_FEEDBACK:
        return _findings(old, kind=str(said["kind"])), _findings(new, kind=str(said["kind"]))
    passes = "kind" in said or not old.feedback
    by_form = feedback.account.kind == FORM
    told = [_findings(one, passes=passes or (by_form and str(one.kind) != Kind.SPAM)) for one in (old, new)]
    return told[0], told[1]


def _findings(reading: Reading, *, kind: str = "", passes: bool = False) -> dict[str, str]:
    """Every finding; `kind` is a noise kind a person said, `passes` that the gate is not asked."""
    told = {name: answer_of(reading, name) for name in ASKED}
    if kind:
        return told | {"gate": "0", "kind": kind}
    if not passes:
        return told
    if told["kind"] in NO_FEEDBACK:
        told["kind"] = str(Kind.COMPLAINT if reading.sentiment < 0 else Kind.QUESTION)
    return told | {"gate": "1"}


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    """Field → [now, then]. What would not be feedback has no other findings worth telling."""
    fields = {name: [old[name], new[name]] for name in ASKED if old[name] != new[name]}
    return {"gate": fields["gate"]} if "gate" in fields else fields


def _grades(place: Place, fields: Mapping[str, Sequence[str]], rules: Sequence[GradeRule]) -> tuple[str, str]:
    """The grades the table would give for both severities and sentiments, the other dials as they were judged last."""
    if place.judged is None or not {"severity", "sentiment"} & set(fields):
        return "", ""
    severity = fields.get("severity", [str(place.feedback.severity)] * 2)
    mood = fields.get("sentiment", [str(place.feedback.sentiment)] * 2)
    before, after = (
        grading.decide(
            rules, {**place.judged, "severity": int(severity[side]) * SEVERITY_STEPS},
            escalation=place.feedback.escalation, negative=int(mood[side]) < 0,
        ).grade
        for side in (0, 1)
    )  # fmt: skip
    return before, after


def _latest_dials(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    order = Window(RowNumber(), partition_by=F("feedback_id"), order_by=F("at").desc())
    rows = Assessment.objects.filter(feedback_id__in=ids).annotate(place=order).filter(place=1)
    return {row["feedback_id"]: {name: row[name] for name in DIALS} for row in rows.values("feedback_id", *DIALS)}


def _of_messages(
    version: LearnedVersion, ids: Sequence[uuid.UUID], present: Adapter | None, candidate: Adapter
) -> Iterator[LearnedChange]:
    """Messages that were left out and would be kept."""
    rows = Message.objects.filter(id__in=ids, state=MessageState.NOISE, erased_at=None)
    messages = list(rows.only("id", "masked_text", "received_at").order_by("-received_at", "-id"))
    for message, (old, new) in zip(messages, _both([m.masked_text for m in messages], present, candidate), strict=True):
        if new.feedback and not old.feedback:
            yield LearnedChange(
                workspace_id=version.workspace_id, version=version, subject_id=message.id, of_message=True,
                said_at=message.received_at, fields={"gate": ["0", "1"], "kind": [str(old.kind), str(new.kind)]},
            )  # fmt: skip
