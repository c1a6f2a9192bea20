"""One crisis in several rooms: what the program proposes, joining rooms by hand, and parting them again.

Rooms of themes that were merged go into each other by themselves (see following.py); here the themes stay two.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.themes import likeness
from huixiang.themes.models import Theme, Unlike
from huixiang.war_rooms import events, following, locking, queries, seating
from huixiang.war_rooms.models import Joining, Red, Room, Seat
from huixiang.war_rooms.states import RoomState
from huixiang.workspaces.models import Membership


@dataclass(frozen=True, slots=True)
class Alike:
    """Another room at work that looks like the same crisis; `likeness` is the cosine of their themes in per cent."""

    room: Room
    likeness: int


def others(room: Room) -> list[Room]:
    """The other rooms at work, the oldest first: what can be joined in, or this one into."""
    found = Room.objects.filter(workspace_id=room.workspace_id, state=RoomState.OPEN).exclude(id=room.id)
    return list(found.select_related("theme").defer("theme__centre").order_by("opened_at", "id"))


def alike(rooms: Sequence[Room]) -> dict[uuid.UUID, list[Alike]]:
    """For each of these rooms at work those about a theme that looks the same, the nearest first.

    Without the pairs somebody said are two matters. Three statements, none while there are fewer than two themes.
    """
    found: dict[uuid.UUID, list[Alike]] = {room.id: [] for room in rooms}
    themed = [room for room in rooms if room.theme_id is not None and room.state == RoomState.OPEN]
    if len(themed) < 2:  # noqa: PLR2004 - a pair takes two
        return found
    workspace_id, ids = themed[0].workspace_id, [room.theme_id for room in themed if room.theme_id is not None]
    centres = dict(Theme.objects.filter(id__in=ids).values_list("id", "centre"))
    parted = set(Unlike.objects.filter(workspace_id=workspace_id).values_list("first_id", "second_id"))
    border = likeness.of(workspace_id) - likeness.NEARLY
    unit = np.asarray([centres[one] for one in ids], np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    cosines = unit @ unit.T
    for row, one in enumerate(themed):
        near = [(float(cosines[row, column]), other) for column, other in enumerate(themed) if other is not one]
        close = [(cosine, other) for cosine, other in near if cosine >= border and not _apart(one, other, parted)]
        close.sort(key=lambda pair: -pair[0])
        found[one.id] = [Alike(other, round(100 * cosine)) for cosine, other in close]
    return found


def _apart(one: Room, other: Room, parted: set[tuple[uuid.UUID, uuid.UUID]]) -> bool:
    pair = (one.theme_id, other.theme_id)
    return pair in parted or pair[::-1] in parted


@transaction.atomic
def join(*, source: Room, target: Room, by: Membership) -> Joining:
    """Deal with both in the target: people, what is known, decisions, statements and red cases go there.

    What is said about either counts there, each person once, and what turns red in either comes there. The themes stay
    two, with their clocks and pages. Journal: war_rooms.joined. Raises Refused unless both are at work.
    """
    locking.lock(target.workspace_id)
    if source.id == target.id or source.workspace_id != target.workspace_id:
        raise Refused(_("Choose another room that is at work."))
    source, target = locking.at_work(source), locking.at_work(target)
    held = {name: [str(one) for one in _ids(source, name)] for name in following.HELD}
    seats = {str(seat.id): seat.part for seat in source.seats.filter(left_at=None)}
    following.join(source=source, target=target, actor=Actor("staff", by.id))
    if source.grade == Grade.RED and target.grade != Grade.RED:
        Room.objects.filter(id=target.id).update(grade=Grade.RED)
    return Joining.objects.create(
        workspace_id=target.workspace_id, source=source, target=target, held=held, seats=seats, by=by
    )


def _ids(room: Room, name: str) -> list[uuid.UUID]:
    rows: list[uuid.UUID] = list(getattr(room, name).values_list("id", flat=True))
    return rows


@transaction.atomic
def part(*, joining: Joining, by: Membership) -> Room:
    """Take a joining back: the room is at work again with what it brought and its people; returns it.

    What was written since stays where it was written; red cases go where their themes are. The next update is due by
    the grade's time. Journal: war_rooms.parted. Raises Refused when it was taken back already, or the other is closed.
    """
    locking.lock(joining.workspace_id)
    found = Joining.objects.select_for_update(of=("self",)).select_related("source", "target").get(id=joining.id)
    if found.undone_at:
        raise Refused(_("It was parted already."))
    target, source = locking.at_work(found.target), found.source
    for name in following.HELD:
        getattr(target, name).filter(id__in=found.held.get(name, [])).update(room=source)
    _part_people(found, source)
    found.undone_at = timezone.now()
    found.save(update_fields=["undone_at"])
    _take_up(source)
    theirs = Case.objects.filter(queries.about(source)).values("id")
    Red.objects.filter(room=target, case__in=theirs).update(room=source)
    parted = events.Parted(subject=target.id, source_id=source.id)
    record(parted, workspace_id=target.workspace_id, actor=Actor("staff", by.id))
    return source


def _take_up(room: Room) -> None:
    minutes = seating.habits(room.workspace_id)[room.grade]
    room.state, room.joined_into, room.closed_at = RoomState.OPEN, None, None
    room.next_update_at, room.update_told_at = timezone.now() + datetime.timedelta(minutes=minutes), None
    room.save(update_fields=["state", "joined_into", "closed_at", "next_update_at", "update_told_at"])


def _part_people(joining: Joining, source: Room) -> None:
    """Who was in the room is in it again with the part they had; whoever left meanwhile has left."""
    theirs = Seat.objects.filter(workspace_id=joining.workspace_id, id__in=list(joining.seats))
    for seat in theirs.select_related("membership"):
        stayed = seat.room_id == source.id  # they were in both: their seat here was given up when the rooms joined
        seat.room, seat.part = source, joining.seats[str(seat.id)]
        if stayed and seat.membership.left_at is None:
            seat.left_at = None
        seat.save(update_fields=["room", "part", "left_at"])


def joining_by_id(*, workspace_id: uuid.UUID, joining_id: uuid.UUID) -> Joining | None:
    """One joining of the workspace, with both rooms."""
    found = Joining.objects.filter(workspace_id=workspace_id, id=joining_id)
    return found.select_related("source__theme", "target__theme").first()
