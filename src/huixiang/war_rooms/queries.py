"""Finding rooms, and what they hold."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import Grade
from huixiang.journal.models import Entry
from huixiang.kernel import pagination
from huixiang.war_rooms.models import (
    Change,
    Decision,
    Fact,
    Joining,
    Mention,
    Question,
    Red,
    Review,
    Room,
    RoomNote,
    Seat,
    Sending,
    Statement,
)
from huixiang.war_rooms.states import ENDED, SAYABLE, Part, RoomState, SendingState
from huixiang.workspaces.models import Membership

CLOSED_PAGE = 20
MOST_TOLD = 100  # red cases whose story is told with the room's
STILL_RED = Q(
    acknowledged_at=None, case__grade=Grade.RED, case__historical=False, case__state__in=UNFINISHED
)  # a red nobody has taken, as long as it is one


def open_count(workspace_id: uuid.UUID) -> int:
    """How many rooms are at work."""
    return Room.objects.filter(workspace_id=workspace_id, state=RoomState.OPEN).count()


def room_by_id(*, workspace_id: uuid.UUID, room_id: uuid.UUID) -> Room | None:
    """One room of the workspace, with its theme, its case and where it went."""
    found = Room.objects.filter(workspace_id=workspace_id, id=room_id)
    found = found.select_related("theme", "case__member", "joined_into__theme", "opened_by__user")
    room = found.defer("theme__centre", "joined_into__theme__centre").first()
    if room:
        room.scope = scopes([room])[room.id]  # a page asks for it many times
    return room


def open_room_of(*, workspace_id: uuid.UUID, theme_id: uuid.UUID | None, case_id: uuid.UUID | None) -> Room | None:
    """The room at work for a theme, or for a case without one."""
    rooms = Room.objects.filter(workspace_id=workspace_id, state=RoomState.OPEN)
    if not theme_id and not case_id:
        return None
    about = {"theme_id": theme_id} if theme_id else {"theme": None, "case_id": case_id}
    own = rooms.filter(**about).first()
    went = None if own else home(workspace_id=workspace_id, theme_id=theme_id, case_id=case_id)
    return own or (went if went and went.state == RoomState.OPEN else None)


def home(*, workspace_id: uuid.UUID, theme_id: uuid.UUID | None, case_id: uuid.UUID | None) -> Room | None:
    """The room that a theme's room, or a case's, was joined into by hand, wherever that one went since."""
    about = Q(source__theme_id=theme_id) if theme_id else Q(source__theme=None, source__case_id=case_id)
    joined = Joining.objects.filter(about, workspace_id=workspace_id, undone_at=None).select_related("target")
    last = joined.order_by("-at", "-id").first()
    room = last.target if last else None
    while room is not None and room.state == RoomState.JOINED:
        room = room.joined_into
    return room


@dataclass(frozen=True, slots=True)
class Scope:
    """What a room is about, with those that were joined into it: themes, and cases that have none."""

    themes: tuple[uuid.UUID, ...]
    cases: tuple[uuid.UUID, ...]


def scopes(rooms: Sequence[Room]) -> dict[uuid.UUID, Scope]:
    """What each of these rooms of one workspace is about: one statement, none for a room that knows it."""
    if all(hasattr(room, "scope") for room in rooms):
        return {room.id: room.scope for room in rooms}
    taken: dict[uuid.UUID, list[Room]] = {}
    standing = Joining.objects.filter(workspace_id=rooms[0].workspace_id, undone_at=None).select_related("source")
    for joining in standing.order_by("at", "id"):
        taken.setdefault(joining.target_id, []).append(joining.source)
    return {room.id: _scope(room, taken) for room in rooms}


def scope_of(room: Room) -> Scope:
    """What one room is about, as it was when it was fetched by room_by_id, else as it is now."""
    known: Scope | None = getattr(room, "scope", None)
    return known or scopes([room])[room.id]


def _scope(room: Room, taken: Mapping[uuid.UUID, list[Room]]) -> Scope:
    known, fresh = [room], [room]
    while fresh:
        fresh = [one for before in fresh for one in taken.get(before.id, ()) if one not in known]
        known += fresh
    themes = dict.fromkeys(one.theme_id for one in known if one.theme_id)
    return Scope(tuple(themes), tuple(one.case_id for one in known if one.case_id and not one.theme_id))


def latest_room_of(*, workspace_id: uuid.UUID, theme_id: uuid.UUID | None, case_id: uuid.UUID | None) -> Room | None:
    """The room at work for a theme or a case, else the one it went into by hand, else the one closed last."""
    if not theme_id and not case_id:
        return None
    about = Q(theme_id=theme_id) if theme_id else Q(theme=None, case_id=case_id)
    rooms = Room.objects.filter(about, workspace_id=workspace_id).exclude(state=RoomState.JOINED)
    own = rooms.order_by("-opened_at", "-id").first()
    if own and own.state == RoomState.OPEN:
        return own
    return home(workspace_id=workspace_id, theme_id=theme_id, case_id=case_id) or own


def family(room: Room) -> list[uuid.UUID]:
    """The ids of the room and of all that went into it, whatever the number of steps."""
    ids, fresh = [room.id], [room.id]
    while fresh:
        taken = Room.objects.filter(workspace_id=room.workspace_id, joined_into_id__in=fresh)
        fresh = [one for one in taken.values_list("id", flat=True) if one not in ids]
        ids += fresh
    return ids


def at_work(workspace_id: uuid.UUID) -> list[Room]:
    """The open rooms, the oldest first, each with `led`, `said` (an approved statement) and `waiting` (reds)."""
    seats = Seat.objects.filter(room=OuterRef("id"), left_at=None, part=Part.LEAD)
    lead = seats.select_related(None).values("membership__user__name")[:1]
    waiting = Red.objects.filter(STILL_RED, room=OuterRef("id")).order_by().values("room")
    more: dict[str, Any] = {
        "led": Exists(seats), "lead_name": Subquery(lead),
        "said": Exists(Statement.objects.filter(room=OuterRef("id"), state__in=SAYABLE)),
        "waiting": Subquery(waiting.annotate(number=Count("id")).values("number")),
    }  # fmt: skip
    found = Room.objects.filter(workspace_id=workspace_id, state=RoomState.OPEN).annotate(**more)
    return list(found.select_related("theme", "case").defer("theme__centre").order_by("opened_at", "id"))


def unacknowledged(workspace_id: uuid.UUID) -> list[Red]:
    """Every red case nobody has taken yet, the longest waiting first."""
    found = Red.objects.filter(STILL_RED, workspace_id=workspace_id)
    return list(found.select_related("case__member", "case__owner__user", "room").order_by("red_at", "id"))


def closed(*, workspace_id: uuid.UUID, q: str = "", cursor: str = "") -> pagination.Page[Room]:
    """Rooms that were closed or were false alarms, the latest first.

    Each with its last review and how many changes are not done. `q` is looked for in titles, reviews and changes, and
    as the room's number.
    """
    found = Room.objects.filter(workspace_id=workspace_id, state__in=ENDED)
    if q:
        found = found.filter(id__in=_speaking_of(workspace_id, q).values("id"))
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        found = found.filter(closed_at__lte=place[0]).exclude(closed_at=place[0], id__gte=place[1])
    reviews = Review.objects.select_related("by__user").order_by("-at")
    open_changes = Change.objects.filter(review__room=OuterRef("id"), done_at=None).order_by().values("review__room")
    more: dict[str, Any] = {"to_do": Subquery(open_changes.annotate(number=Count("id")).values("number"))}
    found = found.select_related("theme").defer("theme__centre").annotate(**more)
    rows = found.prefetch_related(Prefetch("reviews", reviews)).order_by("-closed_at", "-id")
    return pagination.cut(list(rows[: CLOSED_PAGE + 1]), CLOSED_PAGE, "closed_at", "id")


def _speaking_of(workspace_id: uuid.UUID, q: str) -> QuerySet[Room]:
    words = Q(title__icontains=q) | Q(theme__name__icontains=q) | Q(reviews__what_happened__icontains=q)
    words |= Q(reviews__why__icontains=q) | Q(reviews__changes__text__icontains=q)
    if q.isascii() and q.isdigit() and len(q) < 9:  # noqa: PLR2004 - what an integer column holds
        words |= Q(number=int(q))
    return Room.objects.filter(words, workspace_id=workspace_id)


def tasks(workspace_id: uuid.UUID) -> list[Change]:
    """What was to change after a crisis and is not done, the soonest first."""
    found = Change.objects.filter(workspace_id=workspace_id, done_at=None)
    found = found.select_related("owner__user", "review__room__theme").defer("review__room__theme__centre")
    return list(found.order_by("due_on", "id"))


def mentions(membership: Membership) -> list[Mention]:
    """The notes that name somebody and that they have not seen, the newest first."""
    found = Mention.objects.filter(membership=membership, seen_at=None)
    found = found.select_related("note__room__theme", "note__by__user").defer("note__room__theme__centre")
    return list(found.order_by("-id"))


def seats(room: Room) -> list[Seat]:
    """Who is in, and who was, the parts in their order."""
    found = list(room.seats.select_related("membership__user").order_by("joined_at", "id"))
    order = {part: place for place, part in enumerate(Part.values)}
    return sorted(found, key=lambda seat: (seat.left_at is not None, order.get(seat.part, 9)))


def facts(room: Room) -> list[Fact]:
    """What is known, in the order in which it came."""
    found = room.facts.select_related("by__user", "judged_by__user", "case", "feedback")
    return list(found.defer("feedback__embedding").order_by("at", "id"))


def questions(room: Room) -> list[Question]:
    """What is not known, or was not, the open ones first."""
    found = list(room.questions.select_related("owner__user", "by__user", "answer").order_by("at", "id"))
    return sorted(found, key=lambda one: one.answered_at is not None)


def decisions(room: Room) -> list[Decision]:
    """What was decided, the newest first."""
    return list(room.decisions.select_related("by__user", "written_by__user").order_by("-at", "-id"))


def statements(room: Room) -> list[Statement]:
    """The versions of the holding statement, the newest first, with how their answers went."""
    people = ("by__user", "asked_by__user", "judged_by__user", "used_by__user")
    return list(room.statements.select_related(*people).prefetch_related("sendings__case").order_by("-at", "-id"))


def notes(room: Room) -> list[RoomNote]:
    """Notes and updates, the newest first."""
    return list(room.notes.select_related("by__user").order_by("-at", "-id"))


def reviews(room: Room) -> list[Review]:
    """The reviews, the newest first, with what was to change."""
    changes = Change.objects.select_related("owner__user", "done_by__user").order_by("due_on", "id")
    found = room.reviews.select_related("by__user").prefetch_related(Prefetch("changes", changes))
    return list(found.order_by("-at", "-id"))


def cases_of(room: Room, *, limit: int = 30) -> list[Case]:
    """The cases it is about, the most urgent first: those that run, then those that have ended."""
    found = Case.objects.filter(about(room), historical=False).select_related("member", "owner__user", "red")
    rows = list(found.order_by("urgency", "id")[: 4 * limit])
    return sorted(rows, key=lambda case: case.state not in UNFINISHED)[:limit]


def about(room: Room) -> Q:
    """Which cases a room is about: its theme's, or the one it was opened for; and those of rooms joined in."""
    scope = scope_of(room)
    which = Q(theme_id__in=scope.themes) | Q(id__in=scope.cases) if scope.cases else Q(theme_id__in=scope.themes)
    return Q(workspace_id=room.workspace_id) & which


def joinings(room: Room) -> list[Joining]:
    """The rooms somebody joined into this one and that can be parted again, the latest first."""
    found = room.joinings.filter(undone_at=None).select_related("source__theme", "by__user")
    return list(found.defer("source__theme__centre").order_by("-at", "-id"))


def reds(rooms: Sequence[Room]) -> list[Red]:
    """Every case that was red in these rooms, with who took it when."""
    found = Red.objects.filter(room__in=rooms).select_related("case", "acknowledged_by__user")
    return list(found.order_by("red_at", "id"))


def _subjects(room: Room) -> list[uuid.UUID]:
    """What the room's story is about: the room with those that went into it, its theme, its red cases."""
    reds_here = room.reds.order_by("red_at").values_list("case_id", flat=True)[:MOST_TOLD]
    scope = scope_of(room)
    about_it = [*scope.themes, *scope.cases, room.case_id, *reds_here]
    return [*family(room), *(one for one in about_it if one)]


def story(room: Room, *, before: int | None = None, limit: int = 30) -> list[Entry]:
    """What happened, the newest first: in the room, with its theme and to its red cases."""
    entries = Entry.objects.filter(workspace_id=room.workspace_id, subject_id__in=_subjects(room))
    if before is not None:
        entries = entries.filter(id__lt=before)
    return list(entries.select_related("words").order_by("-id")[:limit])


def stamp(room: Room) -> str:
    """Changes whenever something did that the room's page shows: so that only then it is sent again."""
    last = Entry.objects.filter(workspace_id=room.workspace_id, subject_id__in=_subjects(room))
    sent = Sending.objects.filter(statement__room=room).exclude(state=SendingState.WAITING).count()
    theme = room.theme
    counted = f"{theme.feedback_count}.{theme.vote_count}" if theme else ""
    return f"{last.aggregate(last=Max('id'))['last'] or 0}-{sent}-{counted}"
