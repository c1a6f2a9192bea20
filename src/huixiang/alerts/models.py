"""Where the staff are told."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace


class AlertKind(models.TextChoices):
    """What is told."""

    RED = "red", _("A case is red")
    RISE = "rise", _("Early warning: a theme rises faster than its past")
    PAUSED = "paused", _("A channel was paused")
    FAILED = "failed", _("Messages could not be delivered")


class AlertTarget(models.Model):
    """One address of the team. It rests encrypted and is never shown again; `shown` is what may be seen of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="alert_targets")
    name = models.CharField(max_length=80)
    address = models.TextField()
    shown = models.CharField(max_length=200)
    wants = ArrayField(models.CharField(max_length=10, choices=AlertKind.choices), default=list)
    told_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)  # of the last try; "" once it went well
    error_at = models.DateTimeField(null=True, blank=True)
    failures_seen_at = models.DateTimeField(default=now)  # deliveries that failed before were told, or before its time
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="alert_target_name")]

    def __str__(self) -> str:
        return self.name
