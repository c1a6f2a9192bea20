"""Saved views: filters of the inbox under a name, a person's own or the team's. Every verb writes its journal event."""

import datetime
import uuid

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import events
from huixiang.cases.filters import Filters, named
from huixiang.cases.models import SavedView
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

LONGEST_NAME = 40
MOST_VIEWS = 30  # of one person: each is counted with every page of the inbox
MOST_SHARED = 30  # of one team: these are counted with everybody's
KEPT = datetime.timedelta(days=30)  # a deleted view can be taken back, then it goes


def visible(viewer: Membership) -> list[SavedView]:
    """The views this person sees: what the team shares, in the team's order, then their own."""
    found = SavedView.objects.filter(workspace_id=viewer.workspace_id, deleted_at=None)
    return list(found.filter(Q(owner=viewer) | Q(shared=True)).order_by("-shared", "position", "id"))


def view_by_id(*, viewer: Membership, view_id: uuid.UUID, deleted: bool = False) -> SavedView | None:
    """One view this person may change: their own, or a shared one for who keeps the team's views."""
    found = SavedView.objects.filter(workspace_id=viewer.workspace_id, id=view_id, deleted_at__isnull=not deleted)
    view = found.first()
    return view if view and may_change(view, viewer) else None


def may_change(view: SavedView, viewer: Membership) -> bool:
    """Whether this person may rename, share or delete the view."""
    return view.owner_id == viewer.id or (view.shared and holds(viewer, Permission.TAGS))


def _checked(name: str) -> str:
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not name:
        raise Refused(_("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("A view's name has at most %(most)d characters.") % {"most": LONGEST_NAME})
    return name


def _may_share(by: Membership, *, shared: bool) -> bool:
    if shared and not holds(by, Permission.TAGS):
        raise Refused(_("Your role keeps views of its own; it cannot share them with the team."))
    return shared


def _room(workspace_id: uuid.UUID) -> None:
    """Refuse to share one more than everybody's inbox can count."""
    if SavedView.objects.filter(workspace_id=workspace_id, shared=True, deleted_at=None).count() >= MOST_SHARED:
        raise Refused(_("The team shares %(most)d views already. Delete one first.") % {"most": MOST_SHARED})


@transaction.atomic
def save_view(*, by: Membership, name: str, filters: Filters, shared: bool) -> SavedView:
    """Keep filters under a name, after the others. Journal: cases.view_saved."""
    own = SavedView.objects.filter(owner=by, deleted_at=None)
    if own.count() >= MOST_VIEWS:
        raise Refused(_("You have %(most)d views already. Delete one first.") % {"most": MOST_VIEWS})
    if _may_share(by, shared=shared):
        _room(by.workspace_id)
    last = SavedView.objects.filter(workspace_id=by.workspace_id).aggregate(last=Max("position"))["last"] or 0
    view = SavedView.objects.create(
        workspace_id=by.workspace_id, owner=by, name=_checked(name), filters=named(filters),
        shared=shared, position=last + 1,
    )  # fmt: skip
    record(events.ViewSaved(subject=view.id, shared=shared), workspace_id=by.workspace_id, actor=_actor(by))
    return view


@transaction.atomic
def change_view(*, view: SavedView, by: Membership, name: str, shared: bool) -> None:
    """Rename a view, share it or take it back from the team. Journal: cases.view_saved."""
    view.name = _checked(name)
    if shared and not view.shared and _may_share(by, shared=shared):
        _room(view.workspace_id)
    view.shared = shared
    view.save(update_fields=["name", "shared"])
    record(events.ViewSaved(subject=view.id, shared=shared), workspace_id=view.workspace_id, actor=_actor(by))


@transaction.atomic
def refit_view(*, view: SavedView, by: Membership, filters: Filters) -> None:
    """Let a view show what is chosen now. Journal: cases.view_saved."""
    view.filters = named(filters)
    view.save(update_fields=["filters"])
    record(events.ViewSaved(subject=view.id, shared=view.shared), workspace_id=view.workspace_id, actor=_actor(by))


@transaction.atomic
def move_view(*, view: SavedView, by: Membership, step: int) -> None:
    """Put a view before the one above it (-1) or behind the one below it (1): among one's own, or the team's.

    Raises Refused for a shared view and somebody who may not share: its order is everybody's.
    """
    _may_share(by, shared=view.shared)
    row = [one for one in visible(by) if one.shared == view.shared]
    at = next((place for place, one in enumerate(row) if one.id == view.id), None)
    to = None if at is None else at + step
    if at is None or to is None or not 0 <= to < len(row):
        return
    row.insert(to, row.pop(at))
    for position, one in enumerate(row, start=1):
        one.position = position
    SavedView.objects.bulk_update(row, ["position"])


@transaction.atomic
def delete_view(*, view: SavedView, by: Membership) -> None:
    """Take a view away; for a month it can be brought back. Journal: cases.view_deleted."""
    SavedView.objects.filter(workspace_id=view.workspace_id, deleted_at__lt=timezone.now() - KEPT).delete()
    view.deleted_at = timezone.now()
    view.save(update_fields=["deleted_at"])
    record(events.ViewDeleted(subject=view.id), workspace_id=view.workspace_id, actor=_actor(by))


@transaction.atomic
def restore_view(*, view: SavedView, by: Membership) -> None:
    """Bring a deleted view back. Journal: cases.view_saved. Raises Refused when the team shares too many meanwhile."""
    if view.shared:
        _room(view.workspace_id)
    view.deleted_at = None
    view.save(update_fields=["deleted_at"])
    record(events.ViewSaved(subject=view.id, shared=view.shared), workspace_id=view.workspace_id, actor=_actor(by))


def _actor(by: Membership) -> Actor:
    return Actor("staff", by.id)
