"""Who has to hear of a step, and when: at once, before it is due, and when it is late. Each once."""

import uuid
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.cases.states import ENDED
from huixiang.journal.actions import Note, record_all
from huixiang.kernel.errors import Refused
from huixiang.playbooks import rooms
from huixiang.playbooks.events import StepDue, StepLate
from huixiang.playbooks.hands import team_roles, whose
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.settling import settle
from huixiang.playbooks.states import TO_DO, DoneBy, StepKind, StepState
from huixiang.workspaces.models import Workspace

BATCH = 500  # steps looked at in one transaction
Act = Callable[[Workspace, list[RunStep]], None]


def remind() -> int:
    """Tell of every step whose time to be told of has come, and do what the product does itself; returns how many.

    Informing is done with that; a war room is opened where none is. Journal: playbooks.step_due for each person.
    """
    return _through("remind_at", _remind)


def note_late() -> int:
    """Mark every step whose time ran out; returns how many. Journal: playbooks.step_late for each person."""
    return _through("due_at", _late)


def _through(column: str, act: Act) -> int:
    total = 0
    while True:
        workspaces = _waiting(column)
        handled = sum(_batch(workspace, column, act) for workspace in workspaces)
        total += handled
        if not handled:
            return total


def _due(column: str) -> dict[str, object]:
    states = [StepState.ACTIVE] if column == "due_at" else list(TO_DO)
    return {f"{column}__lte": timezone.now(), "state__in": states}


def _waiting(column: str) -> list[Workspace]:
    ids = RunStep.objects.filter(**_due(column)).values("workspace_id").distinct()
    return list(Workspace.objects.filter(id__in=ids))


@transaction.atomic
def _batch(workspace: Workspace, column: str, act: Act) -> int:
    """Some steps of a workspace. Their runs are locked first, as by everybody; who holds one sees to it or is next."""
    due = RunStep.objects.filter(workspace=workspace, **_due(column)).order_by(column)
    wanted = set(due.values_list("run_id", flat=True)[:BATCH])
    runs = PlaybookRun.objects.select_for_update(skip_locked=True, no_key=True).filter(id__in=wanted).order_by("id")
    rows = due.filter(run_id__in=[run.id for run in runs]).select_related("step", "case__theme", "case__workspace")
    found = list(rows.defer("case__theme__centre"))
    if found:
        act(workspace, found)
    return len(found)


def _remind(workspace: Workspace, rows: list[RunStep]) -> None:
    roles = team_roles(workspace.id)
    notes = [_due_note(row, one) for row in rows for one in whose(row, roles)]
    RunStep.objects.filter(id__in=[row.id for row in rows]).update(remind_at=None)
    record_all(notes, workspace_id=workspace.id)
    told = {row.id for row in rows if row.step.done_by == DoneBy.TOLD and whose(row, roles)}
    rooms_wanted = [row for row in rows if row.step.kind == StepKind.ROOM and row.case.state not in ENDED]
    for row in rooms_wanted:
        _open_room(row)
    settle(workspace=workspace, case_ids=[row.case_id for row in rows if row.id in told or row in rooms_wanted],
           told=told)  # fmt: skip


def _open_room(row: RunStep) -> None:
    """Open it; what cannot be opened stays to be done by hand."""
    try:
        with transaction.atomic():
            rooms.open_for(row.case)
    except Refused:
        return


def _due_note(row: RunStep, membership_id: uuid.UUID) -> Note:
    return Note(StepDue(subject=row.case_id, step=row.id, kind=row.step.kind, membership_id=membership_id))


def _late(workspace: Workspace, rows: list[RunStep]) -> None:
    """What facts have done meanwhile is done, whether a job told of them or not; the rest is late."""
    settle(workspace=workspace, case_ids=[row.case_id for row in rows])
    still = RunStep.objects.filter(id__in=[row.id for row in rows], state=StepState.ACTIVE)
    late = set(still.values_list("id", flat=True))
    still.update(state=StepState.LATE)
    roles = team_roles(workspace.id)
    notes = [note for row in rows if row.id in late for note in _late_notes(row, whose(row, roles))]
    record_all(notes, workspace_id=workspace.id)


def _late_notes(row: RunStep, people: Sequence[uuid.UUID | None]) -> list[Note]:
    """One for each whose step it is, and one for nobody when it is nobody's."""
    return [
        Note(StepLate(subject=row.case_id, step=row.id, kind=row.step.kind, membership_id=one))
        for one in people or (None,)
    ]
