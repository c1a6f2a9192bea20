"""Closing a room with a review, what changes because of it, and opening it again."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.cases.models import Clock, ClockName
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.war_rooms import events, locking, queries, seating
from huixiang.war_rooms.figures import count
from huixiang.war_rooms.models import Change, Red, Review, Room, RoomNote
from huixiang.war_rooms.states import RoomState
from huixiang.workspaces.models import Membership

MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that changes: what, by whom, by when."""

    text: str
    owner: Membership
    due_on: datetime.date


@dataclass(frozen=True, slots=True)
class Told:
    """A review as it is written."""

    what_happened: str
    why: str
    met: bool
    met_words: str
    changes: Sequence[Planned]


def figures(room: Room) -> dict[str, Any]:
    """What can be counted for the review.

    reds, taken (acknowledged), slowest (minutes until one was), answered and answers (first answers in time, of how
    many), updates, late (posted late or still due), people, feedbacks, hours (from opening to now).
    """
    reds = queries.reds([room])
    waits = [one.acknowledged_at - one.red_at for one in reds if one.acknowledged_at]
    clocks = Clock.objects.filter(case__in=[one.case_id for one in reds], name=ClockName.FIRST_ANSWER)
    times = list(clocks.exclude(stopped_at__isnull=False, met_at=None).values_list("met_at", "due_at"))
    now, counted = timezone.now(), count([room])[room.id]
    told = Entry.objects.filter(workspace_id=room.workspace_id, subject_id=room.id, name="war_rooms.update_due")
    return {
        "reds": len(reds), "taken": len(waits),
        "slowest": max((int(wait.total_seconds() // 60) for wait in waits), default=0),
        "answers": len(times), "answered": sum(met is not None and met <= due for met, due in times),
        "updates": RoomNote.objects.filter(room=room, update=True).count(), "late": told.count(),
        "people": counted.people, "feedbacks": counted.feedbacks,
        "hours": int((now - room.opened_at).total_seconds() // 3600),
    }  # fmt: skip


@transaction.atomic
def close(*, room: Room, by: Membership, told: Told) -> Review:
    """Close it with its review; the changes stand as tasks until they are done. Journal: war_rooms.closed.

    Raises Refused while a red case of it was taken by nobody, and for a review that leaves something out.
    """
    room = locking.at_work(room)
    waiting = Red.objects.filter(queries.STILL_RED, room=room).count()
    if waiting:
        raise Refused(
            ngettext(
                "%(n)d red case was taken by nobody yet. Take it first.",
                "%(n)d red cases were taken by nobody yet. Take them first.",
                waiting,
            )
            % {"n": waiting}
        )
    review = _write(room, by, told)
    room.state, room.closed_at = RoomState.CLOSED, review.at
    room.next_update_at = room.update_told_at = None
    room.save(update_fields=["state", "closed_at", "next_update_at", "update_told_at"])
    closed = events.Closed(subject=room.id, theme_id=room.theme_id, changes=len(told.changes), met=told.met)
    words = f"{review.what_happened}\n{review.why}"
    record(closed, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=words)
    return review


def _write(room: Room, by: Membership, told: Told) -> Review:
    happened = locking.checked(told.what_happened, empty=_("Say what happened."))
    why = locking.checked(told.why, empty=_("Say why it happened."))
    if not told.changes:
        raise Refused(_("Name at least one thing that changes, with who sees to it and by when."))
    if len(told.changes) > MOST_CHANGES:
        raise Refused(_("At most %(most)d changes.") % {"most": MOST_CHANGES})
    texts = [locking.checked(one.text, empty=_("Say what changes."), longest=300) for one in told.changes]
    review = Review.objects.create(
        workspace_id=room.workspace_id, room=room, by=by, what_happened=happened, why=why, met=told.met,
        met_words=told.met_words.strip()[:300], figures=figures(room),
    )  # fmt: skip
    Change.objects.bulk_create(
        Change(workspace_id=room.workspace_id, review=review, text=text, owner=one.owner, due_on=one.due_on)
        for text, one in zip(texts, told.changes, strict=True)
    )
    return review


@transaction.atomic
def reopen(*, room: Room, by: Membership, reason: str) -> Room:
    """Take a closed room up again; its reviews stay. Journal: war_rooms.opened.

    Raises Refused without a reason, and when the theme has another room at work.
    """
    reason = locking.checked(reason, empty=_("Say why it is taken up again."), longest=300)
    locking.lock(room.workspace_id)
    room = Room.objects.select_for_update(of=("self",)).get(id=room.id)
    if room.state == RoomState.OPEN:
        return room
    if room.state == RoomState.JOINED:
        raise Refused(_("This room was joined into another. Go on there."))
    if queries.open_room_of(workspace_id=room.workspace_id, theme_id=room.theme_id, case_id=room.case_id):
        raise Refused(_("There is another room at work for this already."))
    minutes = seating.habits(room.workspace_id)[room.grade]
    room.state, room.closed_at = RoomState.OPEN, None
    room.next_update_at = timezone.now() + datetime.timedelta(minutes=minutes)
    room.save(update_fields=["state", "closed_at", "next_update_at"])
    opened = events.Opened(subject=room.id, theme_id=room.theme_id, case_id=room.case_id, again=True)
    record(opened, workspace_id=room.workspace_id, actor=Actor("staff", by.id), words=reason)
    return room


@transaction.atomic
def settle_change(*, change: Change, by: Membership, done: bool) -> None:
    """What was to change is done, or is not after all. Journal: war_rooms.change_done, when it changed."""
    change = Change.objects.select_for_update(of=("self",)).select_related("review").get(id=change.id)
    if bool(change.done_at) == done:
        return
    change.done_at, change.done_by = (timezone.now(), by) if done else (None, None)
    change.save(update_fields=["done_at", "done_by"])
    settled = events.ChangeDone(subject=change.review.room_id, change_id=change.id, done=done)
    record(settled, workspace_id=change.workspace_id, actor=Actor("staff", by.id), words=change.text)


def change_by_id(*, workspace_id: uuid.UUID, change_id: uuid.UUID) -> Change | None:
    """One change of the workspace."""
    return Change.objects.filter(workspace_id=workspace_id, id=change_id).select_related("review__room").first()


@transaction.atomic
def note_export(*, room: Room, by: Membership, form: str) -> None:
    """Somebody took the record out as a file. Journal: war_rooms.record_exported."""
    event = events.RecordExported(subject=room.id, form=form)
    record(event, workspace_id=room.workspace_id, actor=Actor("staff", by.id))
