"""Opening rooms, and taking red cases. What is done in a room stands in the modules beside this one."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import actions as cases
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import UNFINISHED, Direction
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.war_rooms import events, following, locking, queries, seating
from huixiang.war_rooms.models import Red, Room
from huixiang.war_rooms.states import ENDED, Part, RoomState
from huixiang.workspaces.models import Membership, Workspace

AGAIN_WITHIN: Final = datetime.timedelta(days=30)  # a closed room is taken up again, not opened anew
TURNS_RED: Final = ("cases.opened", "cases.regraded")


@transaction.atomic
def open_room(
    *, workspace: Workspace, theme: Theme | None = None, case: Case | None = None, actor: Actor = SYSTEM,
    reason: str = "",
) -> Room:  # fmt: skip
    """The room at work for a theme, or for a case without one; opened if there is none. Safe to call again.

    One that was closed within the last thirty days is taken up again. What somebody joined into another room belongs
    there. Rooms of cases of the theme go into the theme's.
    Those who are called by habit are in, and the next update is due by the grade's time.
    Journal: war_rooms.opened, war_rooms.seat_taken, war_rooms.joined. Raises Refused without a theme or case.
    """
    theme_id, case = _about(workspace, theme, case)
    locking.lock(workspace.id)
    following.take_over_merged(workspace.id, [theme_id])
    room = queries.open_room_of(workspace_id=workspace.id, theme_id=theme_id, case_id=case.id if case else None)
    if room is None:
        room = _again(workspace, theme_id, case) or _new(workspace, theme_id, case, actor)
        room.reason = reason.strip()[:300]
        _begin(room, actor, reason.strip())
    if theme_id:
        following.take_in_cases_rooms(room)
    _gather_reds(room)
    return room


def _about(workspace: Workspace, theme: Theme | None, case: Case | None) -> tuple[uuid.UUID | None, Case | None]:
    """The theme it is about, else the case."""
    theme_id = theme.id if theme else case.theme_id if case else None
    while theme_id and (into := _merged_into(workspace, theme_id)):
        theme_id = into
    if theme_id is None and case is None:
        raise Refused(_("Choose the theme or the case the room is for."))
    return theme_id, None if theme_id else case


def _merged_into(workspace: Workspace, theme_id: uuid.UUID) -> uuid.UUID | None:
    found = Theme.objects.filter(workspace=workspace, id=theme_id, status=ThemeStatus.MERGED)
    return found.values_list("merged_into_id", flat=True).first()


def _again(workspace: Workspace, theme_id: uuid.UUID | None, case: Case | None) -> Room | None:
    since = timezone.now() - AGAIN_WITHIN
    about = Q(theme_id=theme_id) if theme_id else Q(theme=None, case=case)
    went = queries.home(workspace_id=workspace.id, theme_id=theme_id, case_id=case.id if case else None)
    if went:
        about |= Q(id=went.id)
    rooms = Room.objects.select_for_update(of=("self",)).filter(about, workspace=workspace, state__in=ENDED)
    room = rooms.filter(closed_at__gt=since).order_by("-closed_at").first()
    if room:
        room.state, room.closed_at = RoomState.OPEN, None
    return room


def _new(workspace: Workspace, theme_id: uuid.UUID | None, case: Case | None, actor: Actor) -> Room:
    last = Room.objects.filter(workspace=workspace).aggregate(last=Max("number"))["last"]
    theme = Theme.objects.defer("centre").get(id=theme_id) if theme_id else None
    red = theme is None or theme.worst_grade in {Grade.RED, ""}
    return Room(
        workspace=workspace, number=(last or 0) + 1, theme=theme, case=case,
        title=theme.name if theme else case.title if case else "",
        grade=Grade.RED if red or theme is None else theme.worst_grade,
        opened_by_id=actor.id if actor.kind == "staff" else None,
    )  # fmt: skip


def _begin(room: Room, actor: Actor, reason: str) -> None:
    now, again = timezone.now(), not room._state.adding  # noqa: SLF001 - Django's public name for it
    minutes = seating.habits(room.workspace_id)[room.grade]
    room.next_update_at, room.update_told_at = now + datetime.timedelta(minutes=minutes), None
    room.save()
    opened = events.Opened(subject=room.id, theme_id=room.theme_id, case_id=room.case_id, again=again)
    record(opened, workspace_id=room.workspace_id, actor=actor, words=reason)
    seating.call(room)


def _gather_reds(room: Room) -> None:
    """The red cases it is about belong to it, but for those of rooms that were closed before."""
    mine = Case.objects.filter(queries.about(room), grade=Grade.RED)
    free = Q(room=None) | ~Q(room__state=RoomState.OPEN) & Q(case__state__in=UNFINISHED)
    Red.objects.filter(free, workspace_id=room.workspace_id, case__in=mine).exclude(room=room).update(room=room)
    if room.grade != Grade.RED and mine.filter(state__in=UNFINISHED, historical=False).exists():
        Room.objects.filter(id=room.id).update(grade=Grade.RED)
        room.grade = Grade.RED


@transaction.atomic
def look(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> list[Room]:
    """Cases were opened or re-graded: mark those that are red, and see to it that there is a room for each.

    What came in as history, or has ended meanwhile, opens nothing. Returns the rooms.
    """
    found = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids, grade=Grade.RED, historical=False)
    reds = list(found.filter(state__in=UNFINISHED).order_by("id"))
    if not reds:
        return []
    locking.lock(workspace_id)
    _mark(workspace_id, reds)
    workspace = Workspace.objects.get(id=workspace_id)
    about = {case.theme_id or case.id: case for case in reds}
    return [open_room(workspace=workspace, case=case) for case in about.values()]


def _mark(workspace_id: uuid.UUID, reds: Sequence[Case]) -> None:
    """When each turned red, by the journal. One that was taken and turned red once more wants to be taken again."""
    entries = Entry.objects.filter(workspace_id=workspace_id, subject_id__in=[case.id for case in reds])
    turned = dict(entries.filter(name__in=TURNS_RED).order_by("id").values_list("subject_id", "at"))
    known = {red.case_id: red for red in Red.objects.select_for_update().filter(case__in=reds)}
    for case in reds:
        at, red = turned.get(case.id, case.begins_at), known.get(case.id)
        if red is None:
            Red.objects.create(workspace_id=workspace_id, case=case, red_at=at)
        elif red.acknowledged_at and red.acknowledged_at < at:
            red.red_at, red.acknowledged_at, red.acknowledged_by = at, None, None
            red.save(update_fields=["red_at", "acknowledged_at", "acknowledged_by"])


@transaction.atomic
def acknowledge(*, case: Case, by: Membership) -> Red:
    """Somebody takes a red case: it is theirs, and they are in its room. The time is kept.

    Journal: war_rooms.acknowledged, cases.assigned, war_rooms.seat_taken. Raises Refused when somebody else was
    quicker, and for a case that is not red.
    """
    red = _held(case)
    if red.acknowledged_by_id == by.id and red.acknowledged_at:
        return red
    if red.acknowledged_at:
        raise Refused(_("%(name)s took it already.") % {"name": red.acknowledged_by})
    actor = Actor("staff", by.id)
    cases.assign(case=case, owner=by, actor=actor)
    _taken(red, by, timezone.now(), answering=False)
    if red.room and red.room.state == RoomState.OPEN:
        seating.sit_down(red.room, by, Part.SERVICE, actor)
    return red


def _held(case: Case) -> Red:
    """The mark of a red case, held; made here when the job has not come to it yet."""
    case = Case.objects.get(id=case.id)
    if case.grade != Grade.RED:
        raise Refused(_("This case is not red any more."))
    if not Red.objects.filter(case=case).exists():
        look(workspace_id=case.workspace_id, case_ids=[case.id])
    found = Red.objects.select_for_update(of=("self",)).select_related("room", "acknowledged_by__user")
    red = found.filter(case=case).first()
    if red is None:
        raise Refused(_("This case has ended, or came in as history: nobody has to take it."))
    return red


def _taken(red: Red, by: Membership, at: datetime.datetime, *, answering: bool) -> None:
    red.acknowledged_at, red.acknowledged_by = at, by
    red.save(update_fields=["acknowledged_at", "acknowledged_by"])
    taken = events.Acknowledged(subject=red.case_id, room_id=red.room_id, answering=answering)
    record(taken, workspace_id=red.workspace_id, actor=Actor("staff", by.id))


@transaction.atomic
def note_answers(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> int:
    """Whoever answers a red case nobody has taken has taken it; returns how many. Journal: war_rooms.acknowledged."""
    waiting = Red.objects.select_for_update(of=("self",)).filter(
        workspace_id=workspace_id, case__in=case_ids, acknowledged_at=None
    )
    done = 0
    for red in waiting.order_by("id"):
        turns = Turn.objects.filter(case_id=red.case_id, direction=Direction.OUTBOUND, by__isnull=False)
        turn = turns.filter(at__gte=red.red_at).select_related("by").order_by("at").first()
        if turn and turn.by:
            _taken(red, turn.by, turn.at, answering=True)
            done += 1
    return done
