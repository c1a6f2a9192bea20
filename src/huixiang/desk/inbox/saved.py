"""What can be done with saved views."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huixiang.cases import saved_views
from huixiang.cases.filters import Filters
from huixiang.cases.models import SavedView
from huixiang.desk import access
from huixiang.desk.inbox import listing
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _view(membership: Membership, view_id: uuid.UUID, *, deleted: bool = False) -> SavedView:
    found: SavedView = access.found(saved_views.view_by_id(viewer=membership, view_id=view_id, deleted=deleted))
    return found


def _address(membership: Membership, view: SavedView) -> str:
    return listing.address(membership.workspace.slug, listing.filters_of_view(view), saved=view.id)


@access.verb(Permission.READ)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep what is chosen now as a view; the filters stand in the address the form was sent to."""
    view = saved_views.save_view(
        by=membership, name=request.POST.get("name", ""), filters=listing.filters_of(request.GET),
        shared=request.POST.get("shared") == "1",
    )  # fmt: skip
    return access.done(request, _("The view is saved."), _address(membership, view))


@access.verb(Permission.READ)
def change(request: HttpRequest, membership: Membership, view_id: uuid.UUID) -> HttpResponse:
    """Rename it, share it or take it back from the team."""
    view = _view(membership, view_id)
    shared = request.POST.get("shared") == "1"
    saved_views.change_view(view=view, by=membership, name=request.POST.get("name", ""), shared=shared)
    return access.done(request, _("The view is changed."), _address(membership, view))


@access.verb(Permission.READ)
def refit(request: HttpRequest, membership: Membership, view_id: uuid.UUID) -> HttpResponse:
    """Let it show what is chosen now."""
    view = _view(membership, view_id)
    saved_views.refit_view(view=view, by=membership, filters=listing.filters_of(request.GET))
    return access.done(request, _("The view shows this now."), _address(membership, view))


@access.verb(Permission.READ)
def move(request: HttpRequest, membership: Membership, view_id: uuid.UUID) -> HttpResponse:
    """One place up or down."""
    view = _view(membership, view_id)
    saved_views.move_view(view=view, by=membership, step=-1 if request.POST.get("to") == "up" else 1)
    return access.done(request, "", _address(membership, view))


@access.verb(Permission.READ)
def delete(request: HttpRequest, membership: Membership, view_id: uuid.UUID) -> HttpResponse:
    """Take it away; the inbox offers to bring it back."""
    view = _view(membership, view_id)
    saved_views.delete_view(view=view, by=membership)
    return access.done(request, "", listing.address(membership.workspace.slug, Filters(), deleted=view.id))


@access.verb(Permission.READ)
def restore(request: HttpRequest, membership: Membership, view_id: uuid.UUID) -> HttpResponse:
    """Bring it back."""
    view = _view(membership, view_id, deleted=True)
    saved_views.restore_view(view=view, by=membership)
    return access.done(request, _("The view is back."), _address(membership, view))
