"""Users, workspaces, memberships, invitations, API keys."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.roles import Role


def ordinary_week() -> list[list[list[int]]]:
    """Nine to six on five days; spans are minutes after midnight."""
    return [[[9 * 60, 18 * 60]] for _weekday in range(5)] + [[], []]


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the login name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user; without a password they cannot log in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One person with a login: staff by membership, or a community member by link."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email.partition("@")[0]


class Workspace(models.Model):
    """One brand's space: everything except users belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    community_name = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    noise_kept_days = models.PositiveSmallIntegerField(default=7)
    country = models.CharField(max_length=2, default="CN", blank=True)  # whose holidays count; "": nobody's
    region = models.CharField(max_length=20, default="", blank=True)
    week = models.JSONField(default=ordinary_week)  # a list of spans for each weekday, Monday first
    holidays_known = models.PositiveSmallIntegerField(default=0)  # last year announced when clocks were counted
    second_factor_required = models.BooleanField(default=False)
    red_lines_off = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # see cases.red_lines
    case_number = models.BigIntegerField(default=1000)
    announcement_number = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class OwnDay(models.Model):
    """A day the workspace works, or does not, whatever the calendar says. One taken away can be brought back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="own_days")
    day = models.DateField()
    spans = models.JSONField(null=True)  # [] is a day off; none: worked, with the hours of its weekday
    name = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "day"], name="own_day_once", condition=models.Q(removed_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.day)

    @property
    def off(self) -> bool:
        """Whether it is not worked."""
        return self.spans == []


class PresentManager(models.Manager["Membership"]):
    """Those who are in the team now."""

    def get_queryset(self) -> models.QuerySet["Membership"]:
        """Without those who left; what they wrote still shows their names by following the key."""
        return super().get_queryset().filter(left_at=None)


class Membership(models.Model):
    """A user's place in a workspace. Whoever leaves keeps the row, so that their words keep their name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    job_title = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True, blank=True)

    places: list[dict[str, str]]  # with queries.membership_of: every workspace the user is staff of
    has_second_factor: bool  # the same

    objects: ClassVar[PresentManager] = PresentManager()
    everybody: ClassVar[models.Manager["Membership"]] = models.Manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """A place in the team offered to an e-mail address. Only its token's keyed hash is stored.

    A worker that mails it makes a token of its own, so the token rests nowhere but in the mail.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    job_title = models.CharField(max_length=60, blank=True)
    invited_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    by_mail = models.BooleanField(default=False)  # the token was mailed: who has it reads that mailbox
    mail_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= now()


class Scope(models.TextChoices):
    """What an API key opens."""

    INGEST = "ingest", _("Send messages in")
    READ = "read", _("Read data")
    DELIVER = "deliver", _("Fetch answers and report them delivered")
    PERSONAL = "personal", _("See personal data unmasked")
    FEEDBACK = "feedback:write", _("Correct, move and remove feedback")
    CASES = "cases:write", _("Answer and handle cases")
    THEMES = "themes:write", _("Change themes")
    MEMBERS = "members:write", _("Change members")
    ANNOUNCEMENTS = "announcements:write", _("Write and publish announcements")


class ApiKey(models.Model):
    """A key for programs. Only its keyed hash is stored; it is shown once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, blank=True)
    shown_prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    acts_for = models.ForeignKey(  # in whose name and with whose role it changes things; nobody's: it changes nothing
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name or self.shown_prefix


class KeptAnswer(models.Model):
    """What a write with an Idempotency-Key was answered: given again to whoever sends the same again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)  # the Idempotency-Key as it was sent
    request_digest = models.BinaryField()  # of method, address and body: never the body itself
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["api_key", "name"], name="kept_answer_once")]


class RateBucket(models.Model):
    """How many calls a key has left just now. The table is unlogged: after a crash every bucket is full again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField()  # a plain id, like the key's: a check at every call would cost more than it saves
    api_key_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    tokens = models.FloatField()
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["api_key_id", "kind"], name="bucket_once")]


class ClearanceRule(models.Model):
    """Which courses of the academy a role must have passed before it answers red cases. No row: none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="clearance_rules")
    role = models.CharField(max_length=20, choices=Role.choices)
    courses = ArrayField(models.CharField(max_length=40))
    from_day = models.DateField()  # until then everybody answers as before
    valid_months = models.PositiveSmallIntegerField(null=True, blank=True)  # how long a pass counts; none: for good

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "role"], name="clearance_rule_once")]


class Clearance(models.Model):
    """When somebody last passed a course."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="clearances")
    course = models.CharField(max_length=40)
    passed_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["membership", "course"], name="clearance_once")]
