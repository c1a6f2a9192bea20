"""Handing a case over: a note of what is known and promised, taken or given back by who gets it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import events
from huixiang.cases.models import Case, Handover, Turn
from huixiang.cases.states import ENDED, Direction, Lane
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

LONGEST_NOTE = 5_000


def open_handover(case: Case) -> Handover | None:
    """The hand-over nobody has answered yet; one is over as soon as the case belongs to somebody else."""
    found = Handover.objects.filter(case=case, ended_at=None, taker_id=case.owner_id)
    return found.select_related("giver__user", "taker__user", "turn").first()


def handed_to(viewer: Membership) -> QuerySet[Handover, Any]:
    """The ids of the cases that wait for this person to take them."""
    return Handover.objects.filter(taker=viewer, ended_at=None).values("case_id")


@transaction.atomic
def hand_over(*, case: Case, by: Membership, to: Membership, text: str) -> Handover:
    """Give a case to another person with a note for them. It is theirs at once, and waits to be taken.

    Journal: cases.handed_over, cases.assigned. Raises Refused without a note, to oneself, for an ended case, and to
    whoever may not answer members.
    """
    case = _locked(case)
    note = _checked(text)
    if case.state in ENDED:
        raise Refused(_("It has ended. Reopen it before you hand it over."))
    if to.id == by.id:
        raise Refused(_("Hand it over to somebody else."))
    if to.workspace_id != case.workspace_id or not holds(to, Permission.REPLY):
        raise Refused(_("Choose somebody who answers members."))
    Handover.objects.filter(case=case, ended_at=None).update(ended_at=timezone.now())
    turn = _noted(case, by, note)
    made = Handover.objects.create(workspace_id=case.workspace_id, case=case, giver=by, taker=to, turn=turn)
    _give(case, to)
    handed = events.HandedOver(subject=case.id, turn_id=turn.id, taker_id=to.id)
    _tell(case, by, handed, events.Assigned(subject=case.id, owner_id=to.id))
    return made


@transaction.atomic
def take(*, case: Case, by: Membership) -> None:
    """Accept a case that was handed over. Journal: cases.handover_ended. Nothing happens a second time."""
    case = _locked(case)
    handover = _mine(case, by)
    _end(handover, taken=True)
    _tell(case, by, events.HandoverEnded(subject=case.id, taken=True))


@transaction.atomic
def give_back(*, case: Case, by: Membership, text: str) -> Membership | None:
    """Return a case to who gave it, with a reason they read; returns them, or None when they left the team.

    Journal: cases.handover_ended, cases.assigned.
    """
    case = _locked(case)
    handover = _mine(case, by)
    note = _checked(text)
    giver = handover.giver
    _noted(case, by, note)
    _end(handover, taken=False)
    _give(case, giver)
    ended = events.HandoverEnded(subject=case.id, taken=False)
    _tell(case, by, ended, events.Assigned(subject=case.id, owner_id=giver.id if giver else None))
    return giver


def settle(*, case: Case, actor: Actor) -> None:
    """Whoever ends a case that was handed over to them has taken it. Journal: cases.handover_ended, if there was one.

    One that ends otherwise, say with its theme, still waits to be taken: the note says what was promised.
    """
    waiting = Handover.objects.filter(case=case, ended_at=None, taker_id=actor.id) if actor.kind == "staff" else None
    if waiting and waiting.update(ended_at=timezone.now(), taken=True):
        taken = Note(events.HandoverEnded(subject=case.id, taken=True), actor=actor)
        record_all([taken], workspace_id=case.workspace_id)


def _locked(case: Case) -> Case:
    """The case as it is now, held: a second press waits here and finds the hand-over answered."""
    return Case.objects.select_for_update(of=("self",)).get(id=case.id)


def _mine(case: Case, by: Membership) -> Handover:
    found = open_handover(case)
    if found is None or found.taker_id != by.id:
        raise Refused(_("Nothing is handed over to you here any more."))
    return found


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write what the other person has to know."))
    return text[:LONGEST_NOTE]


def _noted(case: Case, by: Membership, text: str) -> Turn:
    return Turn.objects.create(
        workspace_id=case.workspace_id, case=case, direction=Direction.NOTE, lane=Lane.INTERNAL, text=text, by=by
    )


def _give(case: Case, to: Membership | None) -> None:
    case.owner = to
    case.save(update_fields=["owner"])


def _end(handover: Handover, *, taken: bool) -> None:
    handover.ended_at, handover.taken = timezone.now(), taken
    handover.save(update_fields=["ended_at", "taken"])


def _tell(case: Case, by: Membership, *told: events.CaseEvent) -> None:
    actor = Actor("staff", by.id)
    record_all([Note(event, actor=actor) for event in told], workspace_id=case.workspace_id)
