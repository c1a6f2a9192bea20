"""Opening workspaces, giving roles, making and revoking API keys."""

import secrets
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.crypto import keyed_hash
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces import events
from huixiang.workspaces.models import ApiKey, Membership, Scope, User, Workspace
from huixiang.workspaces.roles import Permission, Role, holds

KEY_PREFIX = "hx_"
SHOWN_SIGNS = 8
CHANGEABLE = (
    "name", "community_name", "noise_kept_days", "second_factor_required",
)  # fmt: skip


@transaction.atomic
def create_workspace(*, slug: str, name: str, community_name: str = "") -> Workspace:
    """Open a brand's space. Journal: workspaces.workspace_created, whose subscribers furnish it."""
    workspace = Workspace.objects.create(slug=slug, name=name, community_name=community_name)
    record(events.WorkspaceCreated(subject=workspace.id), workspace_id=workspace.id)
    return workspace


@transaction.atomic
def change_workspace(*, workspace: Workspace, actor: Actor, **changed: object) -> list[str]:
    """Change any of CHANGEABLE; returns what changed. Journal: workspaces.workspace_changed with the fields' names."""
    changed = {name: one_line(value) if isinstance(value, str) else value for name, value in changed.items()}
    fields = [name for name in CHANGEABLE if name in changed and getattr(workspace, name) != changed[name]]
    for name in fields:
        setattr(workspace, name, changed[name])
    if fields:
        workspace.save(update_fields=fields)
        event = events.WorkspaceChanged(subject=workspace.id, fields=fields)
        record(event, workspace_id=workspace.id, actor=actor)
    return fields


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: Membership) -> None:
    """Give somebody of the team another role. Journal: workspaces.joined_team.

    Only an owner makes or unmakes owners, and the last one stays.
    """
    check_gives(by, role)
    if role != Role.OWNER:
        _check_can_go(membership, by)
    join_team(
        workspace=membership.workspace, user=membership.user, role=role, job_title=membership.job_title,
        actor=Actor("staff", by.id),
    )  # fmt: skip


def check_gives(by: Membership, role: str) -> None:
    """Raise Refused when there is no such role, or `by` may not give it."""
    if role not in Role.values:
        raise Refused(_("Choose a role."))
    if role == Role.OWNER and not holds(by, Permission.OWN):
        raise Refused(_("Only an owner makes owners."))


def _check_can_go(membership: Membership, by: Membership) -> None:
    """The owners' rows are locked: of two owners who leave at once, the second reads that they are the last."""
    owners = Membership.objects.select_for_update().filter(workspace_id=membership.workspace_id, role=Role.OWNER)
    ids = [owner.id for owner in owners.order_by("id")]
    if membership.id not in ids:
        return
    if by.id != membership.id and not holds(by, Permission.OWN):
        raise Refused(_("Only an owner takes this from an owner."))
    if ids == [membership.id]:
        raise Refused(_("Somebody must stay owner: make another one first."))


@transaction.atomic
def join_team(
    *, workspace: Workspace, user: User, role: str, job_title: str = "", actor: Actor = SYSTEM
) -> Membership:
    """Give a user a role, or change it; whoever left comes back. Journal: workspaces.joined_team."""
    membership, _created = Membership.everybody.update_or_create(
        workspace=workspace, user=user, defaults={"role": role, "job_title": job_title, "left_at": None}
    )
    record(events.MemberJoinedTeam(subject=membership.id, role=role), workspace_id=workspace.id, actor=actor)
    return membership


@transaction.atomic
def leave_team(*, membership: Membership, by: Membership) -> None:
    """Take somebody out of the team, or let them go; the last owner stays.

    Their pages answer 404 at once; their unfinished cases lose their owner by a job.
    Journal: workspaces.left_team.
    """
    _check_can_go(membership, by)
    gone = Membership.objects.filter(id=membership.id).update(left_at=timezone.now())
    if gone:
        event = events.MemberLeftTeam(subject=membership.id)
        record(event, workspace_id=membership.workspace_id, actor=Actor("staff", by.id))


@transaction.atomic
def create_api_key(
    *,
    workspace: Workspace,
    scopes: Sequence[str],
    name: str = "",
    acts_for: Membership | None = None,
    actor: Actor = SYSTEM,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is shown this once. Journal: api_key_created.

    What it changes it changes in the name of `acts_for`, with that person's role; without one it changes nothing.
    Raises Refused for personal data in the name of nobody, or of somebody who sees it masked.
    """
    if Scope.PERSONAL in scopes and not holds(acts_for, Permission.UNMASK):
        raise Refused(_("A key shows personal data only in the name of somebody who may see it."))
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        workspace=workspace,
        name=name,
        shown_prefix=secret[:SHOWN_SIGNS],
        key_hash=keyed_hash("api key", secret),
        scopes=list(scopes),
        acts_for=acts_for,
    )
    record(events.ApiKeyCreated(subject=key.id, scopes=list(scopes)), workspace_id=workspace.id, actor=actor)
    return key, secret


@transaction.atomic
def revoke_api_key(*, workspace: Workspace, key_id: uuid.UUID, actor: Actor) -> bool:
    """End a key at once; False when there is none to end. Journal: api_key_revoked."""
    ended = ApiKey.objects.filter(workspace=workspace, id=key_id, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if ended:
        record(events.ApiKeyRevoked(subject=key_id), workspace_id=workspace.id, actor=actor)
    return bool(ended)


def next_case_numbers(*, workspace_id: uuid.UUID, count: int) -> list[int]:
    """Take `count` case numbers in a row; the row's lock keeps two takers apart."""
    return _take(workspace_id, "case_number", count)


def next_announcement_number(*, workspace_id: uuid.UUID) -> int:
    """The number under which an announcement is published."""
    return _take(workspace_id, "announcement_number", 1)[0]


def _take(workspace_id: uuid.UUID, counter: str, count: int) -> list[int]:
    Workspace.objects.filter(id=workspace_id).update(**{counter: F(counter) + count})
    last: int = Workspace.objects.values_list(counter, flat=True).get(id=workspace_id)
    return list(range(last - count + 1, last + 1))
