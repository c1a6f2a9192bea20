"""Announcements, credits, notices, answers."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import Delivery
from huixiang.engine.searching import indexed
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.kernel.tsvector import SearchField, vector
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace


def _words(announcement: "Announcement") -> str:
    parts = f"{announcement.what_happened}\n{announcement.how_fixed}\n{announcement.what_next}"
    return vector(announcement.workspace_id, indexed(title=announcement.title, text=parts))


class Announcement(models.Model):
    """One public answer. The three parts are markdown; the way is a list of {at, title, text}."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="announcements")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="announcements")
    number = models.BigIntegerField(null=True, blank=True)  # given when published
    title = models.CharField(max_length=120)
    what_happened = models.TextField(blank=True)
    how_fixed = models.TextField(blank=True)
    what_next = models.TextField(blank=True)
    way = models.JSONField(default=list)
    author = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    saved_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)
    people_count = models.PositiveIntegerField(default=0)  # who had said it or 我也是 when it was published
    told_at = models.DateTimeField(null=True, blank=True)  # when everybody had been told or found unreachable
    telling_paused_at = models.DateTimeField(null=True, blank=True)  # since when a person holds back what is not out
    search = SearchField(of=_words)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "number"], name="announcement_number"),
            models.UniqueConstraint(
                fields=["theme"], name="one_draft_a_theme", condition=models.Q(published_at__isnull=True)
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="announcement_words", gin_pending_list_limit=512),
            models.Index(fields=["id"], name="announcement_unsearched", condition=models.Q(search__isnull=True)),
            models.Index(fields=["workspace", "-published_at", "-id"], name="announcement_latest")
        ]

    def __str__(self) -> str:
        return self.title


class Credit(models.Model):
    """A member's part. The name shown follows the member's consent as it is now, not as it was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="credits")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    first_reporter = models.BooleanField(default=False)
    contribution = models.CharField(max_length=120, blank=True)
    dropped = models.BooleanField(default=False)  # a person left them out; kept, so that they do not come back

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "member"], name="credit_once")
        ]


class Notice(models.Model):
    """One person and whether they could be told; without a delivery there was no way to them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="notices")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "member"], name="notice_once")
        ]


class Solved(models.TextChoices):
    """对你来说解决了吗: what a member says of the fix."""

    YES = "yes", _("Solved")
    PARTLY = "partly", _("Somewhat better")
    NO = "no", _("Not solved")


class Answer(models.Model):
    """What a member says of the fix; a later answer replaces the earlier one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="answers")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    solved = models.CharField(max_length=8, choices=Solved.choices)
    words = models.TextField(blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "member"], name="answer_once")
        ]
