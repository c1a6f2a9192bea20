"""How far the dialogue is: it goes on by what happens, and by hand with a way back."""

import datetime
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huixiang.cases import events
from huixiang.cases.models import Case
from huixiang.cases.states import ENDED, Stage
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused

ORDER: Final = tuple(str(stage) for stage in Stage)
BY_HAND: Final = ORDER[:-1]  # whether it is solved for them is the member's to say


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the line of a case: done, now or todo, and when it was reached as far as is known."""

    stage: str
    label: str
    state: str
    at: datetime.datetime | None


def put(case: Case, stage: str, *, at: datetime.datetime) -> None:
    """Write a stage and its time onto a case; storing it, and telling the journal, is the caller's."""
    case.stage, case.stage_at = stage, {**case.stage_at, str(stage): at.isoformat()}


def reach(case: Case, stage: str, *, at: datetime.datetime) -> events.StageChanged | None:
    """Let the dialogue be at least there; returns what the journal is to be told, None when it was that far already.

    Storing `stage` and `stage_at` is the caller's.
    """
    before = case.stage
    if ORDER.index(before) >= ORDER.index(stage):
        return None
    put(case, stage, at=at)
    return events.StageChanged(subject=case.id, before=str(before), after=str(stage))


def way(case: Case) -> list[Step]:
    """The line of a case: every stage from the first contact to the confirmation."""
    here = ORDER.index(case.stage)
    return [_step(case, number, here) for number in range(1, len(ORDER))]


def _step(case: Case, number: int, here: int) -> Step:
    stage = ORDER[number]
    state = "done" if number < here else "now" if number == here else "todo"
    told = case.stage_at.get(stage, "") if number <= here else ""
    return Step(stage, str(Stage(stage).label), state, parse_datetime(told) if told else None)


@transaction.atomic
def move(*, case: Case, stage: str, actor: Actor, by_hand: bool = True, undo: bool = False) -> str:
    """Say how far the dialogue is, forwards or back; returns where it was. Journal: cases.stage_changed.

    Playbooks call it with `by_hand=False`, which never goes back. `undo` brings a stage back with the time it had.
    Raises Refused for an ended case and for what only the member can say.
    """
    if stage not in BY_HAND:
        raise Refused(_("Only the member can say that it is solved for them."))
    locked = Case.objects.select_for_update(of=("self",)).get(id=case.id)
    before, after = ORDER.index(locked.stage), ORDER.index(stage)
    if locked.state in ENDED:
        raise Refused(_("It has ended. Reopen it first."))
    if before == after or (not by_hand and after < before):
        return ORDER[before]
    known = undo and stage in locked.stage_at
    if after > before and after > 0 and not known:
        put(locked, stage, at=timezone.now())
    locked.stage = case.stage = stage
    case.stage_at = locked.stage_at
    locked.save(update_fields=["stage", "stage_at"])
    event = events.StageChanged(subject=case.id, before=ORDER[before], after=stage, by_hand=by_hand)
    record(event, workspace_id=case.workspace_id, actor=actor)
    return ORDER[before]


@transaction.atomic
def lead(
    *, workspace_id: uuid.UUID, wanted: Mapping[uuid.UUID, str], actor: Actor, uncontacted: Collection[uuid.UUID] = ()
) -> int:
    """Let these cases be at least so far, as work on them tells; returns how many moved. Never back, nor once ended.

    One whose member nobody has written to stays “to be contacted”, or that would be lost from sight; not so those in
    `uncontacted`, of which a person said so. Journal: cases.stage_changed for each.
    """
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(workspace_id=workspace_id)
    cases = [
        one
        for one in rows.filter(id__in=list(wanted)).exclude(state__in=ENDED).order_by("id")
        if one.stage != Stage.CONTACTING or one.id in uncontacted
    ]
    at = timezone.now()
    notes = [Note(event, actor=actor) for one in cases if (event := reach(one, wanted[one.id], at=at))]
    Case.objects.bulk_update(cases, ["stage", "stage_at"])
    record_all(notes, workspace_id=workspace_id)
    return len(notes)
