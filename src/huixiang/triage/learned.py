"""What was learned from corrections: versions, and what each would change of what was said lately."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class LearnedState(models.TextChoices):
    """How far a version is: asked for → learning → candidate → active ⇄ retired; or failed, with a sentence."""

    WAITING = "waiting", _("Waiting")
    LEARNING = "learning", _("Learning")
    CANDIDATE = "candidate", _("Candidate")
    ACTIVE = "active", pgettext_lazy("version", "In use")
    RETIRED = "retired", _("Was in use")
    FAILED = "failed", _("Failed")


class LearnedStep(models.TextChoices):
    """What a version that is being made is at."""

    READING = "reading", _("Reading the corrections")
    FITTING = "fitting", _("Learning")
    LOOKING = "looking", _("Reading the last 30 days again")


class LearnedVersion(models.Model):
    """What was learned from a workspace's corrections up to a moment, for one version of the engine's models.

    `figures` holds the counts of the comparison with what was in use, `effects` what would have changed lately.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=LearnedState.choices, default=LearnedState.WAITING)
    base_version = models.CharField(max_length=40)
    adapter = models.BinaryField(null=True)
    compared_with = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")  # none: the base
    replaced = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    made_at = models.DateTimeField(null=True, blank=True)
    learned_from = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)
    effects = models.JSONField(default=dict)
    step = models.CharField(max_length=10, choices=LearnedStep.choices, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    on_at = models.DateTimeField(null=True, blank=True)
    on_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "number"], name="learned_number"),
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(state="active"), name="learned_one_active"
            ),
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(state__in=["waiting", "learning"]), name="learned_one_made"
            ),
        ]


class LearnedChange(models.Model):
    """One feedback, or one message that was left out, that a version would have read otherwise. Findings, no words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(LearnedVersion, on_delete=models.CASCADE, related_name="changes")
    subject_id = models.UUIDField()
    of_message = models.BooleanField(default=False)  # it was left out, and would be kept
    said_at = models.DateTimeField()
    fields = models.JSONField(default=dict)  # field → [as it would be now, as it would be then]
    grade_before = models.CharField(max_length=8, blank=True)
    grade_after = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["version", "-said_at", "-id"], name="learnedchange_latest")]
