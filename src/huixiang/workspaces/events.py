"""What happens in a workspace itself."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from huixiang.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class WorkspaceCreated(Event):
    """A brand's space was opened."""

    name: ClassVar[str] = "workspaces.workspace_created"
    subject_kind: ClassVar[str] = "workspace"


@dataclass(frozen=True, kw_only=True)
class WorkspaceChanged(Event):
    """Settings of the space were changed."""

    name: ClassVar[str] = "workspaces.workspace_changed"
    subject_kind: ClassVar[str] = "workspace"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class MemberJoinedTeam(Event):
    """A user was given a role."""

    name: ClassVar[str] = "workspaces.joined_team"
    subject_kind: ClassVar[str] = "membership"
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberLeftTeam(Event):
    """Somebody was taken out of the team, or went."""

    name: ClassVar[str] = "workspaces.left_team"
    subject_kind: ClassVar[str] = "membership"


@dataclass(frozen=True, kw_only=True)
class Invited(Event):
    """A place in the team was offered to an address."""

    name: ClassVar[str] = "workspaces.invited"
    subject_kind: ClassVar[str] = "invitation"
    role: str


@dataclass(frozen=True, kw_only=True)
class InvitedAgain(Event):
    """An invitation got a new link; the earlier one is dead."""

    name: ClassVar[str] = "workspaces.invited_again"
    subject_kind: ClassVar[str] = "invitation"


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    """An invitation was taken back."""

    name: ClassVar[str] = "workspaces.invitation_revoked"
    subject_kind: ClassVar[str] = "invitation"


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    """Somebody took their place in the team."""

    name: ClassVar[str] = "workspaces.invitation_accepted"
    subject_kind: ClassVar[str] = "invitation"
    membership_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event):
    """A program may come in."""

    name: ClassVar[str] = "workspaces.api_key_created"
    subject_kind: ClassVar[str] = "api_key"
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    """A program may no longer come in."""

    name: ClassVar[str] = "workspaces.api_key_revoked"
    subject_kind: ClassVar[str] = "api_key"


@dataclass(frozen=True, kw_only=True)
class PersonalDataShown(Event):
    """Somebody looked behind the mask."""

    name: ClassVar[str] = "workspaces.personal_data_shown"
    subject_kind: ClassVar[str] = "message"
    case_id: uuid.UUID | None = None
