"""Members and their identities."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import ChannelAccount
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import User, Workspace


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


class Member(models.Model):
    """One person of a community."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    anonymous = models.BooleanField(default=False)
    tier = models.CharField(max_length=10, choices=Tier.choices, default=Tier.PLAIN)
    reach = models.PositiveIntegerField(default=0)  # people who read this member, as far as known
    feedback_count = models.PositiveIntegerField(default=0)
    confirmed_count = models.PositiveIntegerField(default=0)  # reports that led to a fix
    credit_consent = models.CharField(max_length=12, choices=Consent.choices, default=Consent.UNANSWERED)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "user"], name="member_user_once", condition=models.Q(user__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name


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
