"""Facts tick steps: answers, complete details, an open war room, a resolved theme.

They are read anew each time, so that a job that runs twice, late or out of turn comes to the same.
"""

import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from huixiang.cases.models import Case, Turn
from huixiang.cases.states import ENDED, CaseState, Direction, Lane, Stage
from huixiang.journal.actions import Note, record_all
from huixiang.kernel import jobs
from huixiang.playbooks import rooms, running, staging
from huixiang.playbooks.advancing import MOVED, Ground, advance, finish
from huixiang.playbooks.events import RunRevived, StepDone
from huixiang.playbooks.hands import Hands
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.states import AFTERWARDS, OPEN, DoneBy, EndReason, StepState
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Workspace

BATCH = 500  # cases of a theme looked at in one transaction
PAST_DETAILS = (Stage.DETAILS, Stage.VERIFYING, Stage.OFFERED, Stage.CONFIRMED)
RESOLVED = (ThemeStatus.FIXED, ThemeStatus.ANNOUNCED)
ANSWERS = {
    DoneBy.ANSWERED: (Lane.PUBLIC, Lane.GROUP, Lane.PRIVATE),
    DoneBy.PRIVATE: (Lane.PRIVATE,),
    DoneBy.PUBLIC: (Lane.PUBLIC, Lane.GROUP),
}


@dataclass(slots=True)
class Facts:
    """What is so of a case now, beside what the case itself tells: answers with their times, by lane, and the rest."""

    answers: list[tuple[datetime.datetime, str]] = field(default_factory=list)
    missing: bool = False
    room: bool = False


def settle(*, workspace: Workspace, case_ids: Sequence[uuid.UUID], told: Collection[uuid.UUID] = ()) -> int:
    """Tick what facts have done on these cases, begin what follows, and end what is over; returns how many cases moved.

    `told`: the steps whose people have just been told. Journal: playbooks.step_done, playbooks.ended. Job:
    playbooks.lead, for cases that are not so far yet as their steps tell.
    """
    ids, moved = sorted(set(case_ids)), 0
    for start in range(0, len(ids), BATCH):
        moved += _settle(workspace, ids[start : start + BATCH], told)
    return moved


@transaction.atomic
def _settle(workspace: Workspace, case_ids: Sequence[uuid.UUID], told: Collection[uuid.UUID]) -> int:
    runs = locked_runs(workspace.id, case_ids)
    if not runs:
        return 0
    rows, facts = rows_of(runs), _facts(workspace.id, [run.case for run in runs])
    missing = {case_id for case_id, one in facts.items() if one.missing}
    hands = Hands(workspace.id, [row.step for some in rows.values() for row in some if row.state in OPEN])
    ground, now = Ground.of(workspace, hands, missing), timezone.now()
    done: list[RunStep] = []
    moved: list[RunStep] = []
    for run in runs:
        ticked, others = _go_on(rows[run.id], facts[run.case_id], ground, now, told)
        done += ticked
        moved += [*ticked, *others]
    hands.store()
    keep(workspace, moved, [_told(row) for row in done])
    staging.follow(workspace, list(rows.values()))
    return len(_end(runs, rows, moved))


def locked_runs(workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> list[PlaybookRun]:
    """The open runs of these cases, locked by id so that two batches never wait for each other."""
    rows = PlaybookRun.objects.select_for_update(of=("self",), no_key=True).select_related("version", "case__theme")
    found = rows.filter(workspace_id=workspace_id, case_id__in=case_ids, ended_at=None)
    return list(found.defer("case__theme__centre").order_by("id"))


def rows_of(runs: Sequence[PlaybookRun]) -> dict[uuid.UUID, list[RunStep]]:
    """The steps of runs in order, each with its run at hand: one statement."""
    found: dict[uuid.UUID, list[RunStep]] = {run.id: [] for run in runs}
    by_id = {run.id: run for run in runs}
    for row in RunStep.objects.filter(run__in=runs).select_related("step").order_by("run_id", "position"):
        row.run = by_id[row.run_id]
        row.case = row.run.case
        found[row.run_id].append(row)
    return found


def _facts(workspace_id: uuid.UUID, cases: Sequence[Case]) -> dict[uuid.UUID, Facts]:
    found = {case.id: Facts() for case in cases}
    said = Turn.objects.filter(case_id__in=list(found), direction=Direction.OUTBOUND).order_by("at")
    for case_id, at, lane in said.values_list("case_id", "at", "lane"):
        found[case_id].answers.append((at, lane))
    missing, in_room = running.missing_of(workspace_id, cases), rooms.with_room(cases)
    for case in cases:
        found[case.id].missing = case.id in missing and case.stage not in PAST_DETAILS
        found[case.id].room = case.id in in_room
    return found


def _go_on(
    rows: Sequence[RunStep], facts: Facts, ground: Ground, now: datetime.datetime, told: Collection[uuid.UUID]
) -> tuple[list[RunStep], list[RunStep]]:
    """Tick and begin by turns until nothing moves: what begins by a fact may be done by a later one already."""
    done: list[RunStep] = []
    moved: dict[uuid.UUID, RunStep] = {}
    while True:
        ticked = []
        for row in rows:
            if row.state in OPEN and (at := _done_at(row, facts, now, told)):
                finish(row, at)
                ticked.append(row)
        begun = [*_over(rows, now), *advance(rows, ground, now)]
        done += ticked
        moved |= {row.id: row for row in begun}
        if not ticked and not begun:
            ticked_ids = {row.id for row in done}
            return done, [row for row in moved.values() if row.id not in ticked_ids]


def _done_at(
    row: RunStep, facts: Facts, now: datetime.datetime, told: Collection[uuid.UUID]
) -> datetime.datetime | None:
    """When the step was done by a fact; None while it is not."""
    how = row.step.done_by
    if how in ANSWERS:
        since = row.begun_at
        after = (at for at, lane in facts.answers if lane in ANSWERS[DoneBy(how)] and since and at > since)
        return next(after, None)
    return now if row.id in told or _is_so(how, row.case, facts) else None


def _is_so(how: str, case: Case, facts: Facts) -> bool:
    status = case.theme.status if case.theme else ""
    if how == DoneBy.DETAILS:
        return not facts.missing
    if how == DoneBy.ROOM:
        return facts.room
    if how == DoneBy.RESOLVED:
        return status in RESOLVED or case.state in (CaseState.SOLVED, CaseState.CONFIRMED)
    if how == DoneBy.ANNOUNCED:
        return status == ThemeStatus.ANNOUNCED
    return how == DoneBy.CONFIRMED and case.state == CaseState.CONFIRMED


def _over(rows: Sequence[RunStep], now: datetime.datetime) -> list[RunStep]:
    """The member confirmed it: what leads there needs not be done any more."""
    if not rows or rows[0].case.state != CaseState.CONFIRMED:
        return []
    idle = [row for row in rows if row.state in OPEN and row.step.kind not in AFTERWARDS]
    for row in idle:
        row.state, row.ended_at, row.remind_at = StepState.STOPPED, now, None
    return idle


def _told(row: RunStep) -> Note:
    return Note(StepDone(subject=row.case_id, step=row.id, kind=row.step.kind, fact=True))


def keep(workspace: Workspace, moved: Sequence[RunStep], notes: Sequence[Note]) -> None:
    """Store steps that moved, with what is told of them; whoever has to hear of one hears by a job."""
    RunStep.objects.bulk_update(moved, MOVED, batch_size=500)
    record_all(notes, workspace_id=workspace.id)
    if any(row.remind_at and row.remind_at <= timezone.now() for row in moved):
        jobs.queue("playbooks.remind", once="playbooks.remind")


def _end(
    runs: Sequence[PlaybookRun], rows: Mapping[uuid.UUID, Sequence[RunStep]], moved: Sequence[RunStep]
) -> set[uuid.UUID]:
    """End the runs that are over; returns the cases on which anything happened."""
    closed = [run for run in runs if run.case.state == CaseState.CLOSED]
    over = [run for run in runs if run not in closed and not any(row.state in OPEN for row in rows[run.id])]
    confirmed = [run for run in over if run.case.state == CaseState.CONFIRMED]
    running.end(runs=closed, reason=EndReason.CLOSED)
    running.end(runs=confirmed, reason=EndReason.CONFIRMED)
    running.end(runs=[run for run in over if run not in confirmed], reason=EndReason.COMPLETE)
    return {row.case_id for row in moved} | {run.case_id for run in [*closed, *over]}


@transaction.atomic
def revive(*, workspace: Workspace, case_ids: Sequence[uuid.UUID]) -> int:
    """Let the playbooks of reopened cases go on where they were stopped; returns how many. Journal: playbooks.revived.

    One whose every step had ended stays ended.
    """
    cases = Case.objects.filter(workspace=workspace, id__in=case_ids).exclude(state__in=ENDED)
    last = PlaybookRun.objects.filter(case__in=cases).order_by("case_id", "-started_at").distinct("case_id")
    stopped = PlaybookRun.objects.select_for_update(of=("self",)).filter(
        id__in=list(last.values_list("id", flat=True)), end_reason__in=(EndReason.CLOSED, EndReason.CONFIRMED)
    )
    ids = list(stopped.order_by("id").values_list("id", "case_id"))
    PlaybookRun.objects.filter(id__in=[run_id for run_id, _case in ids]).update(ended_at=None, end_reason="")
    rows = RunStep.objects.filter(run_id__in=[run_id for run_id, _case in ids], state=StepState.STOPPED)
    rows.filter(begun_at=None).update(state=StepState.WAITING, ended_at=None)
    rows.update(state=StepState.ACTIVE, ended_at=None)
    notes = [Note(RunRevived(subject=case_id, run_id=run_id)) for run_id, case_id in ids]
    record_all(notes, workspace_id=workspace.id)
    return len(ids)
