"""How a run goes on: which of its steps begin now, and which are not needed. Nothing is stored here."""

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from huixiang.feedback.models import GRADE_RANK, Grade
from huixiang.playbooks.choosing import TIER_RANK, Known
from huixiang.playbooks.hands import Hands
from huixiang.playbooks.models import RunStep, Step
from huixiang.playbooks.states import OPEN, AfterState, CountedFrom, Starts, StepKind, StepState
from huixiang.workspaces import calendars
from huixiang.workspaces.models import Workspace

MOVED: Final = ("state", "owner", "role", "begun_at", "due_at", "remind_at", "ended_at", "by", "note", "carried")
AT_ONCE: Final = (StepKind.INFORM, StepKind.ROOM)  # what the product sees to itself as soon as it begins


@dataclass(frozen=True, slots=True)
class Ground:
    """What a batch of runs stands on: the team, the working hours, and whose details are still missing."""

    hands: Hands
    hours: calendars.WorkingHours
    missing: Collection[uuid.UUID | None]  # cases

    @classmethod
    def of(cls, workspace: Workspace, hands: Hands, missing: Collection[uuid.UUID | None]) -> "Ground":
        """The ground of a workspace."""
        return cls(hands, calendars.WorkingHours.of(workspace), missing)


def needed(step: Step, known: Known) -> bool:
    """Whether a step is for cases like this at all: grade and tier at least, kind among."""
    if step.min_grade and GRADE_RANK[Grade(known.grade)] > GRADE_RANK[Grade(step.min_grade)]:
        return False
    if step.min_tier and TIER_RANK.get(known.tier, 0) < TIER_RANK[step.min_tier]:
        return False
    return not step.kinds or known.kind in step.kinds


def advance(rows: Sequence[RunStep], ground: Ground, now: datetime.datetime) -> list[RunStep]:
    """Begin what can begin, leave out what cannot any more; `rows` is a whole run in order. Returns what changed."""
    moved: list[RunStep] = []
    while changed := [row for row in rows if row.state == StepState.WAITING and _go(row, rows, ground, now)]:
        moved += changed
    return moved


def _go(row: RunStep, rows: Sequence[RunStep], ground: Ground, now: datetime.datetime) -> bool:
    """Begin the step or leave it out, if either is due; returns whether it changed."""
    gates = _gates(row, rows)
    if any(gate.state in OPEN for gate in gates):
        return False
    ended = max((gate.ended_at for gate in gates if gate.ended_at), default=now)
    if _excluded(row, rows):
        leave_out(row, ended)
        return True
    if row.step.starts == Starts.MANUAL:
        return False
    if row.step.only_missing and row.case_id not in ground.missing:
        leave_out(row, ended)
    else:
        begin(row, ground, min(ended, now))
    return True


def _gates(row: RunStep, rows: Sequence[RunStep]) -> list[RunStep]:
    """The steps that have to end first."""
    place = rows.index(row)
    gates = [one for one in rows if row.step.after_key and one.step.key == row.step.after_key and one is not row]
    if row.step.counted_from == CountedFrom.BEFORE and place:
        gates.append(rows[place - 1])
    return gates


def _excluded(row: RunStep, rows: Sequence[RunStep]) -> bool:
    """Whether the step it follows has ended in the other way."""
    after = next((one for one in rows if row.step.after_key and one.step.key == row.step.after_key), None)
    if after is None or after is row:
        return False
    done = after.state == StepState.DONE
    return done != (row.step.after_state == AfterState.DONE)


def begin(row: RunStep, ground: Ground, at: datetime.datetime) -> None:
    """From now on it is to be done, by somebody, until some time."""
    row.state, row.begun_at, row.ended_at = StepState.ACTIVE, at, None
    ground.hands.give(row, at)
    row.due_at = due(row, ground, at)
    row.remind_at = _remind_at(row, at)


def due(row: RunStep, ground: Ground, at: datetime.datetime) -> datetime.datetime | None:
    """Until when, counted from the run's start or from now; None when it has no time."""
    if row.step.minutes is None:
        return None
    start = row.run.started_at if row.step.counted_from == CountedFrom.START else at
    hours = None if row.step.around_the_clock else ground.hours
    return calendars.due(start, datetime.timedelta(minutes=row.step.minutes), hours)


def _remind_at(row: RunStep, at: datetime.datetime) -> datetime.datetime | None:
    """Whoever is not the case's owner hears of it at once, the owner when a quarter of the time is left."""
    if row.step.kind in AT_ONCE or row.owner_id or row.role:
        return at
    return at + (row.due_at - at) * 3 / 4 if row.due_at and row.due_at > at else None


def leave_out(row: RunStep, at: datetime.datetime) -> None:
    """It is not needed here."""
    row.state, row.ended_at, row.remind_at = StepState.SKIPPED, at, None


def finish(row: RunStep, at: datetime.datetime) -> None:
    """It is done."""
    row.state, row.ended_at, row.remind_at = StepState.DONE, at, None
