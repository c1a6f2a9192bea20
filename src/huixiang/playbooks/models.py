"""Response standards, whom a breach is carried up to; playbooks, versions, steps, rotas, and what runs on cases."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.members.models import Tier
from huixiang.playbooks.states import (
    OPEN,
    TO_DO,
    AfterState,
    CountedFrom,
    DoneBy,
    EndReason,
    EscalateTo,
    OwnerKind,
    Starts,
    StepKind,
    StepState,
    VersionState,
)
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Role

IS_TO_DO = models.Q(state__in=[str(state) for state in TO_DO])
IS_OPEN = models.Q(state__in=[str(state) for state in OPEN])


class ResponseStandard(models.Model):
    """How fast a grade wants its answers, in minutes; of a clock without any there is none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="response_standards")
    grade = models.CharField(max_length=8, choices=Grade.choices)
    first_answer_minutes = models.PositiveIntegerField()
    next_answer_minutes = models.PositiveIntegerField(null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(null=True, blank=True)
    announcement_minutes = models.PositiveIntegerField(null=True, blank=True)
    around_the_clock = models.BooleanField(default=False)
    warn_share = models.PositiveSmallIntegerField(default=75)  # per cent of the time after which it warns

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "grade"], name="standard_once")]


class Rota(models.Model):
    """People who take steps in turn, under a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="rotas")
    name = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="rota_name")]

    def __str__(self) -> str:
        return self.name


class RotaPlace(models.Model):
    """Somebody on a rota; whoever was asked longest ago is next. Nothing goes to who is away or left the team."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="places")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    away_until = models.DateField(null=True, blank=True)  # the last day of the absence
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rota", "membership"], name="rota_place_once")]


class EscalationLevel(models.Model):
    """Whom a breach is carried up to, and how long after it. Without grades: of every grade."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="escalation_levels")
    position = models.PositiveSmallIntegerField()  # 1 is told first
    minutes = models.PositiveIntegerField()  # after the breach, counted as its clock is
    to = models.CharField(max_length=8, choices=EscalateTo.choices)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    people = ArrayField(models.UUIDField(), default=list, blank=True)  # memberships
    rota = models.ForeignKey(Rota, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    grades = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "position"], name="escalation_place")]
        ordering: ClassVar = ["position"]


class Playbook(models.Model):
    """What is done about a kind of case. The first, by `position`, whose conditions hold is taken."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="playbooks")
    key = models.CharField(max_length=40)  # of the shipped ones their own; of others made up
    name = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True)  # what it is for, in a sentence or two
    position = models.PositiveSmallIntegerField()
    on = models.BooleanField(default=True)
    active = models.ForeignKey(
        "PlaybookVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # what new cases get; none until a first version is published
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="playbook_key")]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """A playbook as it was at a time. Only a draft changes; what was published stays as it is, for cases run by it.

    `conditions`: lists under grades, kinds, tiers, channels (kinds of channel) and accounts (ids); an empty one is no
    condition, a channel or an account suffices of the last two.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    conditions = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)  # what is new in it
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playbook", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["playbook"], name="draft_once", condition=models.Q(state=VersionState.DRAFT)
            ),
        ]


class Step(models.Model):
    """One thing to do, in its place. `key` is the same in every version, so that two can be compared."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(PlaybookVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    title = models.CharField(max_length=60)
    guide = models.TextField(blank=True)  # how it is done well
    owner_kind = models.CharField(max_length=8, choices=OwnerKind.choices, default=OwnerKind.CASE)
    person = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    rota = models.ForeignKey(Rota, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    minutes = models.PositiveIntegerField(null=True, blank=True)  # how long it may take; none: it is never late
    around_the_clock = models.BooleanField(default=False)  # else in working hours
    counted_from = models.CharField(max_length=8, choices=CountedFrom.choices, default=CountedFrom.BEFORE)
    starts = models.CharField(max_length=10, choices=Starts.choices, default=Starts.AUTOMATIC)
    done_by = models.CharField(max_length=10, choices=DoneBy.choices, default=DoneBy.HAND)
    template_key = models.CharField(max_length=40, blank=True)  # of dialogue.ReplyTemplate
    # Only if: each empty one is no condition.
    min_grade = models.CharField(max_length=8, choices=Grade.choices, blank=True)
    min_tier = models.CharField(max_length=10, choices=Tier.choices, blank=True)
    kinds = models.JSONField(default=list)
    only_missing = models.BooleanField(default=False)  # details are missing when it would begin
    after_key = models.CharField(max_length=40, blank=True)  # another step has ended …
    after_state = models.CharField(max_length=8, choices=AfterState.choices, default=AfterState.DONE)  # … in this way

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "key"], name="step_key")]
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.title


class PlaybookRun(models.Model):
    """A playbook at work on a case, by the version it began with. `why`: what it was chosen by (see choosing.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="playbook_runs", db_index=False)
    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="runs")
    why = models.JSONField(default=dict)
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="run_open_once", condition=models.Q(ended_at=None))
        ]
        indexes: ClassVar = [models.Index(fields=["case", "-started_at"], name="run_of_case")]


class RunStep(models.Model):
    """A step of a run. Without an owner it is that of whoever has `role`, else of whoever owns the case then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(PlaybookRun, on_delete=models.CASCADE, related_name="steps")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=StepState.choices, default=StepState.WAITING)
    owner = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)  # when those it is up to are told; gone when they were
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )  # who ticked or skipped it; nobody when it followed from a fact
    carried = models.BooleanField(default=False)  # done in the run before, under another playbook
    note = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "owner", "due_at"], name="step_of_owner", condition=IS_TO_DO),
            models.Index(fields=["workspace", "due_at"], name="step_to_do", condition=IS_TO_DO),
            models.Index(fields=["due_at"], name="step_running", condition=models.Q(state=StepState.ACTIVE)),
            models.Index(fields=["remind_at"], name="step_reminds", condition=models.Q(remind_at__isnull=False)),
            models.Index(fields=["case"], name="step_open", condition=IS_OPEN),
        ]
