"""Finding members."""

import uuid

from huixiang.members.models import Member
from huixiang.workspaces.models import User, Workspace


def member_by_id(*, workspace_id: uuid.UUID, member_id: uuid.UUID) -> Member | None:
    """One member of the workspace."""
    return Member.objects.filter(workspace_id=workspace_id, id=member_id).first()


def member_of_user(*, workspace: Workspace, user: User) -> Member | None:
    """The member a user already is in this community."""
    return Member.objects.filter(workspace=workspace, user=user).first()


def names(*, workspace_id: uuid.UUID, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of these members."""
    found = Member.objects.filter(workspace_id=workspace_id, id__in=ids)
    return dict(found.values_list("id", "name"))
