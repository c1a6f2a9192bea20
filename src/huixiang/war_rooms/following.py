"""Rooms go where their themes go: merged themes join their rooms, and a case's own room goes into its theme's."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import Feedback, Grade
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.themes.models import Merge
from huixiang.war_rooms import events, locking, queries
from huixiang.war_rooms.models import Joining, Red, Room
from huixiang.war_rooms.states import Part, RoomState

HELD = ("facts", "questions", "decisions", "statements", "notes", "reds", "reviews")


@transaction.atomic
def join(*, source: Room, target: Room, actor: Actor = SYSTEM) -> None:
    """Let one room go into another: what it holds goes along, its people keep their parts but for a second lead.

    The source stays, points to the target, and its story is told with the target's. What had been joined into it by
    hand goes along. Journal: war_rooms.joined.
    """
    for held in HELD:
        getattr(source, held).update(room=target)
    _bring_people(source, target)
    source.state, source.joined_into, source.closed_at = RoomState.JOINED, target, timezone.now()
    source.save(update_fields=["state", "joined_into", "closed_at"])
    if source.next_update_at and target.next_update_at and source.next_update_at < target.next_update_at:
        target.next_update_at, target.update_told_at = source.next_update_at, source.update_told_at
        target.save(update_fields=["next_update_at", "update_told_at"])
    if actor is SYSTEM:  # it stays so; what a person joins can be parted again, each joining by itself
        Joining.objects.filter(target=source, undone_at=None).update(target=target)
    record(events.Joined(subject=target.id, source_id=source.id), workspace_id=target.workspace_id, actor=actor)


def _bring_people(source: Room, target: Room) -> None:
    in_target = {seat.membership_id: seat.part for seat in target.seats.filter(left_at=None)}
    for seat in source.seats.filter(left_at=None).order_by("id"):
        if seat.membership_id in in_target:
            continue
        if seat.part == Part.LEAD and Part.LEAD in in_target.values():
            seat.part = Part.SERVICE
        seat.room = target
        seat.save(update_fields=["room", "part"])
        in_target[seat.membership_id] = seat.part
    source.seats.filter(left_at=None).update(left_at=timezone.now())


def take_in_cases_rooms(room: Room) -> None:
    """Rooms of single cases that are about the room's theme by now go into it."""
    about = Case.objects.filter(queries.about(room)).values("id")
    alone = Room.objects.select_for_update(of=("self",)).filter(
        workspace_id=room.workspace_id, state=RoomState.OPEN, theme=None, case__in=about
    )
    for source in alone.order_by("opened_at", "id"):
        join(source=source, target=room)


def _give_theme(room: Room, theme_id: uuid.UUID) -> None:
    """The room is the theme's now, or goes into the one the theme has."""
    standing = Room.objects.select_for_update(of=("self",)).filter(
        workspace_id=room.workspace_id, theme_id=theme_id, state=RoomState.OPEN
    )
    went = queries.home(workspace_id=room.workspace_id, theme_id=theme_id, case_id=None)
    target = standing.exclude(id=room.id).first() or (went if went and went.state == RoomState.OPEN else None)
    if target and target.id != room.id:
        join(source=room, target=target)
        return
    Room.objects.filter(id=room.id).update(theme_id=theme_id)
    record(events.ThemeTaken(subject=room.id, theme_id=theme_id), workspace_id=room.workspace_id)


@transaction.atomic
def follow_merge(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> None:
    """Themes took others in: the rooms of those are theirs, or go into theirs. Journal: war_rooms.joined, theme_taken.

    Where the merges were undone meanwhile nothing happens.
    """
    locking.lock(workspace_id)
    take_over_merged(workspace_id, theme_ids)


def take_over_merged(workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID | None]) -> None:
    """The rooms of what these themes took in are theirs, before anything else is done; the caller holds the lock."""
    merges = Merge.objects.filter(workspace_id=workspace_id, target_id__in=theme_ids, undone_at=None)
    for source_id, target_id in merges.order_by("merged_at").values_list("source_id", "target_id"):
        rooms = Room.objects.select_for_update(of=("self",)).filter(theme_id=source_id, state=RoomState.OPEN)
        for room in rooms:
            _give_theme(room, target_id)


@transaction.atomic
def follow_cases(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Cases went to other themes: rooms of their own go along. Returns the ids of the red ones, which want a room.

    A red that goes to another theme leaves the room of the theme before; a room it leaves empty goes along.
    """
    locking.lock(workspace_id)
    themes = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids, theme__isnull=False)
    take_over_merged(workspace_id, list(themes.values_list("theme_id", flat=True).distinct()))  # the room comes first
    alone = Room.objects.select_for_update(of=("self",)).filter(
        workspace_id=workspace_id, state=RoomState.OPEN, theme=None, case__in=case_ids, case__theme__isnull=False
    )
    for room in alone.select_related("case").order_by("opened_at", "id"):
        if room.case and room.case.theme_id:
            _give_theme(room, room.case.theme_id)
    _let_go(workspace_id, case_ids)
    running = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids, grade=Grade.RED, historical=False)
    return list(running.filter(state__in=UNFINISHED).values_list("id", flat=True))



def _let_go(workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> None:
    moved = Red.objects.filter(workspace_id=workspace_id, case__in=case_ids, room__state=RoomState.OPEN)
    left: dict[uuid.UUID, uuid.UUID] = {}
    reds = list(moved.select_related("room", "case").order_by("id"))
    about = queries.scopes([red.room for red in reds if red.room])
    for red in reds:
        if red.room and red.room.theme_id and red.case.theme_id not in about[red.room.id].themes:
            Red.objects.filter(id=red.id).update(room=None)
            if red.case.theme_id:
                left[red.room.id] = red.case.theme_id
    for room_id, theme_id in left.items():
        room = Room.objects.select_for_update(of=("self",)).get(id=room_id)
        if room.state == RoomState.OPEN and not room.reds.exists():
            _give_theme(room, theme_id)


@transaction.atomic
def forget_feedback(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Feedback was removed: a room called by its words is called by its theme alone, else by the case's number."""
    removed = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids)
    of_themes = Room.objects.filter(workspace_id=workspace_id, theme_id__in=removed.values("theme_id"))
    of_themes.update(title="")
    alone = Room.objects.filter(workspace_id=workspace_id, theme=None, case_id__in=removed.values("case_id"))
    for room in alone.select_related("case"):
        room.title = room.case.label if room.case else ""
        room.save(update_fields=["title"])
