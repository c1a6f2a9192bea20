"""The team: who is in it, who is invited, and what each may do."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.queries import team_load
from huixiang.desk import access
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.workspaces import actions, invitations, queries
from huixiang.workspaces.models import Invitation, Membership
from huixiang.workspaces.roles import Permission, Role, holds

LONGEST_EMAIL = 254
DUTIES = {
    Role.OWNER: gettext_lazy("everything, also who else is owner"),
    Role.ADMINISTRATOR: gettext_lazy("everything but making owners: team, keys, channels, rules, deleting"),
    Role.OPERATOR: gettext_lazy(
        "answers and handles cases, looks after themes and members, announces, imports and exports"
    ),
    Role.SPECIALIST: gettext_lazy("answers members and handles cases"),
    Role.PRODUCT: gettext_lazy("merges, splits and resolves themes, drafts announcements, exports"),
    Role.ANALYST: gettext_lazy("reads, imports and exports"),
    Role.MODERATOR: gettext_lazy("removes what stands on the public board, with a reason"),
    Role.VIEWER: gettext_lazy("reads, with personal data masked"),
}


def _address(membership: Membership) -> str:
    return reverse("desk:settings_team", args=[membership.workspace.slug])


@access.page()
def team(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Everybody with a role, who is invited, and a link just made: shown this once."""
    may_change = holds(membership, Permission.TEAM)
    load = team_load(membership.workspace)
    roster = queries.roster(membership.workspace)
    response = access.shown(
        request, membership, "desk/settings/team.html", "settings", tab="settings_team",
        people=[(one, load.get(one.id, 0)) for one in roster],
        owners=[] if may_change else [one for one in roster if one.role == Role.OWNER],
        invited=queries.open_invitations(membership.workspace) if may_change else [],
        roles=[(role.value, role.label) for role in Role if role != Role.OWNER or holds(membership, Permission.OWN)],
        duties=[(role.label, DUTIES[role]) for role in Role],
        link=_shown_link(request, membership),
        mails=bool(settings.EMAIL_HOST),
    )  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


@access.verb(Permission.TEAM)
def invite(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Offer a place by mail, or by a link to hand over where no mail goes out."""
    made = invitations.invite(
        workspace=membership.workspace, email=_email(request), role=request.POST.get("role", ""), by=membership,
        job_title=request.POST.get("job_title", "").strip()[:60],
    )  # fmt: skip
    return _on_its_way(request, membership, made)


def _email(request: HttpRequest) -> str:
    email = request.POST.get("email", "").strip()
    try:
        validate_email(email)
        MaxLengthValidator(LONGEST_EMAIL)(email)
    except ValidationError:
        raise Refused(_("“%(text)s” is not an e-mail address.") % {"text": email[:60]}) from None
    return email


def _on_its_way(request: HttpRequest, membership: Membership, made: Invitation) -> HttpResponse:
    if not settings.EMAIL_HOST:
        return _show_link(request, membership, made)
    invitations.mail(invitation=made)
    said = _("The invitation to %(email)s is on its way.") % {"email": made.email}
    return access.done(request, said, _address(membership))


def _show_link(request: HttpRequest, membership: Membership, made: Invitation) -> HttpResponse:
    """The link waits encrypted in the session until the page shows it."""
    told = f"{made.email}\n{invitations.new_link(invitation=made)}"
    request.session[f"invitation:{membership.workspace_id}"] = encrypt(told)
    return access.done(request, "", _address(membership))


def _shown_link(request: HttpRequest, membership: Membership) -> dict[str, str]:
    kept = request.session.pop(f"invitation:{membership.workspace_id}", "")
    try:
        email, _newline, address = decrypt(kept).partition("\n")
    except ValueError:  # the installation's secret was changed in between
        return {}
    return {"email": email, "address": address} if address else {}


@access.verb(Permission.TEAM)
def invite_again(request: HttpRequest, membership: Membership, invitation_id: uuid.UUID) -> HttpResponse:
    """A new link, sent the same way; the earlier one is dead."""
    found = _invitation(membership, invitation_id)
    invitations.again(invitation=found, by=membership)
    return _on_its_way(request, membership, found)


@access.verb(Permission.TEAM)
def link(request: HttpRequest, membership: Membership, invitation_id: uuid.UUID) -> HttpResponse:
    """A new link to hand over in person; the earlier one is dead."""
    found = _invitation(membership, invitation_id)
    invitations.again(invitation=found, by=membership)
    return _show_link(request, membership, found)


@access.verb(Permission.TEAM)
def revoke(request: HttpRequest, membership: Membership, invitation_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    found = _invitation(membership, invitation_id)
    invitations.revoke(invitation=found, by=membership)
    said = _("The invitation to %(email)s is taken back.") % {"email": found.email}
    return access.done(request, said, _address(membership))


def _invitation(membership: Membership, invitation_id: uuid.UUID) -> Invitation:
    found: Invitation = access.found(
        queries.invitation_by_id(workspace_id=membership.workspace_id, invitation_id=invitation_id)
    )
    return found


@access.verb(Permission.TEAM)
def role(request: HttpRequest, membership: Membership, membership_id: uuid.UUID) -> HttpResponse:
    """Give somebody another role."""
    other, wanted = _other(membership, membership_id), request.POST.get("role", "")
    actions.change_role(membership=other, role=wanted, by=membership)
    said = _("%(name)s is now: %(role)s.") % {"name": other, "role": Role(wanted).label}
    return access.done(request, said, _address(membership))


@access.verb(Permission.TEAM)
def remove(request: HttpRequest, membership: Membership, membership_id: uuid.UUID) -> HttpResponse:
    """Take somebody out of the team; whoever takes themselves out goes to the front door."""
    other = _other(membership, membership_id)
    actions.leave_team(membership=other, by=membership)
    said = _("%(name)s is no longer in the team.") % {"name": other}
    return access.done(request, said, reverse("home") if other.id == membership.id else _address(membership))


def _other(membership: Membership, membership_id: uuid.UUID) -> Membership:
    found: Any = access.found(
        queries.member_of_team(workspace_id=membership.workspace_id, membership_id=membership_id)
    )
    return found  # type: ignore[no-any-return]
