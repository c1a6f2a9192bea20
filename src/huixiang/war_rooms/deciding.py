"""Decisions: written down with who and why, superseded by later ones, never edited."""

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import events, locking
from huixiang.war_rooms.models import Decision, Room
from huixiang.workspaces.models import Membership


@transaction.atomic
def decide(
    *, room: Room, written_by: Membership, by: Membership, text: str, why: str, instead_of: Decision | None = None
) -> Decision:
    """Write down what `by` decided, and what it replaces. Journal: war_rooms.decided.

    Raises Refused without a reason, and when the decision to be replaced was replaced already.
    """
    room = locking.at_work(room)
    text = locking.checked(text, empty=_("Write what is decided."))
    why = locking.checked(why, empty=_("Say why it is decided so."))
    before = _replaceable(room, instead_of)
    made = Decision.objects.create(
        workspace_id=room.workspace_id, room=room, text=text, why=why, by=by, written_by=written_by
    )
    if before:
        before.superseded_by = made
        before.save(update_fields=["superseded_by"])
    decided = events.Decided(
        subject=room.id, decision_id=made.id, by_id=by.id, superseded_id=before.id if before else None
    )
    words = f"{text}\n{why}"
    record(decided, workspace_id=room.workspace_id, actor=Actor("staff", written_by.id), words=words)
    return made


def _replaceable(room: Room, wanted: Decision | None) -> Decision | None:
    if wanted is None:
        return None
    found = Decision.objects.select_for_update(of=("self",)).filter(id=wanted.id, room=room).first()
    if found is None or found.superseded_by_id:
        raise Refused(_("Somebody replaced this decision meanwhile. Read theirs first."))
    return found
