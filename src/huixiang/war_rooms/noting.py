"""Notes in a room, who is named in them, and the updates that say where things stand."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import events, locking, seating
from huixiang.war_rooms.models import Mention, Room, RoomNote
from huixiang.war_rooms.states import RoomState
from huixiang.workspaces.models import Membership

AT_ONCE = 200


@transaction.atomic
def note(*, room: Room, by: Membership, text: str) -> RoomNote:
    """Write something into the room. Whoever is named with an @ finds it on their board.

    Journal: war_rooms.note_written.
    """
    room, text = locking.at_work(room), locking.checked(text, empty=_("Write something first."))
    made = _write(room, by, text, update=False, late=False)
    written = events.NoteWritten(subject=room.id, note_id=made.id, mentioned=made.mentioned)
    record(written, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=text)
    return made


@transaction.atomic
def post_update(*, room: Room, by: Membership, text: str, minutes: int | None = None) -> RoomNote:
    """Say where things stand; the next update is due after `minutes`, else by the grade's time.

    Journal: war_rooms.update_posted. Raises Refused for a time that is none.
    """
    room, text, now = locking.at_work(room), locking.checked(text, empty=_("Write where things stand.")), timezone.now()
    wait = seating.habits(room.workspace_id)[room.grade] if minutes is None else minutes
    if not 5 <= wait <= seating.LONGEST_MINUTES:  # noqa: PLR2004 - said in the sentence
        raise Refused(_("The time must lie between five minutes and seven days."))
    late = room.next_update_at is not None and room.next_update_at < now
    made = _write(room, by, text, update=True, late=late)
    room.updated_at, room.next_update_at, room.update_told_at = now, now + datetime.timedelta(minutes=wait), None
    room.save(update_fields=["updated_at", "next_update_at", "update_told_at"])
    posted = events.UpdatePosted(subject=room.id, note_id=made.id, late=late, next_at=room.next_update_at)
    record(posted, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=text)
    return made


def _write(room: Room, by: Membership, text: str, *, update: bool, late: bool) -> RoomNote:
    named = named_in(text, room.workspace_id) if "@" in text else []
    mentioned = [one.id for one in named if one.id != by.id]
    made = RoomNote.objects.create(
        workspace_id=room.workspace_id, room=room, text=text, by=by, update=update, late=late, mentioned=mentioned
    )
    Mention.objects.bulk_create(
        Mention(workspace_id=room.workspace_id, note=made, membership_id=one) for one in mentioned
    )
    return made


def named_in(text: str, workspace_id: uuid.UUID) -> list[Membership]:
    """Who of the team is named with an @: the longest name that fits counts, so that 林 does not take 林晚's."""
    team = list(Membership.objects.filter(workspace_id=workspace_id).select_related("user"))
    found = []
    for one in sorted(team, key=lambda one: -len(str(one))):
        if f"@{one}" in text:
            text = text.replace(f"@{one}", "")
            found.append(one)
    return found


def seen(*, room: Room, by: Membership) -> int:
    """Somebody opened the room: what named them there has been read. Returns how many notes."""
    return Mention.objects.filter(membership=by, note__room=room, seen_at=None).update(seen_at=timezone.now())


@transaction.atomic
def note_updates_due() -> int:
    """Tell of every update that should be there and is not, once for each; returns how many.

    Journal: war_rooms.update_due.
    """
    now = timezone.now()
    late = Room.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=RoomState.OPEN, update_told_at=None, next_update_at__lte=now
    )
    rooms = list(late.order_by("next_update_at")[:AT_ONCE])
    Room.objects.filter(id__in=[room.id for room in rooms]).update(update_told_at=now)
    _tell_due(rooms)
    return len(rooms)


def _tell_due(rooms: Sequence[Room]) -> None:
    notes: dict[uuid.UUID, list[Note]] = {}
    for room in rooms:
        due = events.UpdateDue(subject=room.id, theme_id=room.theme_id, due_at=room.next_update_at or room.opened_at)
        notes.setdefault(room.workspace_id, []).append(Note(due, actor=SYSTEM))
    for workspace_id, some in notes.items():
        record_all(some, workspace_id=workspace_id)
