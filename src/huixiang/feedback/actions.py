"""Keeping feedback and its current reading, grade, theme and case."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huixiang.feedback import events
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.actions import forget_words, record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused

READING_FIELDS = (
    "title", "text", "language", "kind", "sentiment", "sentiment_score", "severity", "severity_scores",
    "escalation", "aspects", "facts", "missing", "emotions", "emotion_quote", "reasons", "model_version",
    "search",
)  # fmt: skip


TAKEN = (
    "title", "text", "emotion_quote", "facts", "reasons", "aspects", "embedding", "text_hash", "removed_at",
    "removed_reason", "search",
)  # fmt: skip


def keep(feedbacks: Sequence[Feedback]) -> None:
    """Store new feedback: one statement."""
    Feedback.objects.bulk_create(feedbacks)


def place(feedbacks: Sequence[Feedback]) -> None:
    """Write grade, theme and case of these feedbacks: one statement."""
    Feedback.objects.bulk_update(feedbacks, ["grade", "theme_id", "case_id"], batch_size=1_000)


def move_to_theme(*, workspace_id: uuid.UUID, feedback_ids: Iterable[uuid.UUID], theme_id: uuid.UUID) -> int:
    """Let these feedbacks be about another theme; returns how many moved."""
    moved = Feedback.objects.filter(workspace_id=workspace_id, id__in=list(feedback_ids))
    return moved.update(theme_id=theme_id)


def grade_cases_feedback(*, workspace_id: uuid.UUID, case_id: uuid.UUID, grade: str) -> None:
    """A case was re-graded: so is the feedback it handles."""
    Feedback.objects.filter(workspace_id=workspace_id, case_id=case_id).update(grade=grade)


def grade_many_cases_feedback(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID], grade: str) -> None:
    """The same for many cases: one statement."""
    Feedback.objects.filter(workspace_id=workspace_id, case_id__in=case_ids).update(grade=grade)


@transaction.atomic
def remove(*, feedback: Feedback, reason: str, actor: Actor) -> None:
    """Delete what was said and leave a tombstone. A reason is required.

    The text, facts and quotes go, also from the raw messages; kind, grade, theme and times stay, so that counts
    hold. Words in the journal about it are forgotten, then the reason is written: feedback.removed, whose
    subscribers erase what themes, cases and assessments took from the text.
    """
    if not reason.strip():
        raise Refused(_("Say why it is removed: the reason stays in the journal."))
    forget_words(workspace_id=feedback.workspace_id, subjects=[feedback.id])
    feedback.title, feedback.text, feedback.emotion_quote = "", "", ""
    feedback.facts, feedback.reasons, feedback.aspects, feedback.embedding = {}, [], [], None
    feedback.removed_at, feedback.removed_reason = timezone.now(), reason.strip()
    feedback.text_hash = ""
    feedback.save(update_fields=TAKEN)
    Message.objects.filter(workspace_id=feedback.workspace_id, feedback_id=feedback.id).update(
        text="", masked_text="", findings=[], erased_at=timezone.now()
    )
    record(
        events.FeedbackRemoved(subject=feedback.id),
        workspace_id=feedback.workspace_id,
        actor=actor,
        words=reason.strip(),
    )
