"""The board: rooms at work, reds nobody took, what changes, and what was closed with its reviews."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id
from huixiang.desk import access
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.war_rooms.room import SECTION, address_of, lacking
from huixiang.feedback.models import Grade
from huixiang.themes.models import Theme
from huixiang.war_rooms import actions, figures, joining, queries
from huixiang.war_rooms.models import Red, Room
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.page()
def board(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every red until it is closed with a review; below it what was closed, to be searched."""
    workspace_id, q = membership.workspace_id, request.GET.get("q", "").strip()[:80]
    page = queries.closed(workspace_id=workspace_id, q=q, cursor=request.GET.get("cursor", ""))
    context: dict[str, Any] = {"closed": page.rows, "next_cursor": page.next_cursor, "q": q}
    if getattr(request, "htmx", False) and "cursor" in request.GET:
        return access.part(request, membership, "desk/war_rooms/closed.html", **context)
    context |= _at_work(membership)
    if getattr(request, "htmx", False) and "live" in request.GET:
        return access.part(request, membership, "desk/war_rooms/live.html", **context)
    context |= {"mentions": queries.mentions(membership), "tasks": queries.tasks(workspace_id)}
    context["today"] = timezone.localdate()
    return access.shown(request, membership, "desk/war_rooms/board.html", SECTION, **context)


def _at_work(membership: Membership) -> dict[str, Any]:
    rooms: list[Any] = queries.at_work(membership.workspace_id)
    counted, now, near = figures.count(rooms), timezone.now(), joining.alike(rooms)
    for room in rooms:
        room.grown = counted[room.id]
        room.clock = {"due_at": room.next_update_at, "started_at": room.updated_at or room.opened_at}
        room.late = bool(room.next_update_at and room.next_update_at < now)
        room.lacks = lacking(late=room.late, waiting=room.waiting or 0, led=room.led, said=room.said)
        room.lacks += [_("looks like No. %(n)d") % {"n": one.room.number} for one in near[room.id][:1]]
    waiting = queries.unacknowledged(membership.workspace_id)
    return {"rooms": rooms, "reds": waiting, "live": True}


@access.page()
def badge(request: HttpRequest, membership: Membership) -> JsonResponse:  # noqa: ARG001 - every view is given it
    """How many rooms are at work, for the rail of every page: asked for when the page is there already."""
    count = queries.open_count(membership.workspace_id)
    label = ngettext("%(n)d room open", "%(n)d rooms open", count) % {"n": count}
    return JsonResponse({"count": count, "label": label})


@access.page()
def line(request: HttpRequest, membership: Membership) -> HttpResponse:
    """One line for a case's or a theme's page: its room, or the button that opens one."""
    theme_id, case_id = uuid_of(request.GET.get("theme", "")), uuid_of(request.GET.get("case", ""))
    case = case_by_id(workspace_id=membership.workspace_id, case_id=case_id) if case_id else None
    about = case.theme_id if case else theme_id
    room = queries.latest_room_of(
        workspace_id=membership.workspace_id, theme_id=about, case_id=case.id if case else None
    )
    context: dict[str, Any] = {"room": room, "case": case, "theme_id": theme_id, "open": room and room.state == "open"}
    if case and case.grade == Grade.RED:
        context["red"] = Red.objects.filter(case=case).select_related("acknowledged_by__user").first()
        context["untaken"] = context["red"] is not None and not context["red"].acknowledged_at
    return access.part(request, membership, "desk/war_rooms/line.html", **context)


@access.verb(Permission.HANDLE)
def open_room(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open a room by hand: for a theme, or for a case."""
    workspace_id = membership.workspace_id
    theme_id, case_id = uuid_of(request.POST.get("theme", "")), uuid_of(request.POST.get("case", ""))
    theme = access.found(Theme.objects.filter(workspace_id=workspace_id, id=theme_id).first()) if theme_id else None
    case = access.found(case_by_id(workspace_id=workspace_id, case_id=case_id)) if case_id else None
    room: Room = actions.open_room(
        workspace=membership.workspace, theme=theme, case=case, actor=access.actor(membership),
        reason=request.POST.get("reason", ""),
    )  # fmt: skip
    return access.done(request, _("The war room is open."), address_of(membership, room))


@access.verb(Permission.HANDLE)
def acknowledge(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Take a red case: it is theirs now, and the time is kept."""
    case: Case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    actions.acknowledge(case=case, by=membership)
    default = reverse("desk:war_rooms", args=[membership.workspace.slug])
    said = _("%(case)s is yours.") % {"case": case.label}
    if getattr(request, "htmx", False):
        access.done(request, said, default)
        return HttpResponse(headers={"HX-Refresh": "true"})
    return access.done(request, said, access.back(request, default))
