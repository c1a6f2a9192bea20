"""Corrections as examples to learn from: a text, and what a person said of it."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine import MODEL_VERSION
from huixiang.engine.learning.material import cleaned
from huixiang.feedback.models import DIMENSIONS, Feedback, Kind
from huixiang.intake.models import Message
from huixiang.triage.correcting import NO_FEEDBACK
from huixiang.triage.models import Correction

Floats = NDArray[np.float32]

LEARNABLE: Final = (
    Correction.Field.GATE, Correction.Field.KIND, Correction.Field.SENTIMENT, Correction.Field.SEVERITY,
)  # fmt: skip
"""What the engine can learn; corrected grades, aspects and themes are kept, and teach the people who read them."""
LATEST: Final = 20_000  # corrections looked at, the newest first
NOT_EMBEDDED: Final = np.zeros(DIMENSIONS, dtype=np.float32)
HELD_BACK: Final = 5  # one text in five is never learned from, the same one in every version


@dataclass(slots=True)
class Example:
    """One text with a person's answers, by the engine's questions."""

    text: str
    vector: Floats  # its embedding, zeros where these models made none
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def held_back(self) -> bool:
        """Whether it is kept for measuring: decided by its words, so that copies stand on one side."""
        return hashlib.sha256(self.text.encode()).digest()[0] % HELD_BACK == 0


def answers_of(name: str, after: str) -> Mapping[str, str]:
    """What a correction says to the engine's questions."""
    if name == Correction.Field.GATE:
        return {"gate": str(int(after == "feedback"))}
    if name == Correction.Field.KIND:
        return {"kind": after, "gate": str(int(Kind(after) not in NO_FEEDBACK))}
    if name == Correction.Field.SENTIMENT:
        sides = {"-1": "0", "1": "1"}
        return {"sentiment": after} | ({"polarity": sides[after]} if after in sides else {})
    return {name: after}


def gathered(workspace_id: uuid.UUID) -> list[Example]:
    """What people said of each text and did not take back, the latest word counting; texts that are gone are left out.

    Three statements. Texts in languages the classifiers do not read teach nothing.
    """
    rows = Correction.objects.filter(workspace_id=workspace_id, field__in=LEARNABLE, undone_at=None)
    found = list(rows.order_by("-at", "-id").values_list("subject_id", "field", "after")[:LATEST])
    messages = _messages(workspace_id, [subject for subject, name, _ in found if name == Correction.Field.GATE])
    subjects = {subject: message.feedback_id or subject for subject, message in messages.items()}
    texts = _texts(workspace_id, {subjects.get(subject, subject) for subject, _, _ in found}, messages)
    examples: dict[str, Example] = {}
    for subject, name, after in reversed(found):
        text, vector = texts.get(subjects.get(subject, subject), ("", NOT_EMBEDDED))
        if text:
            examples.setdefault(text, Example(text, vector)).answers.update(answers_of(name, after))
    return list(examples.values())


def _messages(workspace_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Message]:
    kept = Message.objects.filter(workspace_id=workspace_id, id__in=list(ids), erased_at=None)
    return kept.only("id", "feedback_id", "masked_text").in_bulk()


def _texts(
    workspace_id: uuid.UUID, subjects: Iterable[uuid.UUID], messages: Mapping[uuid.UUID, Message]
) -> dict[uuid.UUID, tuple[str, Floats]]:
    """The words of each feedback, or of a message that became none, cleaned as the engine reads them, and a vector."""
    kept = Feedback.objects.filter(workspace_id=workspace_id, id__in=list(subjects), removed_at=None)
    found = {one.id: (cleaned(one.masked_text), NOT_EMBEDDED) for one in messages.values()}
    for feedback in kept.only("id", "text", "embedding", "model_version"):
        found[feedback.id] = cleaned(feedback.text), vector_of(feedback)
    return found


def vector_of(feedback: Feedback) -> Floats:
    """Its stored embedding, when these very models made it."""
    made_by = feedback.model_version.partition("+")[0]
    if feedback.embedding is None or made_by != MODEL_VERSION:
        return NOT_EMBEDDED
    return np.asarray(feedback.embedding, dtype=np.float32)
