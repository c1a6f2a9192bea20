"""False alarms: a room that opened by itself closes by itself once nothing dangerous is left of what was said."""

import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.war_rooms import events, locking, queries
from huixiang.war_rooms.figures import count
from huixiang.war_rooms.models import Decision, Fact, Question, Room, RoomNote, Statement
from huixiang.war_rooms.states import RoomState

WRITTEN = (Fact, Question, Decision, Statement, RoomNote)


@transaction.atomic
def void_false_alarms(*, workspace_id: uuid.UUID) -> list[Room]:
    """Close rooms whose feedback was all taken back, or of which no case is red any more; returns them.

    A room somebody opened, or wrote anything into, is left to its people: it closes with a review. A case that was
    solved is red still, so its room stays. Journal: war_rooms.voided.
    """
    if not _untouched(workspace_id).exists():
        return []  # as nearly always: nobody waits for the lock
    locking.lock(workspace_id)
    rooms = list(_untouched(workspace_id).select_for_update(of=("self",)).order_by("id"))
    said = count(rooms) if rooms else {}
    groundless = [room for room in rooms if not said[room.id].feedbacks or not _is_red(room)]
    for room in groundless:
        room.state, room.closed_at = RoomState.VOID, timezone.now()
        room.next_update_at = room.update_told_at = None
        room.save(update_fields=["state", "closed_at", "next_update_at", "update_told_at"])
        record(events.Voided(subject=room.id, theme_id=room.theme_id), workspace_id=workspace_id)
    return groundless


def _untouched(workspace_id: uuid.UUID) -> QuerySet[Room]:
    rooms = Room.objects.filter(workspace_id=workspace_id, state=RoomState.OPEN, opened_by=None)
    for kind in WRITTEN:
        rooms = rooms.exclude(Exists(kind.objects.filter(room=OuterRef("id"))))
    return rooms.select_related("theme").defer("theme__centre")


def _is_red(room: Room) -> bool:
    return Case.objects.filter(queries.about(room), grade=Grade.RED, historical=False).exists()
