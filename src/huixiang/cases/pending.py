"""Answers that wait for somebody's yes before everybody reads them, and for which grades they do."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from huixiang.cases.states import Lane
from huixiang.feedback.models import Grade
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


def graver() -> list[str]:
    """The grades whose public answers want a yes, unless a workspace says otherwise."""
    return [str(Grade.RED), str(Grade.ORANGE)]


class AnswerRule(models.Model):
    """For which grades an answer everybody reads wants a second person; a workspace without a row has the default."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="answer_rule")
    approval_grades = ArrayField(models.CharField(max_length=8, choices=Grade.choices), default=graver)


class PendingState(models.TextChoices):
    """What became of an answer that waited."""

    WAITING = "waiting", pgettext_lazy("answer", "Waits for a yes")
    SENT = "sent", pgettext_lazy("answer", "Sent")
    RETURNED = "returned", pgettext_lazy("answer", "Sent back")
    WITHDRAWN = "withdrawn", pgettext_lazy("answer", "Withdrawn")


class PendingAnswer(models.Model):
    """An answer for everybody to read that its writer may not send alone.

    `text` is what would go out, as the approver changed it. Its files carry its id as their turn's until it is sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="pending_answers")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    lane = models.CharField(max_length=10, choices=Lane.choices)
    text = models.TextField()
    privately = models.TextField(blank=True)  # what goes to the member alone with it
    state = models.CharField(max_length=10, choices=PendingState.choices, default=PendingState.WAITING)
    at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(null=True, blank=True)  # when the writer last saw the case
    decided_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)  # when its writer put the verdict aside, or asked anew
    turn = models.ForeignKey("cases.Turn", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="pending_answer_once", condition=models.Q(state="waiting"))
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "at"], name="pending_waiting", condition=models.Q(state="waiting"))
        ]
