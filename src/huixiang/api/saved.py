"""Saved views: filters of the inbox under a name, of the person the key acts for, or of the team."""

import uuid
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.cases import CasePage, item
from huixiang.cases import filters as inbox_filters
from huixiang.cases import inbox, saved_views
from huixiang.cases.models import SavedView
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

router = Router(tags=["Cases"])
VIEW = "/views/{uuid:view_id}"
LEFT_OPEN = {"view", "sort"}  # the inbox's own are not kept: nothing is lost
Chosen = Annotated[
    dict[filters.Word, list[filters.Word]],
    Field(
        description="As the inbox's address names them: view, grade, state, stage, tier, owner, theme, channel, tag "
        "(ids), unread, overdue, failed, since, until, q, sort.",
        examples=[{"view": ["unfinished"], "grade": ["red", "orange"]}],
    ),
]
ViewName = Annotated[shapes.Line, Field(max_length=saved_views.LONGEST_NAME)]


class NewView(shapes.Body):
    """Which filters, under which name, for oneself or for the team."""

    name: ViewName
    filters: Chosen
    shared: bool = False


class ViewChange(shapes.Body):
    """Only what is sent changes."""

    name: ViewName | None = None
    filters: Chosen | None = None
    shared: bool | None = None


class Place(shapes.Body):
    """One place up or down."""

    to: Literal["up", "down"]


class ViewItem(Schema):
    """A saved view."""

    id: uuid.UUID
    name: str
    filters: dict[str, list[str]] = Field(examples=[{"view": ["unfinished"], "grade": ["red", "orange"]}])
    shared: bool
    changeable: bool


class ViewList(Schema):
    """What the team shares, in its order, then one's own."""

    views: list[ViewItem]


def _item(row: SavedView, by: Membership) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in ("id", "name", "filters", "shared")}
    return known | {"changeable": saved_views.may_change(row, by)}


def _filters(chosen: dict[str, list[str]]) -> inbox_filters.Filters:
    """The filters as the inbox reads them. 422 for a name or value it would leave open."""
    found = inbox_filters.filters_of(chosen)
    lost = sorted(set(chosen) - set(inbox_filters.named(found)) - LEFT_OPEN)
    if lost:
        raise HttpError(422, _("filters: the inbox makes nothing of “%(name)s”.") % {"name": lost[0][:60]})
    return found


def _own(by: Membership, view_id: uuid.UUID, *, deleted: bool = False) -> SavedView:
    """A view this person may change."""
    found: SavedView = keys.found(saved_views.view_by_id(viewer=by, view_id=view_id, deleted=deleted))
    return found


@router.get("/views", auth=keys.cases, response=shapes.answers(ViewList), summary="List saved views")
def listing(request: keys.KeyedRequest) -> Any:
    """The views the person the key acts for sees in the inbox."""
    by = keys.acting(request, Permission.READ)
    return {"views": [_item(row, by) for row in saved_views.visible(by)]}


@router.post("/views", auth=keys.cases, response=shapes.changes(ViewItem), summary="Save a view")
def save(request: keys.KeyedRequest, wanted: NewView) -> Any:
    """Keep filters of the inbox under a name; sharing takes a role that keeps the team's views."""
    by = keys.acting(request, Permission.READ)
    kept = saved_views.save_view(by=by, name=wanted.name, filters=_filters(wanted.filters), shared=wanted.shared)
    return _item(kept, by)


@router.patch(VIEW, auth=keys.cases, response=shapes.changes(ViewItem), summary="Change a view")
def change(request: keys.KeyedRequest, view_id: uuid.UUID, wanted: ViewChange) -> Any:
    """Rename it, share it, or let it show something else."""
    by = keys.acting(request, Permission.READ)
    row = _own(by, view_id)
    if wanted.name is not None or wanted.shared is not None:
        shared = row.shared if wanted.shared is None else wanted.shared
        saved_views.change_view(view=row, by=by, name=wanted.name or row.name, shared=shared)
    if wanted.filters is not None:
        saved_views.refit_view(view=row, by=by, filters=_filters(wanted.filters))
    return _item(row, by)


@router.post(VIEW + "/move", auth=keys.cases, response=shapes.changes(ViewList), summary="Move a view")
def move(request: keys.KeyedRequest, view_id: uuid.UUID, place: Place) -> Any:
    """Put it before the one above, or behind the one below."""
    by = keys.acting(request, Permission.READ)
    saved_views.move_view(view=_own(by, view_id), by=by, step=-1 if place.to == "up" else 1)
    return {"views": [_item(row, by) for row in saved_views.visible(by)]}


@router.post(VIEW + "/delete", auth=keys.cases, response=shapes.changes(shapes.Done), summary="Delete a view")
def delete(request: keys.KeyedRequest, view_id: uuid.UUID) -> Any:
    """Take a view away; for a month it can be brought back."""
    by = keys.acting(request, Permission.READ)
    saved_views.delete_view(view=_own(by, view_id), by=by)
    return {"done": True}


@router.post(VIEW + "/restore", auth=keys.cases, response=shapes.changes(ViewItem), summary="Bring a view back")
def restore(request: keys.KeyedRequest, view_id: uuid.UUID) -> Any:
    """Bring a deleted view back."""
    by = keys.acting(request, Permission.READ)
    row = _own(by, view_id, deleted=True)
    saved_views.restore_view(view=row, by=by)
    return _item(row, by)


@router.get(VIEW + "/cases", auth=keys.cases, response=shapes.answers(CasePage), summary="Cases of a view")
def cases(request: keys.KeyedRequest, view_id: uuid.UUID, asked: Query[filters.Paged]) -> Any:
    """What the view shows, by what was said last."""
    by = keys.acting(request, Permission.READ)
    row = keys.found(next((one for one in saved_views.visible(by) if one.id == view_id), None))
    with timezone.override(ZoneInfo(request.auth.workspace.time_zone)):
        rows = inbox.narrowed(by, inbox_filters.filters_of(row.filters)).prefetch_related("tags")
        rows = rows.select_related("member", "account", "owner__user", "theme").defer("theme__centre")
        page = filters.page(rows, asked, "last_at")
    return {"cases": [item(one) for one in page.rows], "next_cursor": page.next_cursor}
