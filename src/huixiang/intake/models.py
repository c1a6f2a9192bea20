"""Raw messages, idempotency keys, follow codes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace

THUMB_SHOWN = 180  # pixels of the longer side, on every page


class MessageState(models.TextChoices):
    """What became of a message."""

    PENDING = "pending", _("Waiting to be read")
    FEEDBACK = "feedback", _("Feedback")
    TURN = "turn", _("Continues a case")
    NOISE = "noise", _("Not feedback")
    PARKED = "parked", _("Parked: could not be read")


class Message(models.Model):
    """One message as it arrived. Its text is unmasked; pages show the feedback's masked text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="messages")
    month = models.DateField()
    external_id = models.CharField(max_length=200)
    author_id = models.CharField(max_length=200)
    author_name = models.CharField(max_length=80, blank=True)
    author_email = models.CharField(max_length=254, blank=True)
    text = models.TextField()
    thread = models.CharField(max_length=200, blank=True)
    reply_to = models.CharField(max_length=200, blank=True)
    private = models.BooleanField(default=False)
    public = models.BooleanField(default=False)
    addressed = models.BooleanField(default=False, db_default=False)  # said to our bot, not only where it listens
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    historical = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.PENDING)
    error = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    masked_text = models.TextField(blank=True)
    # Known once the message was read; until then it stands in no index of theirs, and taking it in is cheaper.
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    feedback_id = models.UUIDField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "received_at", "id"],
                name="message_pending",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=["workspace", "-received_at", "-id"],
                name="message_noise",
                condition=models.Q(state__in=["noise", "parked"]),
            ),
            models.Index(
                fields=["conversation", "member", "-sent_at"],
                name="message_neighbours",
                condition=models.Q(conversation__isnull=False),
            ),
            models.Index(fields=["member"], name="message_member", condition=models.Q(member__isnull=False)),
            models.Index(
                fields=["feedback_id"], name="message_feedback", condition=models.Q(feedback_id__isnull=False)
            ),
        ]


class IdempotencyKey(models.Model):
    """What has been seen. A table of its own, never partitioned, kept when the message's text is gone."""

    id = models.BigAutoField(primary_key=True)
    # No index but the one that is asked at every message: this table is written to more than any other.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=200)
    message_id = models.UUIDField()
    month = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "external_id"], name="message_seen_once")]


class FollowCode(models.Model):
    """How an anonymous author comes back. Only the code's keyed hash is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="follow_code")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    message_id = models.UUIDField()
    created_at = models.DateTimeField(default=now)


class AttachmentState(models.TextChoices):
    """Whether a file belongs to something said."""

    WAITING = "waiting", _("Uploaded, not sent yet")
    REMOTE = "remote", _("Left with the platform")
    ASKED = "asked", _("Being fetched")
    FAILED = "failed", _("Could not be fetched")
    KEPT = "kept", _("Kept")
    ERASED = "erased", _("Erased")


class Attachment(models.Model):
    """A file that goes with a message or with a turn of ours. What it is was read from its content, not its name.

    `path` and `thumb` are places under MEDIA_ROOT, "" once the file is gone. Pictures have a width and a height.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    message_id = models.UUIDField(null=True)
    turn_id = models.UUIDField(null=True)  # of a case, for what the team sends or notes
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    thumb = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=AttachmentState.choices, default=AttachmentState.WAITING)
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["message_id"], name="attachment_message", condition=models.Q(message_id__isnull=False)
            ),
            models.Index(fields=["turn_id"], name="attachment_turn", condition=models.Q(turn_id__isnull=False)),
            models.Index(
                fields=["state", "created_at"],
                name="attachment_leaving",
                condition=models.Q(state__in=["waiting", "erased"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def thumb_width(self) -> int:
        """How wide the small picture is shown: the page does not jump when it arrives."""
        return max(1, round(self.width * min(1, THUMB_SHOWN / max(self.width, self.height, 1))))

    @property
    def thumb_height(self) -> int:
        """How high the small picture is shown."""
        return max(1, round(self.height * min(1, THUMB_SHOWN / max(self.width, self.height, 1))))

    @property
    def picture(self) -> bool:
        """Whether it can be shown: only what was encoded anew here."""
        return bool(self.width and self.thumb)


class RemoteFile(models.Model):
    """Where a file of a message lies with its platform, and how fetching it goes. The row goes when the file is here.

    Files of what is not feedback stay where they are: `due_at` is empty until somebody wants the file.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="remote")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    sort = models.CharField(max_length=8)  # as in channels.files.FileSort
    reference = models.TextField()  # what the connector fetches it by: JSON, encrypted, it may hold a key
    until = models.DateTimeField(null=True)  # the platform hands it out that long; None: no bound is known
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="remote_file_due", condition=models.Q(due_at__isnull=False))
        ]

    @property
    def may_be_there(self) -> bool:
        """Whether trying again makes sense: the platform may still have it."""
        return self.until is None or self.until > now()


class ImportState(models.TextChoices):
    """How far an import is."""

    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class ImportRun(models.Model):
    """One file on its way in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="+")
    started_by = models.UUIDField(null=True)  # a membership
    file_name = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    archive = models.CharField(max_length=10, blank=True)  # how a chat is written down; "" for a table
    mapping = models.JSONField(default=dict)  # field of a message → column; of a chat: group, year, order
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.WAITING)
    error = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # of a chat: joins, recalls, pictures without words
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    undo_asked_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    to_take = models.PositiveIntegerField(default=0)  # messages there were to take back when it was asked
    left = models.JSONField(default=dict)  # messages, feedback, cases, themes, members → how many went
    kept = models.PositiveIntegerField(default=0)  # messages that stay because somebody had worked on them

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="import_latest")]


class ImportedMessage(models.Model):
    """Which message an import brought: what it takes to take the import back; no longer there once that is over."""

    message_id = models.UUIDField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="brought", db_index=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run", "message_id"], name="imported_by")]


class WorkedOn(models.TextChoices):
    """Why something an import brought stays when the import is taken back."""

    ANSWERED = "answered", _("Somebody answered")
    ASSIGNED = "assigned", _("Somebody gave it to somebody")
    ANNOUNCED = "announced", _("Its theme was announced")
    MERGED = "merged", _("Somebody put it into another theme")
    CORRECTED = "corrected", _("Somebody corrected how it was read")
    WAR_ROOM = "war_room", _("It is dealt with in a war room")
    JOINED = "joined", _("It was said together with what came another way")
    HANDLED = "handled", _("Somebody worked on it")


class ImportKept(models.Model):
    """A case, a feedback or a message that stays although its import was taken back, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="kept_things", db_index=False)
    kind = models.CharField(max_length=8)  # case, feedback, message
    subject_id = models.UUIDField()
    reason = models.CharField(max_length=10, choices=WorkedOn.choices)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "subject_id"], name="import_kept_once")]


class SavedMapping(models.Model):
    """Which column is what, under a name: made once, there for the whole team."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    mapping = models.JSONField(default=dict)  # field of a message → column of the file
    columns = models.JSONField(default=list)  # all columns of the file it was made for: by them its like are known
    made_by = models.UUIDField(null=True)  # a membership
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="saved_mapping_name")]

    def __str__(self) -> str:
        return self.name


class ImportRefusal(models.Model):
    """A row that did not come in, and why."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()  # as a spreadsheet counts: the header is row 1
    reason = models.CharField(max_length=300)
    excerpt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "row"], name="refusal_once")]
