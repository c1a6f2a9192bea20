"""What is done to many cases at once: a few statements, whatever the number, and a journal event for each case."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.cases import clocks, events
from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.cases.urgency import urgency
from huixiang.feedback.actions import grade_many_cases_feedback
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.workspaces.models import Membership


def locked(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> list[Case]:
    """Lock these cases of a workspace, by id so that two batches never wait for each other."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(workspace_id=workspace_id)
    return list(rows.filter(id__in=case_ids).order_by("id"))


@transaction.atomic
def assign_many(*, cases: Sequence[Case], owner: Membership | None, actor: Actor) -> list[Case]:
    """Give locked cases an owner, or none; returns those that had another. Journal: cases.assigned for each."""
    moved = [case for case in cases if case.owner_id != (owner.id if owner else None)]
    Case.objects.filter(id__in=[case.id for case in moved]).update(owner=owner)
    notes = [Note(events.Assigned(subject=one.id, owner_id=owner.id if owner else None), actor=actor) for one in moved]
    if moved:
        record_all(notes, workspace_id=moved[0].workspace_id)
    return moved


@transaction.atomic
def close_many(*, cases: Sequence[Case], reason: str, actor: Actor) -> None:
    """Close locked, unfinished cases without a solution; what was due stops. Journal: cases.state_changed for each."""
    if not cases:
        return
    now, notes = timezone.now(), []
    for case in cases:
        event = events.StateChanged(subject=case.id, before=case.state, after=CaseState.CLOSED)
        notes.append(Note(event, words=reason, actor=actor))
        case.state, case.closed_at, case.close_reason, case.due_at = CaseState.CLOSED, now, reason, None
        case.urgency = urgency(case.grade, None, case.opened_at)
    Case.objects.bulk_update(cases, ["state", "closed_at", "close_reason", "due_at", "urgency"], batch_size=500)
    clocks.stop_many(case_ids=[case.id for case in cases], at=now)
    record_all(notes, workspace_id=cases[0].workspace_id)


@transaction.atomic
def regrade_many(*, cases: Sequence[Case], grade: str, reason: str, actor: Actor) -> None:
    """Give locked cases another grade, their feedback with them. Journal: cases.regraded for each.

    The themes' measures and what is due by the new grade are the caller's to renew.
    """
    if not cases:
        return
    notes = []
    for case in cases:
        notes.append(
            Note(events.Regraded(subject=case.id, before=case.grade, after=grade), words=reason, actor=actor)
        )
        case.grade, case.proposed_grade, case.proposed_reason = grade, "", ""
        case.urgency = urgency(grade, case.due_at, case.opened_at)
    Case.objects.bulk_update(cases, ["grade", "proposed_grade", "proposed_reason", "urgency"], batch_size=500)
    grade_many_cases_feedback(
        workspace_id=cases[0].workspace_id, case_ids=[case.id for case in cases], grade=grade
    )
    record_all(notes, workspace_id=cases[0].workspace_id)
