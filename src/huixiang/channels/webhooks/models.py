"""Endpoints, what goes to them, and calls from outside that were refused."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace


class WebhookEndpoint(models.Model):
    """An address of somebody's that is told what happens. Secrets rest encrypted; two are valid while one retires."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhook_endpoints")
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    events = ArrayField(models.CharField(max_length=40))
    personal = models.BooleanField(default=False)  # whether names and masked words go along
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    paused_reason = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class WebhookState(models.TextChoices):
    """What became of one message to an endpoint."""

    WAITING = "waiting", _("Waiting to be sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class WebhookDelivery(models.Model):
    """One message to one endpoint. Every try keeps its id, so that the other side can tell a repetition."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60)
    event = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=WebhookState.choices, default=WebhookState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    tries = models.JSONField(default=list)  # {at, status, milliseconds, error, answer}: the latest last
    response_status = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], name="webhook_due", condition=models.Q(state="waiting")),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhook_log"),
            models.Index(fields=["created_at"], name="webhook_age"),
        ]


class RefusedCall(models.Model):
    """A call to a channel's incoming webhook that could not be taken, and why. The excerpt is masked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("channels.ChannelAccount", on_delete=models.CASCADE, related_name="refused_calls")
    reason = models.TextField()
    excerpt = models.TextField(blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="refused_call_latest")]
