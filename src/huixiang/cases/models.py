"""Cases, turns, clocks."""

import datetime
from collections.abc import Sequence
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.cases.bulk_runs import BulkBatch, BulkRun, BulkState
from huixiang.cases.clocks_models import Clock, ClockName, Recount
from huixiang.cases.detail_marks import DetailMark
from huixiang.cases.pending import AnswerRule, PendingAnswer
from huixiang.cases.states import UNFINISHED, CaseState, Direction, Lane, Stage
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.engine.searching import indexed
from huixiang.feedback.models import Grade
from huixiang.intake.models import Attachment
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.kernel.tsvector import SearchField, vector
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace

__all__ = [
    "AnswerRule", "BulkBatch", "BulkRun", "BulkState", "Case", "CaseTag", "Clock", "ClockName", "DetailMark",
    "Handover", "Ink", "PendingAnswer", "Presence", "ReadMark", "Recount", "SavedView", "Tag", "Turn",
]  # fmt: skip
IS_UNFINISHED = models.Q(state__in=[str(state) for state in UNFINISHED])


def _words(case: "Case") -> str:
    """What it is found by beside what was said in it and who said it (see search.py)."""
    return vector(case.workspace_id, indexed(title=f"{case.label} {case.title}"))


def _said_words(turn: "Turn") -> str:
    return vector(turn.workspace_id, indexed(text=turn.text))


class Case(models.Model):
    """One critic's matter. `urgency` orders the inbox: grade first, then what is due soonest (see urgency.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="cases")
    number = models.BigIntegerField()
    title = models.CharField(max_length=120)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cases")
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, related_name="cases")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="cases")
    owner = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    grade = models.CharField(max_length=8, choices=Grade.choices)
    proposed_grade = models.CharField(max_length=8, choices=Grade.choices, blank=True)
    proposed_reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.OPEN)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.CONTACTING)
    stage_at = models.JSONField(default=dict)  # stage → when it was reached, for those that were
    historical = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    heard_at = models.DateTimeField(default=now)  # when the member's latest word came in; who has seen it: ReadMark
    urgency = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)  # of the clock that runs out first
    last_line = models.CharField(max_length=160, blank=True)
    last_at = models.DateTimeField(default=now)
    opened_at = models.DateTimeField(default=now)  # when the member said it
    known_at = models.DateTimeField(null=True, blank=True)  # when it reached us; none for cases older than this field
    first_answered_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.TextField(blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)  # out of sight until then; see snoozing.py
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    search = SearchField(of=_words)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "number"], name="case_number")]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="case_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="case_unsearched", condition=models.Q(search__isnull=True)),
            models.Index(fields=["workspace", "urgency", "id"], name="case_inbox", condition=IS_UNFINISHED),
            models.Index(fields=["workspace", "-last_at", "-id"], name="case_latest"),
            models.Index(
                fields=["workspace", "owner", "urgency", "id"], name="case_owner", condition=IS_UNFINISHED
            ),
            models.Index(fields=["workspace", "due_at"], name="case_due", condition=IS_UNFINISHED),
            models.Index(fields=["workspace", "member", "theme"], name="case_same", condition=IS_UNFINISHED),
            # One for each order of the inbox (inbox.SORTS), so that a page costs the same at any size.
            models.Index(
                fields=["workspace", "historical", "urgency", "id"], name="case_urgent", condition=IS_UNFINISHED
            ),
            models.Index(
                fields=["workspace", "historical", "due_at", "id"], name="case_soonest", condition=IS_UNFINISHED
            ),
            models.Index(
                fields=["workspace", "historical", "-last_at", "-id"], name="case_newest", condition=IS_UNFINISHED
            ),
            models.Index(
                fields=["workspace", "historical", "grade", "-last_at", "-id"],
                name="case_grade_newest",
                condition=IS_UNFINISHED,
            ),
            models.Index(fields=["workspace", "-heard_at"], name="case_heard", condition=IS_UNFINISHED),
            # The counts beside the list are read from this one alone.
            models.Index(
                fields=["workspace", "historical", "state"],
                include=["grade", "owner", "account", "theme", "due_at", "snoozed_until"],
                name="case_counted",
                condition=IS_UNFINISHED,
            ),
            models.Index(
                fields=["snoozed_until"], name="case_snoozed", condition=models.Q(snoozed_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """The number as people say it."""
        return f"HX-{self.number}"

    @property
    def begins_at(self) -> datetime.datetime:
        """When the team could first know of it: its first answer is timed from here, also by another grade.

        What was imported or fetched days after it was said begins when it came in.
        """
        return max(self.known_at or self.opened_at, self.opened_at)


class ReadMark(models.Model):
    """Up to when somebody of the team has seen a case. One who has none later than `heard_at` has not read it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="read_marks")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["membership", "case"], name="read_mark_once")]


class SavedView(models.Model):
    """Filters of the inbox kept under a name, a person's own or shared with the team."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    filters = models.JSONField(default=dict)  # as the address names them: {"grade": ["red"], …}
    shared = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True, blank=True)  # kept a while, so that it can be taken back

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "position", "id"], name="saved_view_order")]

    def __str__(self) -> str:
        return self.name


class Ink(models.TextChoices):
    """How strongly a tag is drawn. Hues belong to grades alone, so tags differ by ink."""

    SOLID = "solid", _("filled")
    DARK = "dark", _("dark outline")
    LIGHT = "light", _("light outline")
    PLAIN = "plain", _("plain")


class Tag(models.Model):
    """A word the team sorts cases by. `folded` is the name as it is compared: width, case and blanks do not count."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=24)
    folded = models.CharField(max_length=96)
    ink = models.CharField(max_length=8, choices=Ink.choices, default=Ink.LIGHT)
    created_at = models.DateTimeField(default=now)
    cases = models.ManyToManyField(Case, through="CaseTag", related_name="tags")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "folded"], name="tag_name")]

    def __str__(self) -> str:
        return self.name


class CaseTag(models.Model):
    """A tag on a case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="case_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="case_tags", db_index=False)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tag", "case"], name="case_tag_once")]


class Turn(models.Model):
    """One thing said in a case. Texts of members are masked; the message holds the original."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns")
    direction = models.CharField(max_length=10, choices=Direction.choices)
    lane = models.CharField(max_length=10, choices=Lane.choices)
    at = models.DateTimeField(default=now)
    text = models.TextField()
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    message_id = models.UUIDField(null=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="turns")
    paired = models.ForeignKey(  # what was said in public when the member was written to in private: this is the latter
        "self", on_delete=models.SET_NULL, null=True, related_name="pair", db_index=False
    )

    files: Sequence[Attachment] = ()  # put on each turn by files.put_files
    search = SearchField(of=_said_words)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="turn_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="turn_unsearched", condition=models.Q(search__isnull=True)),
            models.Index(fields=["case", "at", "id"], name="turn_order"),
            models.Index(fields=["conversation", "case"], name="turn_conversation"),
            models.Index(fields=["message_id"], name="turn_message"),
            models.Index(fields=["paired"], name="turn_paired", condition=models.Q(paired__isnull=False)),
            models.Index(
                fields=["workspace", "-at"],
                name="turn_public_answers",
                condition=models.Q(direction="outbound", lane="public"),
            ),
        ]


class Handover(models.Model):
    """A case given by one person to another with what they need to know; open until it is taken or given back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    taker = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="handovers")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    taken = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="handover_open_once", condition=models.Q(ended_at=None))
        ]


class Presence(models.Model):
    """Who has a case open, and whether they write. Told again every few seconds, worth nothing a minute later."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=now)
    writing = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "membership"], name="presence_once")]
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="presence_old")]
