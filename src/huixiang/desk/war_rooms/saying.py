"""The holding statement: versions, approval, and putting it where members read it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.desk import access
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.war_rooms.room import SECTION, done, room_of
from huixiang.war_rooms import statements
from huixiang.war_rooms.models import Room, Statement
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _of(room: Room, statement_id: uuid.UUID) -> Statement:
    found = Statement.objects.filter(workspace_id=room.workspace_id, room=room, id=statement_id)
    statement: Statement = access.found(found.select_related("room__theme", "by__user", "judged_by__user").first())
    return statement


@access.verb(Permission.HANDLE)
def write(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Keep a version. When somebody wrote one meanwhile, both stand beside each other and nothing is lost."""
    room, text = room_of(membership, room_id), request.POST.get("text", "")
    try:
        made = statements.write(room=room, by=membership, text=text, base=uuid_of(request.POST.get("base", "")))
    except statements.Overtaken as overtaken:
        return _both(request, membership, room, overtaken, text)
    if request.POST.get("act") == "ask":
        statements.ask(statement=made, by=membership)
        return done(request, membership, room, _("It waits for approval."), "statement")
    return done(request, membership, room, _("The version is kept."), "statement")


def _both(
    request: HttpRequest, membership: Membership, room: Room, overtaken: statements.Overtaken, text: str
) -> HttpResponse:
    context: dict[str, Any] = {"room": room, "theirs": overtaken.theirs, "mine": text, "said": overtaken.sentence}
    if getattr(request, "htmx", False):
        answer = access.part(request, membership, "desk/war_rooms/both.html", **context)
        answer.status_code = 422
        return answer
    shown = access.shown(request, membership, "desk/war_rooms/overtaken.html", SECTION, **context)
    shown.status_code = 422
    return shown


@access.verb(Permission.HANDLE)
def ask(request: HttpRequest, membership: Membership, room_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    """Ask for the yes of somebody else."""
    room = room_of(membership, room_id)
    statements.ask(statement=_of(room, statement_id), by=membership)
    return done(request, membership, room, _("It waits for approval."), "statement")


@access.verb(Permission.PUBLISH)
def judge(request: HttpRequest, membership: Membership, room_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    """Say yes, or no with a reason."""
    room, yes = room_of(membership, room_id), request.POST.get("approved") == "1"
    reason = request.POST.get("reason", "")
    statements.judge(statement=_of(room, statement_id), by=membership, approved=yes, reason=reason)
    said = _("Approved. It can be used in public now.") if yes else _("Refused; the writer reads why.")
    return done(request, membership, room, said, "statement")


@access.either(Permission.PUBLISH)
def use(request: HttpRequest, membership: Membership, room_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    """Who would read it, and putting it there: on the theme's public page, or as answers to the room's cases."""
    room = room_of(membership, room_id)
    statement = _of(room, statement_id)
    if request.method == "POST":
        return _use(request, membership, room, statement)
    reached = statements.preview(statement)
    context: dict[str, Any] = {
        "room": room, "statement": statement, "reached": [one for one in reached if one.lane and not one.answered],
        "not_reached": [one for one in reached if not one.lane and not one.answered],
        "answered": [one for one in reached if one.answered],
    }  # fmt: skip
    return access.shown(request, membership, "desk/war_rooms/use.html", SECTION, **context)


def _use(request: HttpRequest, membership: Membership, room: Room, statement: Statement) -> HttpResponse:
    if request.POST.get("where") == "theme":
        theme = statements.put_on_theme(statement=statement, by=membership)
        return done(request, membership, room, _("“%(theme)s” shows it in public now.") % {"theme": theme}, "statement")
    case_ids = [one for one in map(uuid_of, request.POST.getlist("case")) if one]
    number = statements.answer_cases(statement=statement, by=membership, case_ids=case_ids)
    said = ngettext("%(n)d case is being answered.", "%(n)d cases are being answered.", number) % {"n": number}
    return done(request, membership, room, said, "statement")
