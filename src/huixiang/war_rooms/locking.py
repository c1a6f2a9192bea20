"""Holding a room while something is written into it, and what is written checked."""

import uuid

from django.db import connection
from django.utils.translation import gettext as _

from huixiang.kernel.errors import Refused
from huixiang.war_rooms.models import Room
from huixiang.war_rooms.states import ENDED, RoomState

LONGEST = 2_000


def lock(workspace_id: uuid.UUID) -> None:
    """One who opens or joins rooms at a time in a workspace, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(workspace_id)])


def at_work(room: Room) -> Room:
    """The room as it is now, held. Raises Refused when it is closed, or went into another."""
    found = Room.objects.select_for_update(of=("self",)).get(id=room.id)
    if found.state == RoomState.JOINED:
        raise Refused(_("This room was joined into another. Go on there."))
    if found.state in ENDED:
        raise Refused(_("This room is closed. Open it again to go on."))
    return found


def checked(text: str, *, empty: str, longest: int = LONGEST) -> str:
    """The words as they are kept. Raises Refused with `empty` for none, and for too many."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(empty)
    if len(text) > longest:
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": longest})
    return text
