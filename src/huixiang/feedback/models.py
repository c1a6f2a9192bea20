"""Feedback and its public votes' ground."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex

from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.engine.searching import indexed
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.kernel.tsvector import SearchField, vector
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace

DIMENSIONS = 384


class Grade(models.TextChoices):
    """How much a feedback wants an answer."""

    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    YELLOW = "yellow", _("Yellow")
    BLUE = "blue", _("Blue")


GRADE_RANK = {Grade.RED: 0, Grade.ORANGE: 1, Grade.YELLOW: 2, Grade.BLUE: 3}


class Kind(models.TextChoices):
    """What a feedback is."""

    DEFECT = "defect", _("Defect")
    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    QUESTION = "question", _("Question")
    PRAISE = "praise", _("Praise")
    CHATTER = "chatter", _("Chatter")
    SPAM = "spam", _("Spam")


def _words(feedback: "Feedback") -> str:
    """What it is found by: nothing once it is removed."""
    said = {} if feedback.removed_at else indexed(title=feedback.title, text=feedback.text)
    return vector(feedback.workspace_id, said)


class Feedback(models.Model):
    """What somebody said that is worth keeping. The text is masked; theme and case stand as plain ids."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="feedbacks")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField()
    public = models.BooleanField(default=False)
    historical = models.BooleanField(default=False)
    said_at = models.DateTimeField()
    created_at = models.DateTimeField(default=now)
    language = models.CharField(max_length=8, default="zh")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    sentiment = models.SmallIntegerField()
    sentiment_score = models.FloatField(default=0)
    severity = models.PositiveSmallIntegerField()  # 0–4
    severity_scores = ArrayField(models.FloatField(), default=list)
    escalation = models.BooleanField(default=False)
    aspects = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    missing = ArrayField(models.CharField(max_length=20), default=list)
    emotions = ArrayField(models.CharField(max_length=20), default=list)
    emotion_quote = models.TextField(blank=True)
    reasons = ArrayField(models.TextField(), default=list)
    model_version = models.CharField(max_length=40)
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    text_hash = models.CharField(max_length=64, blank=True)  # equal for copies of the same text
    grade = models.CharField(max_length=8, choices=Grade.choices, blank=True)
    theme_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    removed_at = models.DateTimeField(
        null=True, blank=True
    )  # a tombstone: the text is gone, the reason stays
    removed_reason = models.TextField(blank=True)
    search = SearchField(of=_words)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-said_at", "-id"], name="feedback_latest"),
            models.Index(fields=["workspace", "kind", "-said_at", "-id"], name="feedback_kind"),
            models.Index(fields=["workspace", "theme_id", "-said_at"], name="feedback_theme"),
            models.Index(fields=["workspace", "case_id"], name="feedback_case"),
            models.Index(fields=["workspace", "text_hash"], name="feedback_copies"),
            models.Index(fields=["member", "-said_at"], name="feedback_member"),
            models.Index(
                fields=["workspace", "-said_at", "-id"],
                name="feedback_board",
                condition=models.Q(public=True, removed_at__isnull=True),
            ),
            GinIndex(fields=["search"], name="feedback_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="feedback_unsearched", condition=models.Q(search__isnull=True)),
            HnswIndex(
                name="feedback_neighbours", fields=["embedding"], opclasses=["halfvec_cosine_ops"], m=12,
                ef_construction=40,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title
