"""Alerts, who was told of them and how it went, and what the team and each person want to hear."""

import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace

IS_OPEN = models.Q(closed_at__isnull=True)
NIGHT, MORNING = datetime.time(22), datetime.time(8)


class AlertKind(models.TextChoices):
    """The rules, by the name they are kept under; what each looks at stands in rules.py."""

    RED = "red", _("A case is red")
    SAFETY = "safety", _("Words of danger")
    ROOM = "room", _("A war room waits for its update")
    CLOCK = "clock", _("A deadline is about to pass")
    KOC = "koc", _("A KOC waits for an answer")
    CRITIC = "critic", _("An influential critic")
    RISE = "rise", _("Early warning: a theme rises faster than its past")
    ANGER = "anger", _("Anger spreads")
    SILENCE = "silence", _("A channel has gone silent")
    STEP = "step", _("A step of a playbook is due")
    APPROVAL = "approval", _("An answer waits for a yes")
    PAUSED = "paused", _("A channel was paused")
    FAILED = "failed", _("Messages could not be delivered")


class Severity(models.TextChoices):
    """How much an alert presses. Only what is urgent is told in quiet hours."""

    URGENT = "urgent", _("Urgent")
    HIGH = "high", _("Important")
    NOTICE = "notice", pgettext_lazy("alert", "Worth a look")


SEVERITY_RANK = {Severity.URGENT: 0, Severity.HIGH: 1, Severity.NOTICE: 2}


class Sensitivity(models.TextChoices):
    """How soon a rule speaks up."""

    LOW = "low", _("Only when it is plain")
    NORMAL = "normal", pgettext_lazy("sensitivity", "Normal")
    HIGH = "high", _("At the first sign")


class SubjectKind(models.TextChoices):
    """What an alert is about."""

    CASE = "case", _("Case")
    THEME = "theme", _("Theme")
    ACCOUNT = "account", _("Channel")
    ROOM = "room", _("War room")
    ANSWER = "answer", _("Answer that waits for a yes")


class AlertTarget(models.Model):
    """A group or phone of the team: an address of apprise, or one of our own channels that leads into a group.

    The address rests encrypted and is never shown again; `shown` is what may be seen of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="alert_targets")
    name = models.CharField(max_length=80)
    address = models.TextField(blank=True)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    shown = models.CharField(max_length=200)
    wants = ArrayField(models.CharField(max_length=10, choices=AlertKind.choices), default=list)
    added = ArrayField(models.CharField(max_length=10, choices=AlertKind.choices), default=list)  # by an update
    told_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)  # of the last try; "" once it went well
    error_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="alert_target_name")]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One rule and one thing it is about, from when it became so until it is no longer so.

    Of what people said only ids are kept; the sentence is made of `figures` when somebody reads it. `measure` is how
    bad it is now, `told_measure` how bad it was when the team was last told: it is told again only when worse.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=10, choices=AlertKind.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    subject_kind = models.CharField(max_length=8, choices=SubjectKind.choices)
    subject_id = models.UUIDField()
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    also_ids = ArrayField(models.UUIDField(), default=list)  # memberships up the chain, who are told as well
    measure = models.FloatField(default=1)
    told_measure = models.FloatField(default=1)
    figures = models.JSONField(default=dict)
    evidence = ArrayField(models.UUIDField(), default=list)  # feedback, the latest first
    times = models.PositiveIntegerField(default=1)  # how often it was told: first, and each time it was worse
    raised_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)  # when it was last told
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "rule", "subject_id"], name="alert_once", condition=IS_OPEN)
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-last_at", "-id"], name="alert_open", condition=IS_OPEN),
            models.Index(
                fields=["workspace", "-closed_at", "-id"], name="alert_done",
                condition=models.Q(closed_at__isnull=False),
            ),
            models.Index(fields=["workspace", "subject_id", "-raised_at"], name="alert_subject"),
        ]  # fmt: skip

    @property
    def asleep(self) -> bool:
        """Whether somebody put it off and its time has not come."""
        return self.snoozed_until is not None and self.snoozed_until > timezone.now()

    @property
    def waits(self) -> bool:
        """Whether nobody has seen to it yet."""
        return self.closed_at is None and self.acknowledged_at is None and not self.asleep


class Way(models.TextChoices):
    """How somebody is told."""

    DESK = "desk", pgettext_lazy("alert", "In the desk")
    MAIL = "mail", pgettext_lazy("alert", "By mail")
    GROUP = "group", pgettext_lazy("alert", "Into a group")


class NoticeState(models.TextChoices):
    """What became of telling somebody."""

    WAITING = "waiting", pgettext_lazy("notice", "Waiting")
    SENT = "sent", pgettext_lazy("notice", "Told")
    FAILED = "failed", pgettext_lazy("notice", "Not told")
    DROPPED = "dropped", pgettext_lazy("notice", "Not needed any more")


class Notice(models.Model):
    """One alert told to one person or group. What is told again when it is worse is the same row, due once more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices", db_index=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    target = models.ForeignKey(
        AlertTarget, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    way = models.CharField(max_length=5, choices=Way.choices)
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.WAITING)
    due_at = models.DateTimeField(default=now)  # later than now in quiet hours, and for what is gathered
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "membership", "target", "way"], name="alert_notice_once", nulls_distinct=False
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="alert_notice_due", condition=models.Q(state="waiting")),
            models.Index(fields=["membership", "alert"], name="alert_notice_desk", condition=models.Q(way="desk")),
            models.Index(fields=["target"], name="alert_notice_target", condition=models.Q(target__isnull=False)),
        ]


class RuleSetting(models.Model):
    """How a workspace wants a rule; without a row it is as rules.py declares it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = models.CharField(max_length=10, choices=AlertKind.choices)
    on = models.BooleanField(default=True)
    sensitivity = models.CharField(max_length=6, choices=Sensitivity.choices, default=Sensitivity.NORMAL)
    roles = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "rule"], name="alert_rule_once")]


class QuietHours(models.Model):
    """When only what is urgent is told: of the workspace, or of one person. Two equal times: never quiet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    starts = models.TimeField(default=NIGHT)
    ends = models.TimeField(default=MORNING)
    days_off = models.BooleanField(default=False)  # weekends and holidays are quiet all day

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "membership"], name="alert_quiet_once", nulls_distinct=False)
        ]


class Preference(models.Model):
    """How one person wants to hear of each rule: rule → ways. A rule that is not named is told as usual."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    ways: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)


class HourTally(models.Model):
    """How many messages came in through an account within an hour (UTC): what silence is measured against."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    messages = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "hour"], name="hour_tally_once")]
        indexes: ClassVar = [models.Index(fields=["-hour"], name="hour_tally_latest")]


class DayTally(models.Model):
    """How many people spoke up through an account on a day of the workspace, and how many of them were angry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    people = models.PositiveIntegerField()
    angry = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "day"], name="day_tally_once")]
        indexes: ClassVar = [models.Index(fields=["workspace", "-day"], name="day_tally_latest")]


class Watch(models.Model):
    """How far a workspace was looked at; locked while it is, so that two looks do not raise the same twice."""

    workspace = models.OneToOneField(Workspace, primary_key=True, on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    tallied_to = models.DateField(null=True, blank=True)  # the last day that stands in DayTally
