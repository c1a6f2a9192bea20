"""One crisis in several rooms: joining them by hand, parting them again, or saying that they are two."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.war_rooms.room import address_of, room_of
from huixiang.kernel.errors import Refused
from huixiang.themes import proposals
from huixiang.war_rooms import joining
from huixiang.war_rooms.models import Joining, Room
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _other(request: HttpRequest, membership: Membership) -> Room:
    one = uuid_of(request.POST.get("other", ""))
    if one is None:
        raise Refused(_("Choose another room that is at work."))
    return room_of(membership, one)


@access.verb(Permission.HANDLE)
def join(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Join another room into this one, or (`way` is "out") this one into the other; the toast offers to part them."""
    here, other = room_of(membership, room_id), _other(request, membership)
    source, target = (here, other) if request.POST.get("way") == "out" else (other, here)
    made = joining.join(source=source, target=target, by=membership)
    undo = reverse("desk:war_room_part", args=[membership.workspace.slug, target.id, made.id])
    messages.success(request, _("“%(name)s” was joined in.") % {"name": source.name}, extra_tags=f"undo={undo}")
    return access.done(request, "", address_of(membership, target))


@access.verb(Permission.HANDLE)
def part(
    request: HttpRequest, membership: Membership, room_id: uuid.UUID, room_joining_id: uuid.UUID
) -> HttpResponse:
    """Take a joining back."""
    room = room_of(membership, room_id)
    found: Joining = access.found(
        joining.joining_by_id(workspace_id=membership.workspace_id, joining_id=room_joining_id)
    )
    source = joining.part(joining=found, by=membership)
    return access.done(request, _("“%(name)s” is a room of its own again.") % {"name": source.name},
                       address_of(membership, room))  # fmt: skip


@access.verb(Permission.HANDLE)
def apart(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """They are two crises (or may be one after all): nobody proposes their themes to each other any more."""
    here, other = room_of(membership, room_id), _other(request, membership)
    if here.theme is None or other.theme is None:
        raise Refused(_("Only rooms about themes are proposed to each other."))
    wrong = request.POST.get("apart") != "0"
    proposals.dismiss(one=here.theme, other=other.theme, actor=access.actor(membership), dismissed=wrong)
    said = _("They are not proposed to each other again.") if wrong else _("They can be proposed again.")
    return access.done(request, said, address_of(membership, here))
