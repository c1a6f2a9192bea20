"""What can be done with a theme."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.announcements.actions import resolve_and_draft
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, queries
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

LONGEST = {"name": 80, "tracker_url": 500}


def _theme(membership: Membership, theme_id: uuid.UUID) -> Theme:
    found: Theme = access.found(queries.theme_by_id(workspace_id=membership.workspace_id, theme_id=theme_id))
    return found


def _address(membership: Membership, theme_id: uuid.UUID) -> str:
    return reverse("desk:theme", args=[membership.workspace.slug, theme_id])


@access.verb(Permission.HANDLE)
def describe(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Write what is known: only the fields that were sent change."""
    theme = _theme(membership, theme_id)
    changed: dict[str, object] = {
        field: request.POST[field].strip()[: LONGEST.get(field, 5_000)]
        for field in ("name", "summary", "root_cause", "workaround", "tracker_url")
        if field in request.POST
    }
    if changed.get("name") == "":
        raise Refused(_("A theme needs a name."))
    if changed.get("tracker_url"):
        _check_url(str(changed["tracker_url"]))
    if "owner" in request.POST:
        changed["owner_id"] = _owner_id(membership, request.POST["owner"])
    if "public_shown" in request.POST:  # an unchecked switch is not sent: its form says that it was there
        changed["public"] = "public" in request.POST
    actions.describe(theme=theme, actor=access.actor(membership), **changed)
    return access.done(request, _("Saved."), _address(membership, theme.id))


def _check_url(address: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise Refused(_("The address of the tracker must begin with http:// or https://.")) from error


def _owner_id(membership: Membership, wanted: str) -> uuid.UUID | None:
    if not wanted:
        return None
    try:
        owner_id = uuid.UUID(wanted)
    except ValueError:
        owner_id = uuid.UUID(int=0)
    owner: Membership = access.found(member_of_team(workspace_id=membership.workspace_id, membership_id=owner_id))
    return owner.id


@access.verb(Permission.HANDLE)
def move(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Confirm it, say that it is being fixed, or decline it with a reason."""
    theme, status = _theme(membership, theme_id), request.POST.get("to", "")
    if status not in (ThemeStatus.CONFIRMED, ThemeStatus.FIXING, ThemeStatus.DECLINED):
        raise Refused(_("Choose where it goes."))
    actions.move(theme=theme, to=status, actor=access.actor(membership), words=request.POST.get("reason", ""))
    said = _("The theme is now: %(status)s.") % {"status": ThemeStatus(status).label}
    return access.done(request, said, _address(membership, theme.id))


@access.verb(Permission.HANDLE)
def merge(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Take another theme into this one; its feedback and cases come along."""
    target = _theme(membership, theme_id)
    try:
        source_id = uuid.UUID(request.POST.get("source", ""))
    except ValueError:
        raise Refused(_("Choose the theme to merge.")) from None
    source = _theme(membership, source_id)
    actions.merge(source=source, target=target, actor=access.actor(membership))
    said = _("“%(source)s” is part of this theme now. It can be undone below.") % {"source": source.name}
    return access.done(request, said, _address(membership, target.id))


@access.verb(Permission.HANDLE)
def undo_merge(request: HttpRequest, membership: Membership, merge_id: uuid.UUID) -> HttpResponse:
    """Part two themes again."""
    access.found(queries.merge_by_id(workspace_id=membership.workspace_id, merge_id=merge_id))
    done = actions.undo_merge(merge_id=merge_id, workspace_id=membership.workspace_id, actor=access.actor(membership))
    return access.done(request, _("The themes are parted again."), _address(membership, done.source_id))


@access.verb(Permission.ANNOUNCE)
def resolve(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Say what it was and how it is fixed; the draft of the announcement opens."""
    theme = _theme(membership, theme_id)
    draft = resolve_and_draft(
        theme=theme,
        root_cause=request.POST.get("root_cause", ""),
        fix=request.POST.get("fix", ""),
        fixed_in=request.POST.get("fixed_in", "").strip()[:60],
        by=membership,
    )
    address = reverse("desk:announcement", args=[membership.workspace.slug, draft.id])
    return access.done(request, _("The draft is ready. Read it before it is published."), address)
