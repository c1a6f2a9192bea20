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


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """Working hours, the country whose holidays count, or the time zone were changed."""

    name: ClassVar[str] = "workspaces.calendar_changed"
    subject_kind: ClassVar[str] = "workspace"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class OwnDaySet(Event):
    """The workspace works a day, or does not, whatever the calendar says."""

    name: ClassVar[str] = "workspaces.own_day_set"
    subject_kind: ClassVar[str] = "workspace"
    day: str  # 2026-11-23
    off: bool


@dataclass(frozen=True, kw_only=True)
class OwnDayRemoved(Event):
    """Of a day the calendar decides again."""

    name: ClassVar[str] = "workspaces.own_day_removed"
    subject_kind: ClassVar[str] = "workspace"
    day: str


@dataclass(frozen=True, kw_only=True)
class HolidaysAnnounced(Event):
    """The holidays of another year are known; until now it was counted by weekends."""

    name: ClassVar[str] = "workspaces.holidays_announced"
    subject_kind: ClassVar[str] = "workspace"
    year: int


@dataclass(frozen=True, kw_only=True)
class ClearanceRulesChanged(Event):
    """Which courses whose role needs for red cases was changed; no role: everybody answers them again."""

    name: ClassVar[str] = "workspaces.clearance_rules_changed"
    subject_kind: ClassVar[str] = "workspace"
    roles: list[str]
    courses: list[str]
    from_day: str
    valid_months: int | None
