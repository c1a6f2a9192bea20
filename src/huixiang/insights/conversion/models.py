"""One row for each matter of a critic, as the funnel counts it; made anew from facts, never written by hand."""

from typing import ClassVar

from django.db import models

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.insights.conversion.stages import Returned, Stage
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace


class CriticWay(models.Model):
    """How far one matter of one critic is. Times are those of the facts; `stage` is the furthest of them.

    `lost` is closed, unreachable or ""; who fell silent is told by `quiet_since`, as that takes only time to pass.
    """

    key = models.UUIDField(primary_key=True)  # the case's id, or the feedback's without one
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+")
    feedback_id = models.UUIDField(null=True)  # only of what has no case
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, related_name="+")
    grade = models.CharField(max_length=8, blank=True)
    begun_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    details_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.CharField(max_length=10, choices=Returned.choices, blank=True)
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    stage_at = models.DateTimeField()
    lost = models.CharField(max_length=12, blank=True)
    quiet_since = models.DateTimeField(null=True)  # our last answer, while the case waits for the member

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "begun_at"], name="critic_way_begun")]


class CriticStale(models.Model):
    """A member whose ways changed since they were made; written by triggers, so that nothing is forgotten."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    critic = models.UUIDField()  # the member; gone again as soon as their ways are made anew

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "id"], name="critic_stale")]
