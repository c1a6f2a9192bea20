"""What the bot knows of a group, and what it said there."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import Conversation, Delivery
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.members.models import Member
from huixiang.workspaces.models import Membership, Workspace


class Group(models.Model):
    """One conversation the bot is in. While somebody of the team has taken over, it says nothing there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="bot_group")
    introduced_at = models.DateTimeField(null=True, blank=True)  # when the notice was said
    taken_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    person_spoke_at = models.DateTimeField(null=True, blank=True)  # since it was taken over

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["taken_at"], name="bot_taken", condition=models.Q(taken_at__isnull=False))
        ]


class Purpose(models.TextChoices):
    """Why the bot says something."""

    RECEIVED = "received", _("Acknowledgement")
    STATUS = "status", _("How far it is")
    HELP = "help", _("Help")
    EMPTY = "empty", _("What to write")
    NOTICE = "notice", _("Notice about what is kept")


class RemarkState(models.TextChoices):
    """What became of it."""

    SAID = "said", _("Said")
    WAITING = "waiting", _("Waits for the end of the quiet hours")
    DROPPED = "dropped", _("Not said")


class Silence(models.TextChoices):
    """Why the team is told that something was not said."""

    NIGHT = "night", _("The platform takes no answer after the quiet hours, and at night the bot is to be silent.")
    LATE = "late", _("When the quiet hours were over, the platform took no answer any more.")


class Remark(models.Model):
    """Something the bot said, will say after the quiet hours, or kept to itself. One for a message, one for a feedback.

    The words stand in the delivery; `question` is the fact that was asked for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    message_id = models.UUIDField(null=True)
    feedback_id = models.UUIDField(null=True)
    question = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=RemarkState.choices, default=RemarkState.SAID)
    why = models.CharField(max_length=8, choices=Silence.choices, blank=True)  # it was dropped
    due_at = models.DateTimeField(null=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message_id"], name="remark_message_once", condition=models.Q(message_id__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["feedback_id"], name="remark_feedback_once", condition=models.Q(feedback_id__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-at"], name="remark_lately"),
            models.Index(fields=["due_at"], name="remark_due", condition=models.Q(state="waiting")),
        ]
