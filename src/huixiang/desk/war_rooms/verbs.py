"""What is done in a room: people, facts, questions, decisions, updates and notes. Each reads the page anew."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.desk import access
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.war_rooms.room import done, room_of
from huixiang.feedback.models import Feedback
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import deciding, knowing, noting, seating
from huixiang.war_rooms.models import Decision, Fact, Question, Room, Seat
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission


def person(membership: Membership, wanted: str) -> Membership | None:
    """Somebody of the team by the id a form sends, None for nobody."""
    one = uuid_of(wanted)
    if one is None:
        return None
    found: Membership = access.found(member_of_team(workspace_id=membership.workspace_id, membership_id=one))
    return found


@access.verb(Permission.HANDLE)
def seat(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Ask somebody in, or give them another part."""
    room = room_of(membership, room_id)
    who = person(membership, request.POST.get("person", ""))
    if who is None:
        raise Refused(_("Choose a person and what they do."))
    seating.take_part(room=room, who=who, part=request.POST.get("part", ""), actor=access.actor(membership))
    return done(request, membership, room, _("%(name)s is in.") % {"name": who}, "people")


@access.verb(Permission.HANDLE)
def leave(request: HttpRequest, membership: Membership, room_id: uuid.UUID, seat_id: uuid.UUID) -> HttpResponse:
    """Somebody is not in the room any more."""
    room = room_of(membership, room_id)
    seats = Seat.objects.filter(workspace_id=membership.workspace_id, room=room, id=seat_id)
    found: Seat = access.found(seats.select_related("room", "membership__user").first())
    seating.leave(seat=found, actor=access.actor(membership))
    return done(request, membership, room, _("%(name)s left the room.") % {"name": found.membership}, "people")


@access.verb(Permission.HANDLE)
def fact(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Write down what is known, with where it comes from."""
    room = room_of(membership, room_id)
    case, feedback = _source(room, request.POST.get("source", ""))
    knowing.write_fact(
        room=room, by=membership, text=request.POST.get("text", ""), state=request.POST.get("state", ""),
        case=case, feedback=feedback,
    )  # fmt: skip
    return done(request, membership, room, _("Written down."), "known")


def _source(room: Room, wanted: str) -> tuple[Case | None, Feedback | None]:
    """Where a fact comes from: a case by its number (HX-1042 or 1042), or the address of a feedback's page."""
    wanted = wanted.strip().rstrip("/")
    if not wanted:
        return None, None
    number = wanted.upper().removeprefix("HX-")
    if number.isascii() and number.isdigit() and len(number) < 18:  # noqa: PLR2004 - bigint
        case = Case.objects.filter(workspace_id=room.workspace_id, number=int(number)).first()
        if case:
            return case, None
    one = uuid_of(wanted.rpartition("/")[2])
    if one and "/cases/" in wanted and (case := Case.objects.filter(workspace_id=room.workspace_id, id=one).first()):
        return case, None
    feedback = Feedback.objects.filter(workspace_id=room.workspace_id, id=one).first() if one else None
    if feedback is None:
        raise Refused(_("The source is a case like HX-1042, or the address of a feedback's page."))
    return None, feedback


@access.verb(Permission.HANDLE)
def judge_fact(request: HttpRequest, membership: Membership, room_id: uuid.UUID, fact_id: uuid.UUID) -> HttpResponse:
    """Say how sure a fact is now."""
    room = room_of(membership, room_id)
    found: Fact = access.found(Fact.objects.filter(room=room, id=fact_id).select_related("room").first())
    knowing.judge_fact(
        fact=found, by=membership, state=request.POST.get("state", ""), why=request.POST.get("why", "")
    )
    return done(request, membership, room, _("Saved."), "known")


@access.verb(Permission.HANDLE)
def question(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Write down what is not known, and who finds out."""
    room = room_of(membership, room_id)
    owner = person(membership, request.POST.get("owner", ""))
    knowing.ask(room=room, by=membership, text=request.POST.get("text", ""), owner=owner)
    return done(request, membership, room, _("Written down."), "unknown")


@access.verb(Permission.HANDLE)
def settle_question(
    request: HttpRequest, membership: Membership, room_id: uuid.UUID, question_id: uuid.UUID
) -> HttpResponse:
    """Answer it, which makes a fact of it; or let somebody else find out."""
    room = room_of(membership, room_id)
    found: Question = access.found(Question.objects.filter(room=room, id=question_id).select_related("room").first())
    if request.POST.get("act") == "give":
        knowing.give(question=found, by=membership, owner=person(membership, request.POST.get("owner", "")))
        return done(request, membership, room, _("Saved."), "unknown")
    knowing.answer(
        question=found, by=membership, text=request.POST.get("text", ""),
        state=request.POST.get("state", "confirmed"),
    )  # fmt: skip
    return done(request, membership, room, _("The answer stands among what is known."), "unknown")


@access.verb(Permission.HANDLE)
def decision(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Write down what was decided, by whom and why; also in place of an earlier decision."""
    room = room_of(membership, room_id)
    before = uuid_of(request.POST.get("instead_of", ""))
    replaced = access.found(Decision.objects.filter(room=room, id=before).first()) if before else None
    deciding.decide(
        room=room, written_by=membership, by=person(membership, request.POST.get("by", "")) or membership,
        text=request.POST.get("text", ""), why=request.POST.get("why", ""), instead_of=replaced,
    )  # fmt: skip
    return done(request, membership, room, _("Written down."), "decided")


@access.verb(Permission.HANDLE)
def note(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Write something into the room."""
    room = room_of(membership, room_id)
    made = noting.note(room=room, by=membership, text=request.POST.get("text", ""))
    said = _("Written; who is named finds it on the board.") if made.mentioned else _("Written down.")
    return done(request, membership, room, said, "notes")


@access.verb(Permission.HANDLE)
def update(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """Say where things stand, and when the next word comes."""
    room, minutes = room_of(membership, room_id), request.POST.get("minutes", "")
    wait = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 7 else None  # noqa: PLR2004 - far more than any of them
    noting.post_update(room=room, by=membership, text=request.POST.get("text", ""), minutes=wait)
    return done(request, membership, room, _("The update is posted."), "now")
