"""What people do with the steps of a case: tick, skip, begin, hand on, take back."""

import uuid
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import Note
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks import events, staging
from huixiang.playbooks.advancing import Ground, advance, begin, finish
from huixiang.playbooks.hands import Hands
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.running import end, missing_of
from huixiang.playbooks.settling import keep, rows_of
from huixiang.playbooks.states import OPEN, EndReason, StepState
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

LONGEST_NOTE = 1_000
Change = Callable[[RunStep, Ground], events.StepEvent]


def may_act(by: Membership, row: RunStep) -> bool:
    """Whoever handles cases may do anything with a step; anybody else with what is theirs or their role's."""
    if holds(by, Permission.HANDLE) or row.owner_id == by.id:
        return True
    return row.owner_id is None and bool(row.role) and row.role == by.role


@transaction.atomic
def tick(*, row: RunStep, by: Membership, note: str = "") -> None:
    """Say that a step is done; what follows begins. Journal: playbooks.step_done. Nothing happens a second time."""

    def change(now: RunStep, _ground: Ground) -> events.StepEvent:
        finish(now, timezone.now())
        now.by, now.note = by, _note(note)
        return events.StepDone(subject=now.case_id, step=now.id, kind=now.step.kind, fact=False)

    _change(row, by, change, OPEN, words=note)


@transaction.atomic
def skip(*, row: RunStep, by: Membership, reason: str) -> None:
    """Leave a step out, with a reason; what follows begins. Journal: playbooks.step_skipped."""
    if not reason.strip():
        raise Refused(_("Say why it is skipped."))

    def change(now: RunStep, _ground: Ground) -> events.StepEvent:
        finish(now, timezone.now())
        now.state, now.by, now.note = StepState.SKIPPED, by, _note(reason)
        return events.StepSkipped(subject=now.case_id, step=now.id, kind=now.step.kind)

    _change(row, by, change, OPEN, words=reason)


@transaction.atomic
def begin_step(*, row: RunStep, by: Membership) -> None:
    """Begin a step now, whatever it waited for. Journal: playbooks.step_begun."""

    def change(now: RunStep, ground: Ground) -> events.StepEvent:
        begin(now, ground, timezone.now())
        return events.StepBegun(subject=now.case_id, step=now.id, kind=now.step.kind)

    _change(row, by, change, (StepState.WAITING,))


@transaction.atomic
def hand(*, row: RunStep, by: Membership, to: Membership) -> None:
    """Give a step to somebody of the team, or take it. They hear of it at once. Journal: playbooks.step_handed."""
    if to.workspace_id != row.workspace_id:
        raise Refused(_("Choose somebody of the team."))

    def change(now: RunStep, _ground: Ground) -> events.StepEvent:
        now.owner, now.role = to, ""
        if now.state != StepState.WAITING and to.id != by.id:
            now.remind_at = timezone.now()
        return events.StepHanded(subject=now.case_id, step=now.id, kind=now.step.kind, membership_id=to.id)

    _change(row, by, change, OPEN)


@transaction.atomic
def take_back(*, row: RunStep, by: Membership) -> None:
    """A step is to be done after all; what began because of it stays. Journal: playbooks.step_taken_back.

    A run that had ended with it goes on, unless another has begun since. What facts say will be ticked again.
    """

    def change(now: RunStep, _ground: Ground) -> events.StepEvent:
        now.state = StepState.ACTIVE if now.begun_at else StepState.WAITING
        now.begun_at = timezone.now() if now.begun_at else None  # answers from before do not tick it again
        now.ended_at, now.by, now.note, now.carried = None, None, "", False
        return events.StepTakenBack(subject=now.case_id, step=now.id, kind=now.step.kind)

    _change(row, by, change, (StepState.DONE, StepState.SKIPPED), again=True)


def _note(words: str) -> str:
    return words.replace("\x00", "").strip()[:LONGEST_NOTE]


def _change(
    row: RunStep, by: Membership, change: Change, states: tuple[str, ...], *, words: str = "", again: bool = False
) -> None:
    """Change a step with its run locked, then begin what follows, end what is over, and move the case's stage on."""
    if not may_act(by, row):
        raise Refused(_("This step is up to somebody else."))
    staging.hold(row.case_id)
    run = _locked(row.run_id, again=again)
    rows = rows_of([run])[run.id]
    now = next(one for one in rows if one.id == row.id)
    if now.state not in states:
        return
    hands = Hands(run.workspace_id, [one.step for one in rows])
    ground = Ground.of(run.workspace, hands, missing_of(run.workspace_id, [run.case]))
    event = change(now, ground)
    begun = advance(rows, ground, timezone.now())
    hands.store()
    moved = {one.id: one for one in [now, *begun]}
    if again:
        _go_on(run)
    keep(run.workspace, list(moved.values()), [Note(event, _note(words), Actor("staff", by.id))])
    if not any(one.state in OPEN for one in rows):
        end(runs=[run], reason=EndReason.COMPLETE)
    pressed = [] if again else [now.id]
    staging.lead(workspace_id=run.workspace_id, case_ids=[run.case_id], pressed=pressed, actor=Actor("staff", by.id))


def _locked(run_id: uuid.UUID, *, again: bool) -> PlaybookRun:
    rows = PlaybookRun.objects.select_for_update(of=("self",), no_key=True)
    run = rows.select_related("version", "case__theme", "workspace").defer("case__theme__centre").get(id=run_id)
    if run.ended_at and not (again and run.end_reason == EndReason.COMPLETE):
        raise Refused(_("This playbook has ended on the case."))
    return run


def _go_on(run: PlaybookRun) -> None:
    """A run that had ended because every step had goes on, if the case has no other by now."""
    if not run.ended_at:
        return
    if PlaybookRun.objects.filter(case_id=run.case_id, ended_at=None).exists():
        raise Refused(_("Another playbook has begun on the case since."))
    run.ended_at, run.end_reason = None, ""
    run.save(update_fields=["ended_at", "end_reason"])
