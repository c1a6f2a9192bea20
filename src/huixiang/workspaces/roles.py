"""Roles and what they may do. A permission is asked as a predicate: `holds(membership, Permission.REPLY)`."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from huixiang.workspaces.models import Membership


class Role(models.TextChoices):
    """What somebody is in a workspace, the mightiest first."""

    OWNER = "owner", _("Workspace owner")
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    SPECIALIST = "specialist", _("Service specialist")
    PRODUCT = "product", _("Product manager")
    ANALYST = "analyst", _("Analyst")
    MODERATOR = "moderator", _("Moderator")
    VIEWER = "viewer", _("Viewer")


class Permission(StrEnum):
    """Something a membership may or may not do."""

    READ = "read"  # every page of the desk, personal data masked; views and drafts of one's own
    REPLY = "reply"  # answer members, note calls and interviews
    HANDLE = "handle"  # cases: assign, hand over, tag, close, re-grade, correct what the machine read
    TAGS = "tags"  # the list of tags and shared views: make, rename, remove
    THEMES = "themes"  # rename, merge, split, move, root cause, resolve; undo the same
    ANNOUNCE = "announce"  # draft and edit announcements
    PUBLISH = "publish"  # publish an announcement, ask for consent: what reaches people
    MEMBERS = "members"  # people: edit, join and part identities, erase
    MODERATE = "moderate"  # remove what stands on the public board
    IMPORT = "import"  # bring files in, see how far they are and what was refused
    EXPORT = "export"
    UNMASK = "unmask"  # see phone numbers and the like; the journal keeps who looked
    DELETE = "delete"  # remove a feedback's words for good
    CONFIGURE = "configure"  # workspace, channels, grading rules, standards
    INTEGRATE = "integrate"  # API keys, webhooks in and out
    TEAM = "team"  # invite, change roles, remove
    OWN = "own"  # make and unmake owners


_READER = frozenset({Permission.READ})
_HANDLER = _READER | {Permission.REPLY, Permission.HANDLE, Permission.UNMASK}
GRANTS: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMINISTRATOR: frozenset(Permission) - {Permission.OWN},
    Role.OPERATOR: _HANDLER
    | {
        Permission.TAGS, Permission.THEMES, Permission.ANNOUNCE, Permission.PUBLISH, Permission.MEMBERS,
        Permission.MODERATE, Permission.IMPORT, Permission.EXPORT,
    },
    Role.SPECIALIST: _HANDLER,
    Role.PRODUCT: _READER | {Permission.TAGS, Permission.THEMES, Permission.ANNOUNCE, Permission.EXPORT},
    Role.ANALYST: _READER | {Permission.IMPORT, Permission.EXPORT},
    Role.MODERATOR: _READER | {Permission.MODERATE},
    Role.VIEWER: _READER,
}  # fmt: skip

FIRST_ASKED = (Role.OPERATOR, Role.SPECIALIST)  # whose work the answering is; others only when there are none


def holds(membership: "Membership | None", permission: Permission) -> bool:
    """Whether this membership grants the permission; nobody without one holds any."""
    return membership is not None and permission in GRANTS.get(membership.role, frozenset())
