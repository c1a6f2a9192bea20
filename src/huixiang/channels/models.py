"""Channel accounts, conversations, deliveries."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.webhooks.models import RefusedCall, WebhookDelivery, WebhookEndpoint
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace

__all__ = [
    "ChannelAccount", "Conversation", "Delivery", "DeliveryState", "RefusedCall", "WebhookDelivery", "WebhookEndpoint",
]  # fmt: skip


class ChannelAccount(models.Model):
    """One source of messages. `kind` names the connector that serves it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channel_accounts")
    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict, blank=True)
    paused_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "slug"], name="account_slug")]

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """A place in an account where people talk. `private` means only the member and staff read it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="conversations")
    external_id = models.CharField(max_length=200)
    private = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "external_id"], name="conversation_once")
        ]


class DeliveryState(models.TextChoices):
    """What became of an outgoing message."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    READY = "ready", _("Waiting to be fetched by the app")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Perhaps sent")


class Delivery(models.Model):
    """One outgoing message to one person. Unknown outcomes are never sent again by themselves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="deliveries")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="+")
    recipient = models.CharField(max_length=320)  # the person's id on the platform, or an e-mail address
    recipient_member_id = models.UUIDField()
    purpose = models.CharField(max_length=20)  # reply, notice, confirmation
    about_id = models.UUIDField(null=True)  # the case or announcement it is about
    subject_line = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    link = models.CharField(max_length=500, blank=True)
    in_reply_to = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["workspace", "about_id"], name="delivery_about"),
            models.Index(fields=["workspace", "recipient_member_id", "-created_at"], name="delivery_member"),
            models.Index(fields=["account", "state", "created_at"], name="delivery_account"),
            models.Index(
                fields=["workspace", "-created_at"],
                name="delivery_trouble",
                condition=models.Q(state__in=["failed", "unknown"]),
            ),
        ]
