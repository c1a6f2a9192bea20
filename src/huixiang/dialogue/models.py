"""Reply templates and what they said before, macros, answers that are sent later."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Lane, Stage
from huixiang.feedback.models import Grade, Kind
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class Tone(models.TextChoices):
    """How a template speaks."""

    WARM = "warm", _("Warm")
    PLAIN = "plain", _("Plain")
    FORMAL = "formal", _("Formal")


class Language(models.TextChoices):
    """The language a template is written in."""

    ZH = "zh", pgettext_lazy("language", "Chinese")
    EN = "en", pgettext_lazy("language", "English")


class ReplyTemplate(models.Model):
    """Words to answer with, in up to three tones, with variables such as {{member}} in them.

    `key` is what playbooks point at: the shipped ones have one, and who makes another may give it one. A key stands
    for one shared template in each language. `owner` is none for what the team shares.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="reply_templates")
    key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ZH)
    texts = models.JSONField(default=dict)  # tone → words; at least one of them
    stages = ArrayField(models.CharField(max_length=12, choices=Stage.choices), default=list)  # none: fits every stage
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind.choices), default=list)
    grades = ArrayField(models.CharField(max_length=8, choices=Grade.choices), default=list)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    used = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True, blank=True)  # kept, so that it can be taken back

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "key", "language"], name="template_key_once",
                condition=models.Q(owner=None, deleted_at=None) & ~models.Q(key=""),
            )
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["workspace", "position", "id"], name="template_order")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template said up to a change; the newest words stand in the template itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    template = models.ForeignKey(ReplyTemplate, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    texts = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)  # when it was replaced

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]


class Macro(models.Model):
    """Several things done to a case at once: `steps` name them and what they need, in the order of MACRO_STEPS."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="macros")
    name = models.CharField(max_length=60)
    steps = models.JSONField(default=dict)  # step → what it needs; see macros.py
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    used = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True, blank=True)  # kept, so that it can be taken back

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "name", "id"], name="macro_order")]

    def __str__(self) -> str:
        return self.name


class ScheduledState(models.TextChoices):
    """What became of an answer that was to go out later."""

    WAITING = "waiting", pgettext_lazy("scheduled", "Waits for its time")
    SENT = "sent", pgettext_lazy("scheduled", "Sent")
    CANCELLED = "cancelled", pgettext_lazy("scheduled", "Cancelled")
    HELD = "held", pgettext_lazy("scheduled", "Could not go out")


class ScheduledReply(models.Model):
    """An answer that goes out at its time, in its writer's name, after everything was looked at once more.

    Its files carry its id as their turn's until it is sent. `why` tells why it was cancelled, or what stood in its way.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="scheduled_replies", db_index=False)
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    lane = models.CharField(max_length=10, choices=Lane.choices)
    text = models.TextField()
    send_at = models.DateTimeField()
    until_they_write = models.BooleanField(default=True)  # cancelled by itself when the member writes before
    anyway = models.TextField(blank=True)  # why it goes out although it crosses a red line
    state = models.CharField(max_length=10, choices=ScheduledState.choices, default=ScheduledState.WAITING)
    why = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)  # of its writer's desk: what stood in its way is told in it
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)  # the member's words after this come before it
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when somebody put the notice about its end aside
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "-created_at"], name="scheduled_of_case"),
            models.Index(fields=["send_at"], name="scheduled_waiting", condition=models.Q(state="waiting")),
        ]
