"""Roles and what they may do. A permission is asked as a predicate: `holds(membership, Permission.REPLY)`."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from huixiang.workspaces.models import Membership


class Role(models.TextChoices):
    """What somebody is in a workspace."""

    OWNER = "owner", _("Workspace owner")
    OPERATOR = "operator", _("Operator")
    ANALYST = "analyst", _("Analyst")


class Permission(StrEnum):
    """Something a membership may or may not do."""

    READ = "read"
    REPLY = "reply"
    HANDLE = "handle"  # assign, close, re-grade, correct, merge themes, resolve
    ANNOUNCE = "announce"
    IMPORT = "import"
    EXPORT = "export"
    UNMASK = "unmask"
    DELETE = "delete"
    CONFIGURE = "configure"  # team, API keys, channels, grading rules


_STAFF = frozenset({Permission.READ, Permission.EXPORT})
GRANTS: dict[str, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.OPERATOR: _STAFF
    | {Permission.REPLY, Permission.HANDLE, Permission.ANNOUNCE, Permission.IMPORT, Permission.UNMASK},
    Role.ANALYST: _STAFF,
}


def holds(membership: "Membership | None", permission: Permission) -> bool:
    """Whether this membership grants the permission; nobody without one holds any."""
    return membership is not None and permission in GRANTS.get(membership.role, frozenset())
