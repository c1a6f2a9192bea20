"""Channel accounts, conversations, deliveries."""

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from huixiang.channels.webhooks.models import RefusedCall, WebhookDelivery, WebhookEndpoint
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace

__all__ = [
    "ChannelAccount", "Conversation", "Delivery", "DeliveryState", "Health", "RefusedCall", "Sent", "WebhookDelivery",
    "WebhookEndpoint",
]  # fmt: skip


class ChannelAccount(models.Model):
    """One source of messages. `kind` names the connector that serves it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channel_accounts")
    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict, blank=True)  # secrets are encrypted, each by itself
    token = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - many have none: of the address platforms call
    paused_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)  # for good: nothing comes or goes, what came stays

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
    group = models.CharField(max_length=120, blank=True)  # the name of a group; "" outside groups
    reply_until = models.DateTimeField(null=True, blank=True)  # what the platform allows since the latest message
    reply_left = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_handle = models.TextField(blank=True)  # encrypted: whoever has it may answer
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "external_id"], name="conversation_once")]


class DeliveryState(models.TextChoices):
    """What became of an outgoing message."""

    QUEUED = "queued", _("Waiting to be sent")
    HELD = "held", _("Held back by a person")
    SENDING = "sending", _("Being sent")
    READY = "ready", _("Waiting to be fetched by the app")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Perhaps sent")


MASS: Final = ("notice", "consent")  # what goes to very many at once: it waits for whatever a person is waiting for


class Delivery(models.Model):
    """One outgoing message to one person. Unknown outcomes are never sent again by themselves.

    `place` is where it is said, and what is said there keeps its order: the group's conversation, else the recipient.
    `mass` is 1 for what goes to very many and has not begun; it goes out after everything else of its account.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="deliveries")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="+")
    recipient = models.CharField(max_length=320)  # the person's id on the platform, or an e-mail address
    recipient_member_id = models.UUIDField()
    purpose = models.CharField(max_length=20)  # reply, notice, confirmation, consent, test
    about_id = models.UUIDField(null=True)  # the case or announcement it is about
    subject_line = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    link = models.CharField(max_length=500, blank=True)
    in_reply_to = models.CharField(max_length=500, blank=True)
    into_group = models.BooleanField(default=False)  # said in the group itself, for all who are in it
    parts_sent = models.PositiveSmallIntegerField(default=0)  # of a text that was too long for one message
    place = models.GeneratedField(
        expression=Case(
            When(Q(into_group=True, conversation__isnull=False), then=Cast("conversation_id", models.TextField())),
            default=Cast("recipient", models.TextField()),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    mass = models.GeneratedField(
        expression=Case(When(Q(purpose__in=MASS, parts_sent=0), then=Value(1)), default=Value(0)),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    _words: str | None = None
    part = 0

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["account", "place", "mass", "id"],
                name="delivery_order",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(
                fields=["account", "mass", "next_attempt_at", "id"],
                name="delivery_turn",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
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

    @property
    def words(self) -> str:
        """What is said in one message: the text with its link, or the part of it whose turn it is."""
        return self.whole if self._words is None else self._words

    @property
    def whole(self) -> str:
        """The text with its link."""
        return f"{self.text}\n\n{self.link}" if self.link else self.text

    @property
    def transaction(self) -> str:
        """32 letters and digits, the same at every try and another for each part: platforms drop doubles by it."""
        return self.id.hex if self.part == 0 else uuid.uuid5(self.id, str(self.part)).hex

    def cut(self, part: int, words: str) -> None:
        """Speak only this part from now on."""
        self.part, self._words = part, words


class Sent(models.Model):
    """When something went out, for the limits of platforms; kept for an hour."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.CharField(max_length=320)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="sent_lately")]


class Health(models.Model):
    """How an account does: when it was last heard of, and what went wrong last."""

    account = models.OneToOneField(ChannelAccount, on_delete=models.CASCADE, primary_key=True, related_name="health")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    not_genuine = models.PositiveIntegerField(default=0)
    not_genuine_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)  # the last; "" again once things go well
    error_at = models.DateTimeField(null=True, blank=True)
    # Asking: the place to go on from and when to ask next. A line: who holds it, and until when unless renewed.
    cursor = models.JSONField(default=dict)
    asks_next_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=60, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
