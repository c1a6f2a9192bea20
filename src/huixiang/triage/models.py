"""Assessments, the decision table, corrections."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.feedback.models import Feedback, Grade
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.triage.copied import Copy, CopyKey
from huixiang.triage.learned import LearnedChange, LearnedVersion
from huixiang.triage.opinions.models import LanguageModel, Opinion
from huixiang.workspaces.models import Membership, Workspace

__all__ = [
    "Assessment", "Copy", "CopyKey", "Correction", "GradeRule", "LanguageModel", "LearnedChange", "LearnedVersion",
    "Opinion",
]  # fmt: skip


class GradeRule(models.Model):
    """One row of the decision table. The first row, by position, whose every condition holds gives the grade.

    Dials are 0–100; a condition left empty always holds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="grade_rules")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    grade = models.CharField(max_length=8, choices=Grade.choices)
    min_influence = models.PositiveSmallIntegerField(null=True, blank=True)
    min_authenticity = models.PositiveSmallIntegerField(null=True, blank=True)
    min_prevalence = models.PositiveSmallIntegerField(null=True, blank=True)
    min_severity = models.PositiveSmallIntegerField(null=True, blank=True)
    escalating = models.BooleanField(default=False)
    negative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "position"], name="rule_position", deferrable=models.Deferrable.DEFERRED
            )
        ]


class Assessment(models.Model):
    """How a feedback was judged: four dials with a reason and a quote each, and the rule that gave the grade."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="assessments")
    influence = models.PositiveSmallIntegerField()
    authenticity = models.PositiveSmallIntegerField()
    prevalence = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=dict)  # dial → {"reason": …, "quote": …}
    grade = models.CharField(max_length=8, choices=Grade.choices)
    rule_name = models.CharField(max_length=80)
    rule_position = models.PositiveSmallIntegerField(default=0)
    rule_text = models.CharField(max_length=200, blank=True)
    model_version = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["feedback", "-at"], name="assessment_latest")]


class Correction(models.Model):
    """A person's better judgement of something the machine said.

    What was corrected in one go shares a batch, and is taken back together.
    """

    class Field(models.TextChoices):
        """What was corrected."""

        GRADE = "grade", _("Grade")
        KIND = "kind", _("Kind")
        GATE = "gate", _("Whether it is feedback")
        SENTIMENT = "sentiment", _("Sentiment")
        SEVERITY = "severity", _("Severity")
        ASPECTS = "aspects", _("Aspects")
        THEME = "theme", _("Theme")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    subject_id = models.UUIDField()  # the feedback, or the message for the gate
    field = models.CharField(max_length=10, choices=Field.choices)
    before = models.CharField(max_length=400)
    after = models.CharField(max_length=400)
    stood = models.JSONField(default=dict)  # what else stood on the feedback before, to be put back
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    model_version = models.CharField(max_length=40)
    batch = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "field", "-at"], name="correction_field"),
            models.Index(fields=["workspace", "-at", "-id"], name="correction_latest"),
            models.Index(fields=["subject_id", "-at"], name="correction_subject"),
            models.Index(fields=["batch"], name="correction_batch", condition=models.Q(batch__isnull=False)),
        ]
