"""One room as its page shows it: the most important first."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.desk import access
from huixiang.desk.journal_words import Told, tell_all
from huixiang.feedback.models import Grade
from huixiang.ui import times
from huixiang.war_rooms import figures, joining, noting, queries, seating, statements
from huixiang.war_rooms.models import Decision, Red, Room, Seat, Statement
from huixiang.war_rooms.states import SAYABLE, FactState, Part, RoomState
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team

STORY: Final = 30
SECTION: Final = "war_rooms"


def room_of(membership: Membership, room_id: uuid.UUID) -> Room:
    """The room of the address, of the asker's own workspace; else 404."""
    found: Room = access.found(queries.room_by_id(workspace_id=membership.workspace_id, room_id=room_id))
    return found


def address_of(membership: Membership, room: Room, part: str = "") -> str:
    """The page of a room, at one of its parts."""
    return reverse("desk:war_room", args=[membership.workspace.slug, room.id]) + (f"#{part}" if part else "")


def done(request: HttpRequest, membership: Membership, room: Room, said: str, part: str = "") -> HttpResponse:
    """Say what was done; the page is read anew where it stands, and what is half written elsewhere stays."""
    answer = access.done(request, said, address_of(membership, room, part))
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return answer


@access.page()
def room(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """The room; whoever is named in its notes has read them now."""
    found = room_of(membership, room_id)
    if before := request.GET.get("before", ""):
        return access.part(request, membership, "desk/war_rooms/older.html", **_story(membership, found, before))
    noting.seen(room=found, by=membership)
    return access.shown(request, membership, "desk/war_rooms/room.html", SECTION, **context(membership, found))


@access.page()
def news(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """What changed since the page was read, list by list; nothing (204) when nothing did."""
    found = room_of(membership, room_id)
    if request.GET.get("stamp", "") == queries.stamp(found):
        return HttpResponse(status=204)
    noting.seen(room=found, by=membership)
    return access.part(request, membership, "desk/war_rooms/news.html", **context(membership, found), oob=True)


def context(membership: Membership, found: Room) -> dict[str, Any]:
    """Everything the page shows; a set number of statements, whatever the rows."""
    seats, shown_cases = queries.seats(found), queries.cases_of(found)
    waiting = [case for case in shown_cases if untaken(case)]
    said = queries.statements(found)
    notes = queries.notes(found)
    base: dict[str, Any] = {
        "room": found, "open": found.state == RoomState.OPEN, "stamp": queries.stamp(found),
        "seats": [seat for seat in seats if seat.left_at is None],
        "gone": [seat for seat in seats if seat.left_at is not None],
        "facts": queries.facts(found), "questions": queries.questions(found),
        "notes": [note for note in notes if not note.update], "updates": [note for note in notes if note.update],
        "cases": shown_cases, "waiting": waiting, "team": team(membership.workspace), "parts": Part.choices,
        "fact_states": FactState.choices, "reviews": queries.reviews(found),
        "missing": missing(found, seats, said, waiting), "minutes": seating.habits(found.workspace_id)[found.grade],
    }  # fmt: skip
    base |= _head(found, base)
    base |= _beside(found)
    return base | _decided(found) | _statement(membership, said) | _grown(found) | _story(membership, found, "")


def _beside(room: Room) -> dict[str, Any]:
    """The other rooms at work, which of them look like the same crisis, and what was joined in."""
    beside = joining.others(room) if room.state == RoomState.OPEN else []
    near = joining.alike([room, *beside])[room.id] if beside else []
    return {"beside": beside, "alike": near, "joinings": queries.joinings(room)}


def _head(room: Room, shown: dict[str, Any]) -> dict[str, Any]:
    """What the first card says: who leads, when the next word is due, how many updates there were before."""
    now, due_at = timezone.now(), room.next_update_at
    lead = next((seat.membership for seat in shown["seats"] if seat.part == Part.LEAD), None)
    return {
        "lead": lead, "late": due_at is not None and due_at < now, "earlier": max(0, len(shown["updates"]) - 1),
        "due_words": times.due(due_at, None, now, rough=False).words if due_at else "",
        "seconds": 60 * shown["minutes"],
    }  # fmt: skip


def untaken(case: Case) -> bool:
    """Whether a red case still waits for somebody to take it."""
    mark: Red | None = getattr(case, "red", None)
    running = case.grade == Grade.RED and case.state in UNFINISHED
    return running and (mark is None or mark.acknowledged_at is None)


def missing(room: Room, seats: Sequence[Seat], said: Sequence[Statement], waiting: Sequence[Case]) -> list[str]:
    """What a room at work lacks, in words, the most urgent first."""
    if room.state != RoomState.OPEN:
        return []
    lead = any(seat.part == Part.LEAD and seat.left_at is None for seat in seats)
    return lacking(
        late=bool(room.next_update_at and room.next_update_at < timezone.now()), waiting=len(waiting), led=lead,
        said=any(one.state in SAYABLE for one in said),
    )  # fmt: skip


def lacking(*, late: bool, waiting: int, led: bool, said: bool) -> list[str]:
    """The same for the board."""
    found = [
        (waiting > 0, _("%(n)d red not taken") % {"n": waiting}),
        (late, _("update overdue")),
        (not led, _("no lead")),
        (not said, _("no holding statement")),
    ]
    return [word for lacks, word in found if lacks]


def _decided(room: Room) -> dict[str, Any]:
    found: list[Decision] = queries.decisions(room)
    standing = [one for one in found if one.superseded_by_id is None]
    replaced: dict[Any, list[Decision]] = {}
    for one in found:
        if one.superseded_by_id:
            replaced.setdefault(one.superseded_by_id, []).append(one)
    return {"decisions": [(one, _before(one, replaced)) for one in standing]}


def _before(decision: Decision, replaced: dict[Any, list[Decision]]) -> list[Decision]:
    """What a decision replaced, and what that had replaced, the newest first."""
    found, fresh = [], list(replaced.get(decision.id, ()))
    while fresh:
        found += fresh
        fresh = [two for one in fresh for two in replaced.get(one.id, ())]
    return found


def _statement(membership: Membership, said: list[Statement]) -> dict[str, Any]:
    current = said[0] if said else None
    standing = next((one for one in said if one.state in SAYABLE), None)
    sent = [one for version in said for one in version.sendings.all()]
    return {
        "current": current, "standing": standing, "versions": said[1:],
        "can_judge": current is not None and current.state == "asked" and statements.may_judge(current, membership),
        "judges": statements.judges(current) if current and current.state == "asked" else [],
        "sent": statements.progress(sent), "not_sent": [one for one in sent if one.problem],
    }  # fmt: skip


def _grown(room: Room) -> dict[str, Any]:
    grown, now = figures.of_room(room), timezone.localtime()
    hours = [now - datetime.timedelta(hours=figures.HOURS - 1 - place) for place in range(figures.HOURS)]
    series = [(f"{hour:%H}", number) for hour, number in zip(hours, grown.hours, strict=True)]
    return {"grown": grown, "less": -grown.more, "series": series, "influential": figures.influential(room)}


def _story(membership: Membership, room: Room, before: str) -> dict[str, Any]:
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None  # noqa: PLR2004 - bigint
    entries = queries.story(room, before=place, limit=STORY)
    told: list[Told] = tell_all(entries, membership.workspace)
    return {"room": room, "story": told, "next_before": entries[-1].id if len(entries) == STORY else None}
