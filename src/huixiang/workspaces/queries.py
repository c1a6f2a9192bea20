"""Finding workspaces, memberships and keys."""

import datetime
import uuid
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from huixiang.kernel import prepared
from huixiang.kernel.crypto import keyed_hash
from huixiang.workspaces.models import ApiKey, Invitation, Membership, Scope, User, Workspace
from huixiang.workspaces.roles import Permission, holds

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NEED_NOBODY = {Scope.INGEST, Scope.READ, Scope.DELIVER}  # what a key opens without anybody of the team behind it
USE_NOTED_EVERY = datetime.timedelta(minutes=1)
BY_SLUG = f"""
    SELECT {prepared.columns(Workspace, "place")} FROM workspaces_workspace AS place WHERE place.slug = %(slug)s::text
"""  # noqa: S608 - put together from the model's own columns
KEY_BY_HASH = f"""
    SELECT {prepared.columns(ApiKey, "key")}, {prepared.columns(Workspace, "place")}
    FROM workspaces_apikey AS key JOIN workspaces_workspace AS place ON place.id = key.workspace_id
    WHERE key.key_hash = %(hash)s::text AND key.revoked_at IS NULL
"""  # noqa: S608 - put together from the models' own columns


def workspace_by_slug(slug: str) -> Workspace | None:
    """The workspace of a path, None when there is none."""
    found = prepared.rows(BY_SLUG, {"slug": slug})
    return prepared.instance(Workspace, found[0]) if found else None


def every_workspace() -> list[Workspace]:
    """All of the installation, by slug: for its operator at the command line."""
    return list(Workspace.objects.order_by("slug"))


def membership_of(*, user: User, slug: str) -> Membership | None:
    """The user's place in the workspace of this path; None is shown as 404, so nothing can be guessed.

    In the same statement: `places`, the name and slug of every workspace the user is staff of, and
    `has_second_factor`.
    """
    places = Membership.objects.filter(user_id=OuterRef("user_id")).order_by("workspace__name", "workspace__slug")
    shape = JSONObject(slug="workspace__slug", name="workspace__name")
    more: dict[str, Any] = {
        "places": ArraySubquery(places.annotate(shape=shape).values("shape")),
        "has_second_factor": _has_second_factor(),
    }  # the model declares both; named here they would be declared twice
    found = Membership.objects.filter(user=user, workspace__slug=slug).annotate(**more)
    return found.select_related("workspace", "user").first()


def workspaces_of(user: User) -> list[Workspace]:
    """Where the user is staff, by name."""
    places = Membership.objects.filter(user=user).values("workspace_id")
    return list(Workspace.objects.filter(id__in=places).order_by("name", "slug"))


def team(workspace: Workspace) -> list[Membership]:
    """Everybody with a role, by name."""
    return list(workspace.memberships.select_related("user").order_by("user__name", "user__email"))


def roster(workspace: Workspace) -> list[Membership]:
    """The team by name, each with `has_second_factor`."""
    more: dict[str, Any] = {"has_second_factor": _has_second_factor()}
    found = workspace.memberships.annotate(**more)
    return list(found.select_related("user").order_by("user__name", "user__email"))


def _has_second_factor() -> Exists:
    return Exists(Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=SECOND_FACTORS))


def staff_names(workspace: Workspace) -> dict[uuid.UUID, str]:
    """The name behind every membership, also of those who left."""
    found = Membership.everybody.filter(workspace=workspace).select_related("user")
    return {membership.id: str(membership) for membership in found}


def member_of_team(*, workspace_id: uuid.UUID, membership_id: uuid.UUID) -> Membership | None:
    """One of the team by id, None when not of this workspace."""
    found = Membership.objects.filter(workspace_id=workspace_id, id=membership_id)
    return found.select_related("user", "workspace").first()


def open_invitations(workspace: Workspace) -> list[Invitation]:
    """Those neither accepted nor taken back, newest first; expired ones too."""
    found = workspace.invitations.filter(accepted_at=None, revoked_at=None)
    return list(found.select_related("invited_by__user").order_by("-created_at"))


def invitation_by_id(*, workspace_id: uuid.UUID, invitation_id: uuid.UUID) -> Invitation | None:
    """An open invitation of this workspace."""
    found = Invitation.objects.filter(workspace_id=workspace_id, id=invitation_id, accepted_at=None, revoked_at=None)
    return found.select_related("workspace").first()


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation this link opens, whatever became of it since."""
    found = Invitation.objects.filter(token_hash=keyed_hash("invitation", token))
    return found.select_related("workspace", "invited_by__user").first()


def user_by_email(email: str) -> User | None:
    """The user with this login name."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).first()


def has_confirmed_email(user: User) -> bool:
    """Whether the login name is proven to be the user's own address."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


def api_keys(workspace: Workspace) -> list[ApiKey]:
    """All keys, newest first, revoked ones too."""
    return list(workspace.api_keys.select_related("acts_for__user").order_by("-created_at"))


def orphaned(key: ApiKey) -> bool:
    """Whether the key's scopes need a person and there is none any more, or one who may not: such calls answer 403."""
    if not set(key.scopes) - NEED_NOBODY:
        return False
    person = key.acts_for
    if person is None or person.left_at:
        return True
    return Scope.PERSONAL in key.scopes and not holds(person, Permission.UNMASK)


def api_key_by_id(key_id: uuid.UUID) -> ApiKey | None:
    """One key of any workspace: for the installation's operator at the command line."""
    return ApiKey.objects.filter(id=key_id).select_related("workspace").first()


def api_key_by_secret(secret: str) -> ApiKey | None:
    """The live key this secret opens, with its workspace; notes its use at most once a minute."""
    found = prepared.rows(KEY_BY_HASH, {"hash": keyed_hash("api key", secret)})
    if not found:
        return None
    key = prepared.instance(ApiKey, found[0])
    key.workspace = prepared.instance(Workspace, found[0][prepared.width(ApiKey) :])
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return key


def person_of(key: ApiKey) -> Membership | None:
    """In whose name a key acts, with the user; None for nobody's, and when they have left the team."""
    if key.acts_for_id is None:
        return None
    return Membership.objects.select_related("user").filter(id=key.acts_for_id).first()
