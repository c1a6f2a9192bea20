"""The review that closes a room, opening it again, and the changes that came of it."""

import datetime
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.war_rooms.room import SECTION, done, room_of
from huixiang.desk.war_rooms.verbs import person
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import closing, queries
from huixiang.war_rooms.models import Change, Room
from huixiang.war_rooms.states import RoomState
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission

ROWS = 5


@access.either(Permission.HANDLE)
def close(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """The review: what is counted, what the team says, what changes. Sent, it closes the room."""
    room = room_of(membership, room_id)
    if room.state != RoomState.OPEN:
        return done(request, membership, room, _("It is closed already."))
    if request.method == "POST":
        return _close(request, membership, room)
    return _form(request, membership, room, QueryDict(), "")


def _form(request: HttpRequest, membership: Membership, room: Room, sent: QueryDict, wrong: str) -> HttpResponse:
    rows = [
        {name: sent.get(f"{name}-{place}", "") for name in ("text", "owner", "due")} | {"place": place}
        for place in range(ROWS)
    ]
    context: dict[str, Any] = {
        "room": room, "figures": closing.figures(room), "team": team(membership.workspace), "rows": rows,
        "sent": sent, "wrong": wrong, "cases": [case for case in queries.cases_of(room) if not case.closed_at],
    }  # fmt: skip
    shown = access.shown(request, membership, "desk/war_rooms/close.html", SECTION, **context)
    shown.status_code = 422 if wrong else 200
    return shown


def _close(request: HttpRequest, membership: Membership, room: Room) -> HttpResponse:
    sent = request.POST
    try:
        told = closing.Told(
            what_happened=sent.get("what_happened", ""), why=sent.get("why", ""), met=_met(sent),
            met_words=sent.get("met_words", ""), changes=_changes(membership, sent),
        )  # fmt: skip
        closing.close(room=room, by=membership, told=told)
    except Refused as refused:
        return _form(request, membership, room, sent, str(refused.sentence))
    return done(request, membership, room, _("Closed. What changes stands on the board until it is done."))


def _met(sent: QueryDict) -> bool:
    if sent.get("met") not in {"yes", "no"}:
        raise Refused(_("Say whether the standard was met."))
    return sent["met"] == "yes"


def _changes(membership: Membership, sent: QueryDict) -> list[closing.Planned]:
    found = []
    for place in range(ROWS):
        text, owner, day = (sent.get(f"{name}-{place}", "").strip() for name in ("text", "owner", "due"))
        if not text:
            continue
        who = person(membership, owner)
        if who is None or not day:
            raise Refused(_("Every change needs somebody who sees to it, and a day."))
        found.append(closing.Planned(text, who, _day(day)))
    return found


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(_("Every change needs somebody who sees to it, and a day.")) from None


@access.verb(Permission.HANDLE)
def reopen(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Take a closed room up again."""
    room = room_of(membership, room_id)
    closing.reopen(room=room, by=membership, reason=request.POST.get("reason", ""))
    return done(request, membership, room, _("The room is at work again."))


@access.verb(Permission.HANDLE)
def settle_change(request: HttpRequest, membership: Membership, task_id: uuid.UUID) -> HttpResponse:
    """What was to change is done, or is open again."""
    change: Change = access.found(
        closing.change_by_id(workspace_id=membership.workspace_id, change_id=task_id)
    )
    finished = request.POST.get("done") == "1"
    closing.settle_change(change=change, by=membership, done=finished)
    default = reverse("desk:war_rooms", args=[membership.workspace.slug])
    said = _("Done.") if finished else _("It is open again.")
    return access.done(request, said, access.back(request, default))
