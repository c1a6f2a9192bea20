"""War rooms that owe an update, steps of playbooks that are due."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from huixiang.alerts.models import Severity, SubjectKind
from huixiang.alerts.sighting import MOST, Ask, Sighting
from huixiang.playbooks.models import RunStep
from huixiang.playbooks.states import TO_DO
from huixiang.war_rooms.models import Room, Seat
from huixiang.war_rooms.states import RoomState

SOON: Final = datetime.timedelta(hours=1)


def room(ask: Ask) -> Sequence[Sighting]:
    """Open rooms whose next update is due; who sits in them is told."""
    rows = Room.objects.filter(workspace_id=ask.workspace_id, state=RoomState.OPEN, next_update_at__lte=ask.now)
    rooms = list(rows.order_by("next_update_at", "id")[:MOST])
    seats: dict[uuid.UUID, list[uuid.UUID]] = {}
    taken = Seat.objects.filter(workspace_id=ask.workspace_id, room_id__in=[one.id for one in rooms], left_at=None)
    for room_id, membership_id in taken.order_by("id").values_list("room_id", "membership_id"):
        seats.setdefault(room_id, []).append(membership_id)
    return [
        Sighting(
            subject_kind=SubjectKind.ROOM, subject_id=one.id, also_ids=seats.get(one.id, ()),
            figures={"due_at": one.next_update_at.isoformat() if one.next_update_at else ""},
        )
        for one in rooms
    ]  # fmt: skip


def step(ask: Ask) -> Sequence[Sighting]:
    """Steps due within the hour or late since yesterday, one sighting a case: of the step that is due first."""
    rows = RunStep.objects.filter(workspace_id=ask.workspace_id, state__in=TO_DO, case__historical=False)
    rows = rows.filter(due_at__lte=ask.now + SOON, due_at__gt=ask.since(days=1))
    found: dict[uuid.UUID, Sighting] = {}
    for one in rows.select_related("case", "step").order_by("due_at", "id")[:MOST]:
        found.setdefault(one.case_id, _owed(ask, one))
    return list(found.values())


def _owed(ask: Ask, step: RunStep) -> Sighting:
    late = step.due_at is not None and step.due_at <= ask.now
    owner = step.owner_id or (None if step.role else step.case.owner_id)
    return Sighting(
        subject_kind=SubjectKind.CASE, subject_id=step.case_id, owner_id=owner, measure=2 if late else 1,
        severity=Severity.HIGH if late else "",
        figures={
            "step": str(step.step_id), "title": step.step.title, "late": late,
            "due_at": step.due_at.isoformat() if step.due_at else "", "roles": [step.role] if step.role else [],
        },
    )  # fmt: skip
