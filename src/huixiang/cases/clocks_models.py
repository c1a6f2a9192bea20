"""The tables of clocks. What they count: docs/clocks.md."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace


class ClockName(models.TextChoices):
    """What a clock counts down to. The first three are a case's; the last is its theme's, and the public's."""

    FIRST_ANSWER = "first_answer", _("First answer")
    NEXT_ANSWER = "next_answer", _("Next answer")
    RESOLUTION = "resolution", _("Resolution")
    ANNOUNCEMENT = "announcement", _("Announcement")


RUNS = models.Q(met_at=None, stopped_at=None)
COUNTS_DOWN = models.Q(met_at=None, stopped_at=None, paused_at=None)


class Clock(models.Model):
    """Something due, of a case or of a theme. Met or not, it is kept.

    It runs until it is met or stopped; while it rests (`paused_at`: it is the member's turn) nothing is due. `due_at`
    follows from when it started, what it rested, and `allowed_minutes` of its standard (see clocks_due.py): a clock
    older than standards of its kind has none and keeps the time it was given.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="clocks")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, related_name="clocks")
    name = models.CharField(max_length=16, choices=ClockName.choices)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)  # the case ended or the clock was replaced
    paused_at = models.DateTimeField(null=True, blank=True)
    pauses = ArrayField(models.DateTimeField(), default=list, blank=True)  # those over: from, to, from, to …
    allowed_minutes = models.PositiveIntegerField(null=True, blank=True)
    around_the_clock = models.BooleanField(default=False)
    warn_share = models.PositiveSmallIntegerField(default=75)  # per cent of the time after which it warns
    warn_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breach_noted_at = models.DateTimeField(null=True, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)  # when the next level of the chain is told
    level = models.PositiveSmallIntegerField(default=0)  # up to which it was

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=True) ^ models.Q(theme__isnull=True), name="clock_of_one"
            ),
            models.UniqueConstraint(
                fields=["theme"], name="public_clock_once", condition=models.Q(theme__isnull=False) & RUNS
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="clock_due", condition=COUNTS_DOWN & models.Q(breach_noted_at__isnull=True)
            ),
            models.Index(fields=["warn_at"], name="clock_warns", condition=COUNTS_DOWN & models.Q(warned_at=None)),
            models.Index(
                fields=["escalate_at"], name="clock_escalates",
                condition=COUNTS_DOWN & models.Q(escalate_at__isnull=False),
            ),
            models.Index(fields=["workspace", "id"], name="clock_counts", condition=COUNTS_DOWN),
            models.Index(fields=["case", "name"], name="clock_of_case"),
        ]  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether it counts down just now."""
        return self.met_at is None and self.stopped_at is None and self.paused_at is None


class Recount(models.Model):
    """The calendar was changed: clocks that count down are counted anew, batch by batch, and told of once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=now)
    reached = models.UUIDField(null=True)  # the last clock that was looked at
    looked = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-asked_at"], name="recount_latest")]
