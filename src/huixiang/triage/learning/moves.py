"""A feedback taken to another theme is a correction of where the machine had put it."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.themes.models import Move
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership

TAKEN, RETURNED = "themes.feedback_taken", "themes.feedback_returned"


@transaction.atomic
def keep_moves(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> None:
    """Keep what people took into these themes as corrections, one for each feedback; safe to run again."""
    told = _told(workspace_id, theme_ids, TAKEN)
    known = set(Correction.objects.filter(batch__in=list(told)).values_list("batch", flat=True))
    moves = Move.objects.filter(workspace_id=workspace_id, id__in=[one for one in told if one not in known])
    people = {person for person in told.values() if person}
    staff = {one.id: one for one in Membership.everybody.filter(workspace_id=workspace_id, id__in=people)}
    for move in moves.order_by("id"):
        versions = dict(Feedback.objects.filter(id__in=move.feedback_ids).values_list("id", "model_version"))
        Correction.objects.bulk_create(
            Correction(
                workspace_id=workspace_id, subject_id=one, field=Correction.Field.THEME, before=str(move.source_id),
                after=str(move.target_id), by=staff.get(told[move.id] or move.id), model_version=versions.get(one, ""),
                batch=move.id, undone_at=move.undone_at,
            )
            for one in move.feedback_ids
        )  # fmt: skip


@transaction.atomic
def drop_moves(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> None:
    """Moves into these themes were taken back: their corrections stand no longer."""
    told = list(_told(workspace_id, theme_ids, RETURNED))
    standing = Correction.objects.filter(workspace_id=workspace_id, batch__in=told, undone_at=None)
    standing.filter(field=Correction.Field.THEME).update(undone_at=timezone.now())


def _told(workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID], name: str) -> dict[uuid.UUID, uuid.UUID | None]:
    """Move → who made it, as the journal tells it."""
    rows = Entry.objects.filter(workspace_id=workspace_id, name=name, subject_id__in=list(theme_ids))
    return {uuid.UUID(data["move_id"]): actor for data, actor in rows.values_list("data", "actor_id")}
