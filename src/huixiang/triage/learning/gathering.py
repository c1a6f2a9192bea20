"""Corrections as examples to learn from: a text, and what a person said of it."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from huixiang.engine.learning.material import cleaned
from huixiang.feedback.models import Feedback, Kind
from huixiang.intake.models import Message
from huixiang.triage.correcting import NO_FEEDBACK
from huixiang.triage.models import Correction

LEARNABLE: Final = (
    Correction.Field.GATE, Correction.Field.KIND, Correction.Field.SENTIMENT, Correction.Field.SEVERITY,
)  # fmt: skip
"""What the engine can learn; corrected grades, aspects and themes are kept, and teach the people who read them."""
LATEST: Final = 20_000  # corrections looked at, the newest first
HELD_BACK: Final = 5  # one text in five is never learned from, the same one in every version


@dataclass(slots=True)
class Example:
    """One text with a person's answers, by the engine's questions."""

    text: str
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
        text = texts.get(subjects.get(subject, subject))
        if text:
            examples.setdefault(text, Example(text)).answers.update(answers_of(name, after))
    return list(examples.values())


def _messages(workspace_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Message]:
    kept = Message.objects.filter(workspace_id=workspace_id, id__in=list(ids), erased_at=None)
    return kept.only("id", "feedback_id", "masked_text").in_bulk()


def _texts(
    workspace_id: uuid.UUID, subjects: Iterable[uuid.UUID], messages: Mapping[uuid.UUID, Message]
) -> dict[uuid.UUID, str]:
    """The words of each feedback, or of a message that became none, cleaned as the engine reads them."""
    kept = Feedback.objects.filter(workspace_id=workspace_id, id__in=list(subjects), removed_at=None)
    texts = {one.id: one.masked_text for one in messages.values()} | dict(kept.values_list("id", "text"))
    return {subject: cleaned(text) for subject, text in texts.items()}
