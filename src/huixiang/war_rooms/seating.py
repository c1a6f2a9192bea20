"""Who is in a room: called when it opens, asked in later, gone again; and who is called by habit."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.feedback.models import Grade
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import events, locking
from huixiang.war_rooms.models import Habits, Room, Seat, Usual
from huixiang.war_rooms.states import Part, RoomState
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Role

PRODUCTS_OWN: Final = ((Part.LEAD, Role.OPERATOR), (Part.PRODUCT, Role.PRODUCT), (Part.SERVICE, Role.SPECIALIST))
UPDATE_MINUTES: Final = {Grade.RED: 60, Grade.ORANGE: 240, Grade.YELLOW: 24 * 60, Grade.BLUE: 24 * 60}
LONGEST_MINUTES: Final = 7 * 24 * 60


def habits(workspace_id: uuid.UUID) -> dict[str, int]:
    """Minutes from one update to the next, by grade."""
    kept = Habits.objects.filter(workspace_id=workspace_id).values_list("update_minutes", flat=True).first() or {}
    return {grade: int(kept.get(grade, UPDATE_MINUTES[Grade(grade)])) for grade in Grade.values}


def usual(workspace_id: uuid.UUID) -> list[Usual]:
    """Who is called when a room opens, the parts in their order; the product's own until somebody says otherwise."""
    if Habits.objects.filter(workspace_id=workspace_id, usual_set=True).exists():
        rows = list(Usual.objects.filter(workspace_id=workspace_id).select_related("membership__user"))
    else:
        rows = [Usual(workspace_id=workspace_id, part=part, role=role) for part, role in PRODUCTS_OWN]
    order = {part: place for place, part in enumerate(Part.values)}
    return sorted(rows, key=lambda row: (order.get(row.part, 9), row.role, str(row.membership_id)))


@transaction.atomic
def set_habits(
    *, workspace: Workspace, minutes: Mapping[str, int], people: Iterable[tuple[str, str, Membership | None]],
    actor: Actor,
) -> None:  # fmt: skip
    """Keep how often rooms tell where things stand, and who is called: (part, role or "", person or None).

    Journal: war_rooms.habits_changed. Raises Refused for times that are none.
    """
    wanted = {grade: minutes.get(grade, 0) for grade in Grade.values}
    if not all(5 <= number <= LONGEST_MINUTES for number in wanted.values()):  # noqa: PLR2004 - said in the sentence
        raise Refused(_("The time must lie between five minutes and seven days."))
    Habits.objects.update_or_create(
        workspace=workspace, defaults={"update_minutes": wanted, "usual_set": True}
    )
    Usual.objects.filter(workspace=workspace).delete()
    rows = {(part, role, one.id if one else None) for part, role, one in people if part in Part.values}
    rows = {row for row in rows if (row[1] in Role.values) != (row[2] is not None)}
    Usual.objects.bulk_create(
        Usual(workspace=workspace, part=part, role=role, membership_id=one)
        for part, role, one in sorted(rows, key=str)
    )
    record(events.HabitsChanged(subject=workspace.id), workspace_id=workspace.id, actor=actor)


def call(room: Room) -> None:
    """Give their seats to those who are called by habit. Of a role it is whoever sits in the fewest rooms."""
    team = list(Membership.objects.filter(workspace_id=room.workspace_id).order_by("created_at", "id"))
    load = _load(room.workspace_id)
    taken = {seat.membership_id: seat.part for seat in room.seats.filter(left_at=None)}
    new: list[Seat] = []
    for row in usual(room.workspace_id):
        able = [one for one in team if one.id == row.membership_id or (row.role and one.role == row.role)]
        able = [one for one in able if one.id not in taken]
        if not able or (row.part == Part.LEAD and Part.LEAD in taken.values()):
            continue
        chosen = min(able, key=lambda one: load.get(one.id, 0))
        taken[chosen.id] = row.part
        new.append(Seat(workspace_id=room.workspace_id, room=room, membership=chosen, part=row.part))
    _seat(room, new, SYSTEM)


def _load(workspace_id: uuid.UUID) -> dict[uuid.UUID, int]:
    rows = Seat.objects.filter(workspace_id=workspace_id, left_at=None, room__state=RoomState.OPEN)
    return dict(rows.order_by().values_list("membership_id").annotate(number=Count("id")))


def _seat(room: Room, seats: Sequence[Seat], actor: Actor) -> None:
    Seat.objects.bulk_create(seats)
    taken = [events.SeatTaken(subject=room.id, membership_id=one.membership_id, part=one.part) for one in seats]
    record_all([Note(event, actor=actor) for event in taken], workspace_id=room.workspace_id)


def sit_down(room: Room, who: Membership, part: str, actor: Actor) -> None:
    """Let somebody into a held room, unless they are in: they keep their part then. Journal: war_rooms.seat_taken."""
    if not room.seats.filter(membership=who, left_at=None).exists():
        _seat(room, [Seat(workspace_id=room.workspace_id, room=room, membership=who, part=part)], actor)


@transaction.atomic
def take_part(*, room: Room, who: Membership, part: str, actor: Actor) -> None:
    """Ask somebody in, or give them another part. There is one lead: the one before goes on in service.

    Journal: war_rooms.seat_taken. Raises Refused for what is no part, and somebody of another workspace.
    """
    room = locking.at_work(room)
    if part not in Part.values or who.workspace_id != room.workspace_id:
        raise Refused(_("Choose a person and what they do."))
    now = {seat.membership_id: seat for seat in room.seats.filter(left_at=None)}
    if who.id in now and now[who.id].part == part:
        return
    if part == Part.LEAD:
        _make_room_for_lead(room, now, actor)
    if who.id not in now:
        sit_down(room, who, part, actor)
        return
    room.seats.filter(id=now[who.id].id).update(part=part)
    taken = events.SeatTaken(subject=room.id, membership_id=who.id, part=part)
    record(taken, workspace_id=room.workspace_id, actor=actor)


def _make_room_for_lead(room: Room, now: Mapping[uuid.UUID, Seat], actor: Actor) -> None:
    for seat in now.values():
        if seat.part == Part.LEAD:
            room.seats.filter(id=seat.id).update(part=Part.SERVICE)
            taken = events.SeatTaken(subject=room.id, membership_id=seat.membership_id, part=str(Part.SERVICE))
            record(taken, workspace_id=room.workspace_id, actor=actor)


@transaction.atomic
def leave(*, seat: Seat, actor: Actor) -> None:
    """Somebody is not in the room any more. Journal: war_rooms.seat_left. A second press changes nothing."""
    room = locking.at_work(seat.room)
    if room.seats.filter(id=seat.id, left_at=None).update(left_at=timezone.now()):
        left = events.SeatLeft(subject=room.id, membership_id=seat.membership_id)
        record(left, workspace_id=room.workspace_id, actor=actor)


@transaction.atomic
def let_go(*, workspace_id: uuid.UUID, membership_ids: Sequence[uuid.UUID]) -> int:
    """Take the seats in open rooms from those who left the team; returns how many. Journal: war_rooms.seat_left."""
    gone = Membership.everybody.filter(workspace_id=workspace_id, id__in=membership_ids, left_at__isnull=False)
    theirs = Seat.objects.select_for_update(of=("self",)).filter(
        workspace_id=workspace_id, membership__in=gone, left_at=None, room__state=RoomState.OPEN
    )
    seats = list(theirs.order_by("id"))
    Seat.objects.filter(id__in=[seat.id for seat in seats]).update(left_at=timezone.now())
    left = [events.SeatLeft(subject=seat.room_id, membership_id=seat.membership_id) for seat in seats]
    record_all([Note(event) for event in left], workspace_id=workspace_id)
    return len(seats)
