"""Themes, merges, moves, changes by people, proposals, early warnings, what a workspace's likeness is, votes."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from huixiang.engine.searching import weighed
from huixiang.feedback.models import DIMENSIONS, Grade
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.kernel.tsvector import SearchField, vector
from huixiang.members.models import Member
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership, Workspace


def _words(theme: "Theme") -> str:
    """What it is found by. Weights A and B are what everybody may read, C and D what only staff writes and reads."""
    taken = theme.summary if theme.summary_by else ""  # members' own words, perhaps said to the brand alone
    inside = f"{theme.root_cause}\n{theme.fix}\n{theme.workaround}\n{taken}"
    said = weighed((theme.name, "A", "A"), (theme.public_summary, "B", "B"), (inside, "C", "D"))
    return vector(theme.workspace_id, said)


class SummaryBy(models.TextChoices):
    """Who found the words of a theme's summary."""

    PERSON = "", _("a person")
    MACHINE = "machine", _("taken from what was said")
    LLM = "llm", _("a language model")


class Theme(models.Model):
    """One matter. The centre is the mean of its feedbacks' embeddings, not normalised."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="themes")
    name = models.CharField(max_length=80)
    name_by_person = models.BooleanField(default=False)
    summary = models.TextField(blank=True)
    summary_by = models.CharField(max_length=8, choices=SummaryBy.choices, blank=True, default=SummaryBy.PERSON)
    status = models.CharField(max_length=12, choices=ThemeStatus.choices, default=ThemeStatus.FOUND)
    public = models.BooleanField(default=False)
    owner = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    centre = VectorField(dimensions=DIMENSIONS)
    feedback_count = models.PositiveIntegerField(default=0)
    people_count = models.PositiveIntegerField(default=0)
    vote_count = models.PositiveIntegerField(default=0)  # who said 我也是 and nothing in words: added to people_count
    recent_people = models.PositiveIntegerField(default=0)  # distinct people of the 72 hours before last_seen
    worst_grade = models.CharField(max_length=8, choices=Grade.choices, blank=True)
    impact = models.FloatField(default=0)  # people × mean influence × worst severity, both 0–1
    mean_influence = models.FloatField(default=0)  # 0–1
    worst_severity = models.FloatField(default=0)  # 0–1
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    root_cause = models.TextField(blank=True)
    workaround = models.TextField(blank=True)
    fix = models.TextField(blank=True)
    fixed_in = models.CharField(max_length=60, blank=True)
    tracker_url = models.URLField(max_length=500, blank=True)
    decline_reason = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    fixing_at = models.DateTimeField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    search = SearchField(of=_words)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="theme_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="theme_unsearched", condition=models.Q(search__isnull=True)),
            models.Index(fields=["workspace", "status", "-impact", "-id"], name="theme_impact"),
            models.Index(fields=["workspace", "-last_seen", "-id"], name="theme_latest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_summary(self) -> str:
        """The summary a person wrote; what a machine took from members' words is for the staff alone."""
        return "" if self.summary_by else self.summary


class Merge(models.Model):
    """One theme went into another; enough is kept to part them again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="merges")
    status_before = models.CharField(max_length=12)
    feedback_ids = ArrayField(models.UUIDField())
    voter_ids = ArrayField(models.UUIDField())
    merged_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)


class Move(models.Model):
    """Feedback a person took from one theme to another, or split off as a new one; enough is kept to undo it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="moves_out")
    target = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="moves_in")
    split = models.BooleanField(default=False)  # the target was made for it
    feedback_ids = ArrayField(models.UUIDField())
    voter_ids = ArrayField(models.UUIDField(), default=list)
    followed = models.BooleanField(default=False)  # whether the cases went along, or back, already
    moved_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)


class Change(models.Model):
    """What a person wrote about a theme, or the step they let it go, beside what stood before: it can be taken back.

    Values are as JSON holds them. The program's name or summary stands as None: it is found anew, never kept here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="changes")
    before = models.JSONField()
    after = models.JSONField()
    changed_at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)


class Unlike(models.Model):
    """Two themes of which a person said that they are not one matter: never proposed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")  # the one with the smaller id
    second = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")
    said_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["first", "second"], name="unlike_once")]


class ProposalKind(models.TextChoices):
    """What is proposed."""

    MERGE = "merge", _("One matter")
    SPLIT = "split", _("Two matters")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")
    GONE = "gone", _("No longer so")


class Proposal(models.Model):
    """What the nightly grouping would change: two themes into one, or a part of a theme out of it. A person decides.

    Of the feedback only ids are kept: a part is those that would leave, and a merge those that are in one group.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=ProposalKind.choices)
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="proposals")  # the larger of two
    other = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, related_name="+")  # of a merge
    feedback_ids = ArrayField(models.UUIDField())
    share = models.PositiveSmallIntegerField()  # per cent of what was read of them that the grouping puts so
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    found_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-share", "-id"], name="proposal_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["theme", "other"], name="merge_proposed_once", condition=models.Q(kind="merge", state="open")
            ),
        ]


class Likeness(models.Model):
    """From which cosine on a workspace's feedback belongs to a theme, measured each night on its own feedback."""

    workspace = models.OneToOneField(Workspace, primary_key=True, on_delete=models.CASCADE, related_name="+")
    threshold = models.FloatField()
    measured_on = models.PositiveIntegerField()  # feedbacks
    right = models.FloatField()  # share of them it puts as the grouping does, 0–1
    measured_at = models.DateTimeField(default=now)


class EarlyWarning(models.Model):
    """A theme rises faster than its own past. Counts are people; of what they said only ids are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="warnings")
    days = models.PositiveSmallIntegerField()  # of the window that stood out most
    people = models.PositiveIntegerField()  # within it
    expected = models.FloatField()  # by the past before it
    feedback_ids = ArrayField(models.UUIDField())  # what was said within it
    raised_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-raised_at", "-id"], name="warning_latest"),
            models.Index(fields=["theme", "-raised_at"], name="warning_theme"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["theme"], name="warning_once", condition=models.Q(ended_at__isnull=True)
            ),
        ]


class Vote(models.Model):
    """我也是: a member says the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["theme", "member"], name="vote_once")]
