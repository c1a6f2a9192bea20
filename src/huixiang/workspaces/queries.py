"""Finding workspaces, memberships and keys."""

import datetime
import uuid

from allauth.account.models import EmailAddress
from django.utils import timezone

from huixiang.kernel.crypto import keyed_hash
from huixiang.workspaces.models import ApiKey, Membership, User, Workspace

USE_NOTED_EVERY = datetime.timedelta(minutes=1)


def workspace_by_slug(slug: str) -> Workspace | None:
    """The workspace of a path, None when there is none."""
    return Workspace.objects.filter(slug=slug).first()


def every_workspace() -> list[Workspace]:
    """All of the installation, by slug: for its operator at the command line."""
    return list(Workspace.objects.order_by("slug"))


def membership_of(*, user: User, slug: str) -> Membership | None:
    """The user's place in the workspace of this path; None is shown as 404, so nothing can be guessed."""
    found = Membership.objects.filter(user=user, workspace__slug=slug)
    return found.select_related("workspace", "user").first()


def workspaces_of(user: User) -> list[Workspace]:
    """Where the user is staff, by name."""
    return list(Workspace.objects.filter(memberships__user=user).order_by("name"))


def team(workspace: Workspace) -> list[Membership]:
    """Everybody with a role, by name."""
    return list(workspace.memberships.select_related("user").order_by("user__name", "user__email"))


def member_of_team(*, workspace_id: uuid.UUID, membership_id: uuid.UUID) -> Membership | None:
    """One of the team by id, None when not of this workspace."""
    found = Membership.objects.filter(workspace_id=workspace_id, id=membership_id)
    return found.select_related("user").first()


def user_by_email(email: str) -> User | None:
    """The user with this login name."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).first()


def has_confirmed_email(user: User) -> bool:
    """Whether the login name is proven to be the user's own address."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


def api_keys(workspace: Workspace) -> list[ApiKey]:
    """All keys, newest first, revoked ones too."""
    return list(workspace.api_keys.order_by("-created_at"))


def api_key_by_id(key_id: uuid.UUID) -> ApiKey | None:
    """One key of any workspace: for the installation's operator at the command line."""
    return ApiKey.objects.filter(id=key_id).select_related("workspace").first()


def api_key_by_secret(secret: str) -> ApiKey | None:
    """The live key this secret opens; notes its use at most once a minute."""
    key = (
        ApiKey.objects.filter(key_hash=keyed_hash("api key", secret), revoked_at=None)
        .select_related("workspace", "acts_for__user")
        .first()
    )
    now = timezone.now()
    if key and (key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY):
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return key
