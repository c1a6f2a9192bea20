"""What steps tell of how far the dialogue is.

While somebody verifies, the case is being verified; once the step “offer a solution” is done, one was offered. It only
ever goes forward; what a person said by hand after the step holds, and so does reopening the case.
"""

import datetime
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.db.models import Max, Q

from huixiang.cases import stages
from huixiang.cases.models import Case
from huixiang.cases.stages import ORDER
from huixiang.cases.states import ENDED, CaseState, Stage
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel import jobs
from huixiang.playbooks.models import RunStep
from huixiang.playbooks.states import TO_DO, EndReason, StepKind, StepState
from huixiang.workspaces.models import Workspace

BEGUN: Final[dict[str, Stage]] = {StepKind.VERIFY: Stage.VERIFYING}
DONE: Final[dict[str, Stage]] = {StepKind.VERIFY: Stage.VERIFYING, StepKind.OFFER: Stage.OFFERED}


def told_by(row: RunStep) -> tuple[str, datetime.datetime] | None:
    """The stage a step tells of, and since when; None for most steps."""
    if row.state in TO_DO and row.begun_at and row.step.kind in BEGUN:
        return str(BEGUN[row.step.kind]), row.begun_at
    if row.state == StepState.DONE and row.ended_at and row.step.kind in DONE:
        return str(DONE[row.step.kind]), row.ended_at
    return None


def follow(workspace: Workspace, runs: Sequence[Sequence[RunStep]]) -> None:
    """Queue a look at those of these runs whose cases are not so far yet as their steps tell. Job: playbooks.lead."""
    behind = {row.case_id for rows in runs for row in rows if _behind(row)}
    if behind:
        jobs.queue("playbooks.lead", workspace_id=str(workspace.id), subjects=sorted(map(str, behind)))


def _behind(row: RunStep) -> bool:
    told = told_by(row)
    if told is None or row.case.stage == Stage.CONTACTING or row.case.state in ENDED:
        return False
    return ORDER.index(told[0]) > ORDER.index(row.case.stage)


def lead(
    *, workspace_id: uuid.UUID, case_ids: Collection[uuid.UUID], pressed: Collection[uuid.UUID] = (),
    actor: Actor = SYSTEM,
) -> int:  # fmt: skip
    """Bring cases as far as their steps tell; returns how many moved. Journal: cases.stage_changed.

    `pressed`: steps somebody has just begun or ticked themselves, which count whatever was said by hand before.
    """
    at_work = Q(run__ended_at=None) | Q(run__end_reason=EndReason.COMPLETE)
    rows = RunStep.objects.filter(at_work, workspace_id=workspace_id, case_id__in=case_ids)
    found = [(row, told) for row in rows.select_related("step") if (told := told_by(row))]
    by_hand = _by_hand(workspace_id, {row.case_id for row, _told in found})
    wanted: dict[uuid.UUID, str] = {}
    for row, (stage, since) in found:
        before = by_hand.get(row.case_id)
        if row.id in pressed or before is None or since > before:
            wanted[row.case_id] = max(wanted.get(row.case_id, ORDER[0]), stage, key=ORDER.index)
    said = {row.case_id for row, _told in found if row.id in pressed}
    return stages.lead(workspace_id=workspace_id, wanted=wanted, actor=actor, uncontacted=said) if wanted else 0


def _by_hand(workspace_id: uuid.UUID, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """When somebody last said by hand how far these cases are, or they were reopened."""
    said = Q(name="cases.stage_changed", data__by_hand=True)
    said |= Q(name="cases.state_changed", data__after=CaseState.REOPENED)
    rows = Entry.objects.filter(said, workspace_id=workspace_id, subject_id__in=case_ids)
    return dict(rows.values_list("subject_id").annotate(last=Max("at")))


def hold(case_id: uuid.UUID) -> None:
    """Lock a case before its run is, as everybody does who goes on to move its stage."""
    Case.objects.select_for_update(of=("self",), no_key=True).get(id=case_id)
