"""What can be done with one theme: describe it, resolve it."""

import uuid
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.announcements.actions import resolve_and_draft
from huixiang.desk import access
from huixiang.desk.themes.telling import address_of, done, theme_of
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, changing
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

LONGEST: Final = {"name": 80, "tracker_url": 500, "fixed_in": 60}


@access.verb(Permission.THEMES)
def describe(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Write what is known: only the fields that were sent change. The toast takes it back."""
    theme = theme_of(membership, theme_id)
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
    before = changing.latest(theme)
    actions.describe(theme=theme, actor=access.actor(membership), **changed)
    change = changing.latest(theme)
    address = address_of(membership, theme.id)
    undo = f"{address}changes/{change.id}/undo/" if change and change != before else ""
    return done(request, _("Saved."), address, undo=undo)


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


@access.verb(Permission.ANNOUNCE)
def resolve(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Say what it was and how it is fixed; the draft of the announcement opens."""
    theme = theme_of(membership, theme_id)
    draft = resolve_and_draft(
        theme=theme,
        root_cause=request.POST.get("root_cause", ""),
        fix=request.POST.get("fix", ""),
        fixed_in=request.POST.get("fixed_in", "").strip()[:60],
        by=membership,
    )
    address = reverse("desk:announcement", args=[membership.workspace.slug, draft.id])
    return access.done(request, _("The draft is ready. Read it before it is published."), address)
