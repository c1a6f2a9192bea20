"""Finding members."""

import uuid

from django.db.models import Q

from huixiang.members.models import Identity, Joining, Member, MemberNote
from huixiang.workspaces.models import User, Workspace


def member_by_id(*, workspace_id: uuid.UUID, member_id: uuid.UUID) -> Member | None:
    """One member of the workspace."""
    return Member.objects.filter(workspace_id=workspace_id, id=member_id).first()


def member_of_user(*, workspace: Workspace, user: User) -> Member | None:
    """The member a user already is in this community."""
    member = Member.objects.filter(workspace=workspace, user=user).select_related("joined_into").first()
    return member.joined_into or member if member else None  # a second login of somebody whose records were joined


def identities_of(member: Member) -> list[Identity]:
    """The names a member goes by, with their accounts."""
    found = Identity.objects.filter(workspace_id=member.workspace_id, member=member)
    return list(found.select_related("account").order_by("id"))


def identity_by_id(*, workspace_id: uuid.UUID, identity_id: uuid.UUID) -> Identity | None:
    """One name on a channel, with whose it is."""
    found = Identity.objects.filter(workspace_id=workspace_id, id=identity_id)
    return found.select_related("member", "account").first()


def notes_of(member: Member, limit: int = 50) -> list[MemberNote]:
    """What staff noted, the latest first."""
    return list(member.notes.select_related("by__user").order_by("-at")[:limit])


def joining_by_id(*, workspace_id: uuid.UUID, joining_id: uuid.UUID) -> Joining | None:
    """One joining or parting."""
    return Joining.objects.filter(workspace_id=workspace_id, id=joining_id).first()


def joinings_of(member: Member, limit: int = 20) -> list[Joining]:
    """What was joined with a member or parted from it and stands, the latest first."""
    found = Joining.objects.filter(
        Q(source=member) | Q(target=member), workspace_id=member.workspace_id, undone_at=None
    )
    return list(found.select_related("source", "target", "by__user").order_by("-at")[:limit])


def names(*, workspace_id: uuid.UUID, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of these members."""
    found = Member.objects.filter(workspace_id=workspace_id, id__in=ids)
    return dict(found.values_list("id", "name"))
