"""Members and their identities."""

import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import ChannelAccount
from huixiang.engine.searching import indexed
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.kernel.tsvector import SearchField, vector
from huixiang.members import naming
from huixiang.workspaces.models import Membership, User, Workspace


class Tier(models.TextChoices):
    """How much a member's word carries in the community."""

    PLAIN = "plain", _("Plain member")
    ACTIVE = "active", _("Active")
    KOC = "koc", _("KOC")
    CORE = "core", _("Core KOC")


class Consent(models.TextChoices):
    """Whether a member may be thanked by name. No answer counts as no."""

    UNANSWERED = "unanswered", _("Not answered")
    NAME = "name", _("By name")
    NICKNAME = "nickname", _("By first sign of the name")
    NO = "no", _("Not by name")


NEVER = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
CALLED = ("name", "anonymous", "handle", "handle_kind", "erasing_at", "erased_at")  # what `known_as` reads
IS_LISTED = models.Q(joined_into__isnull=True, erased_at__isnull=True)


def never() -> datetime.datetime:
    """When nobody has spoken yet: before every time, so that an index orders it last."""
    return NEVER


def _words(member: "Member") -> str:
    return vector(member.workspace_id, indexed(title=member.name or member.handle))


class Member(models.Model):
    """One person of a community."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    name = models.CharField(max_length=80, blank=True)
    handle = models.CharField(max_length=naming.LONGEST_HANDLE, blank=True)  # their first short id, while nameless
    handle_kind = models.CharField(max_length=20, blank=True)  # the kind of channel that id is from
    email = models.EmailField(blank=True)
    anonymous = models.BooleanField(default=False)
    tier = models.CharField(max_length=10, choices=Tier.choices, default=Tier.PLAIN)
    reach = models.PositiveIntegerField(default=0)  # people who read this member, as far as known
    feedback_count = models.PositiveIntegerField(default=0)
    confirmed_count = models.PositiveIntegerField(default=0)  # reports that led to a fix
    credit_consent = models.CharField(max_length=12, choices=Consent.choices, default=Consent.UNANSWERED)
    created_at = models.DateTimeField(default=now)
    tier_by_hand = models.BooleanField(default=False)  # a person set it: nothing automatic changes it
    last_contact_at = models.DateTimeField(default=never)  # they spoke or we wrote, whichever came last
    moods = ArrayField(models.SmallIntegerField(), default=list)  # sentiment of what they said last, oldest first
    mood = models.SmallIntegerField(null=True)  # the mean of these, −100 to 100; None while nothing was said
    joined_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="taken_in"
    )
    erasing_at = models.DateTimeField(null=True, blank=True)  # when what is stored goes for good; hidden until then
    erased_at = models.DateTimeField(null=True, blank=True)
    search = SearchField(of=_words)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "user"], name="member_user_once", condition=models.Q(user__isnull=False)
            )
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="member_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="member_unsearched", condition=models.Q(search__isnull=True)),
            models.Index(fields=["workspace", "-last_contact_at", "-id"], name="member_contact", condition=IS_LISTED),
            models.Index(fields=["workspace", "-feedback_count", "-id"], name="member_feedback", condition=IS_LISTED),
            models.Index(fields=["workspace", "name", "id"], name="member_name", condition=IS_LISTED),
            models.Index(fields=["joined_into"], name="member_joined", condition=models.Q(joined_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known_as(self) -> str:
        """What the team calls them, never "". Only who chose so is anonymous; nothing public may show this.

        Without a name on any channel they are called by platform and short id. No statement.
        """
        if self.erased_at or self.erasing_at:
            return gettext("Erased member") if self.erased_at else gettext("Being erased")
        if self.anonymous:
            return gettext("Anonymous")
        return self.name or naming.by_handle(self.handle_kind, self.handle)


class Identity(models.Model):
    """The name a member goes by on one channel account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="identities")
    external_id = models.CharField(max_length=200)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="identities")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "external_id"], name="identity_once")
        ]


class MemberNote(models.Model):
    """What staff want to remember of a person; the person reads it only when they ask what is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="member_note_latest")]


class Joining(models.Model):
    """Two records became one, or an identity one of its own; enough is kept to take it back exactly."""

    class Kind(models.TextChoices):
        """Which of the two."""

        JOIN = "join", _("Joined")
        PART = "part", _("Parted")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    source = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)  # kind of row → ids that went from source to target
    kept = models.JSONField(default=list)  # rows of which the target may have one only, as they were
    before = models.JSONField(default=dict)  # member id → fields as they were
    after = models.JSONField(default=dict)  # the target's fields as they became
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["target", "-at"], name="joining_target"),
            models.Index(fields=["source", "-at"], name="joining_source"),
        ]


class NotSame(models.Model):
    """Staff said that two records are two people: they are not proposed again. `one` has the smaller id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    one = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["one", "other"], name="not_same_once")]


class Erasure(models.Model):
    """A wish to be erased. Until `due_at` what was hidden rests sealed (encrypted) and can be brought back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="erasures")
    asked_by_kind = models.CharField(max_length=10)  # staff or member, as the journal names them
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    sealed = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"],
                name="one_erasure_at_a_time",
                condition=models.Q(undone_at__isnull=True, finished_at__isnull=True),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="erasure_due",
                condition=models.Q(undone_at__isnull=True, finished_at__isnull=True),
            )
        ]


class ExportState(models.TextChoices):
    """How far a person's export is."""

    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Being put together")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Stopped")
    GONE = "gone", _("Expired")


class DataExport(models.Model):
    """Everything stored about one member as one file, for whoever asked, for a week."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="exports")
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    asked_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-asked_at"], name="data_export_latest")]
