"""What the program noticed by itself (proposals of the nightly grouping, early warnings), and what people say to it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.themes.telling import address_of, done
from huixiang.themes import deciding, warning
from huixiang.themes.models import EarlyWarning, Merge, Proposal
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _address(membership: Membership) -> str:
    return reverse("desk:themes_proposals", args=[membership.workspace.slug])


def _proposal(membership: Membership, proposal_id: uuid.UUID) -> Proposal:
    found: Proposal = access.found(deciding.by_id(workspace_id=membership.workspace_id, proposal_id=proposal_id))
    return found


def _warning(membership: Membership, warning_id: uuid.UUID) -> EarlyWarning:
    found: EarlyWarning = access.found(warning.by_id(workspace_id=membership.workspace_id, warning_id=warning_id))
    return found


@access.page(Permission.THEMES)
def proposals(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Themes that may be one matter and parts that may be another, each with what was said. Nothing happens yet."""
    found = deciding.standing(membership.workspace)
    kinds = {kind: [one for one in found if one.proposal.kind == kind] for kind in ("merge", "split")}
    return access.shown(request, membership, "desk/themes/proposals.html", "themes", number=len(found), **kinds)


@access.verb(Permission.THEMES)
def accept(request: HttpRequest, membership: Membership, proposal_id: uuid.UUID) -> HttpResponse:
    """Do what is proposed; the toast takes it back."""
    proposal = _proposal(membership, proposal_id)
    did, slug = deciding.accept(proposal=proposal, actor=access.actor(membership)), membership.workspace.slug
    if isinstance(did, Merge):
        said = _("“%(source)s” is part of “%(target)s” now.") % {"source": did.source.name, "target": did.target.name}
        return done(request, said, _address(membership), undo=reverse("desk:merge_undo", args=[slug, did.id]))
    said = _("“%(name)s” is a theme of its own now.") % {"name": did.target.name}
    return done(request, said, _address(membership), undo=reverse("desk:theme_move_undo", args=[slug, did.id]))


@access.verb(Permission.THEMES)
def refuse(request: HttpRequest, membership: Membership, proposal_id: uuid.UUID) -> HttpResponse:
    """Say no for good, or take the no back."""
    proposal, slug = _proposal(membership, proposal_id), membership.workspace.slug
    if "again" in request.GET:
        deciding.take_back(proposal=proposal, actor=access.actor(membership))
        return done(request, _("It is proposed again."), _address(membership))
    deciding.refuse(proposal=proposal, actor=access.actor(membership))
    undo = reverse("desk:proposal_refuse", args=[slug, proposal.id]) + "?again=1"
    return done(request, _("It will not be proposed again."), _address(membership), undo=undo)


@access.verb(Permission.THEMES)
def acknowledge(request: HttpRequest, membership: Membership, warning_id: uuid.UUID) -> HttpResponse:
    """Say that an early warning was seen, with a note, or take that back."""
    found, slug = _warning(membership, warning_id), membership.workspace.slug
    address = access.back(request, address_of(membership, found.theme_id))
    if "again" in request.GET:
        warning.take_back(warning=found, actor=access.actor(membership))
        return done(request, _("The warning stands again."), address)
    note = request.POST.get("note", "").replace("\x00", "")
    warning.acknowledge(warning=found, by=membership, actor=access.actor(membership), note=note)
    undo = reverse("desk:warning_acknowledge", args=[slug, found.id]) + "?again=1"
    return done(request, _("The warning is acknowledged."), address, undo=undo)
