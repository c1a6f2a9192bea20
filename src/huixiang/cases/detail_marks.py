"""What a person says of a detail, beside what the texts tell."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class DetailKey(models.TextChoices):
    """What a report can tell, in asking order: the keys of the engine's facts."""

    ACTUAL = "actual", pgettext_lazy("detail", "What exactly happened")
    SCENE = "scene", pgettext_lazy("detail", "When and where it happened")
    STEPS = "steps", pgettext_lazy("detail", "What was done before it happened")
    EXPECTED = "expected", pgettext_lazy("detail", "What should have happened")
    VERSION = "version", pgettext_lazy("detail", "Model and software version")
    FREQUENCY = "frequency", pgettext_lazy("detail", "How often it happens")
    EVIDENCE = "evidence", pgettext_lazy("detail", "A picture, a video or a log")


class Marked(models.TextChoices):
    """What a person can say of a detail."""

    KNOWN = "known", _("Known")
    UNNEEDED = "unneeded", _("Not needed here")
    MISSING = "missing", _("Still missing")


class DetailMark(models.Model):
    """A person's word about a detail of a case; it goes before what the texts tell."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="detail_marks", db_index=False)
    key = models.CharField(max_length=12, choices=DetailKey.choices)
    marked = models.CharField(max_length=8, choices=Marked.choices)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "key"], name="detail_mark_once")]
