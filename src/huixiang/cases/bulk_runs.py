"""Acts on many cases, and how far each is."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class BulkState(models.TextChoices):
    """How far an act on many cases is."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")
    STOPPED = "stopped", _("Stopped")


class BulkRun(models.Model):
    """One act on many cases: which, how far, how many were changed or left. What of each: its batches."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=12)
    arguments = models.JSONField(default=dict)
    case_ids = ArrayField(models.UUIDField())
    loaded_at = models.DateTimeField()  # when the person loaded the list: what others did since is asked about
    taken = models.PositiveIntegerField(default=0)  # how many were gone through, done or not
    done = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)  # how many stay as they were, each with its reason
    changed = models.PositiveIntegerField(default=0)  # how many can be taken back
    undone = models.PositiveIntegerField(default=0)  # how many were, so far
    state = models.CharField(max_length=8, choices=BulkState.choices, default=BulkState.RUNNING)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)


class BulkBatch(models.Model):
    """A stretch of a run that was gone through at once: written once, however long the run."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="batches", db_index=False)
    start = models.PositiveIntegerField()  # where in the run's cases it begins
    refused = models.JSONField(default=list)  # [[case id, reason, why in a word], …]
    before = models.JSONField(default=dict)  # case id → what the act changed, for taking it back
    undone = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "start"], name="bulk_batch_once")]
