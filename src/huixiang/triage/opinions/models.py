"""The language model a workspace may ask, and what it said about assessments."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.feedback.models import Feedback, Grade, Kind
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class LanguageModel(models.Model):
    """Where a workspace's model answers, what it may be asked and cost, and how it has answered of late.

    The key rests encrypted. `open_until`: nobody is asked before then, because too many questions failed in a row.
    """

    class Trouble(models.TextChoices):
        """Why there was no answer."""

        TIMEOUT = "timeout", _("It did not answer in time.")
        UNREACHABLE = "unreachable", _("It cannot be reached, or failed.")
        LIMIT = "limit", _("It takes no more questions for now (limit of calls).")
        KEY = "key", _("It does not accept the key.")
        REFUSED = "refused", _("It refused the question: is the model's name right?")
        JUNK = "junk", _("Its answer did not have the form that was asked for.")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="language_model")
    on = models.BooleanField(default=False)
    base_url = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=120, blank=True)
    key = models.TextField(blank=True)
    seconds = models.PositiveSmallIntegerField(default=20)
    most_calls = models.PositiveIntegerField(default=1_000)  # a month
    most_tokens = models.PositiveIntegerField(default=1_000_000)  # a month
    for_opinions = models.BooleanField(default=True)
    for_summaries = models.BooleanField(default=True)
    for_drafts = models.BooleanField(default=True)
    month = models.DateField(null=True)  # the first day of the month the next two are counted in
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    open_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=12, choices=Trouble.choices, blank=True)
    trouble_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)


class Opinion(models.Model):
    """What the model makes of a feedback that was judged red or orange without certainty. A person takes it or not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=120)
    severity = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    grade = models.CharField(max_length=8, choices=Grade.choices)  # by the decision table, with its severity
    agrees = models.BooleanField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=now)
    settled_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(default=False)  # when it is settled: taken, else put aside

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-at"], name="opinion_latest")]
