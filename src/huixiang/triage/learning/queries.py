"""Reading corrections."""

import datetime
import uuid
from collections.abc import Iterable

from django.db.models import Q

from huixiang.kernel.pagination import Page, cut, decode, moment
from huixiang.triage.models import Correction

PAGE = 30


def corrections_of(*, workspace_id: uuid.UUID, subject_ids: Iterable[uuid.UUID]) -> list[Correction]:
    """What people corrected of these feedbacks and did not take back, oldest first: one statement."""
    rows = Correction.objects.filter(workspace_id=workspace_id, subject_id__in=list(subject_ids), undone_at=None)
    return list(rows.select_related("by__user").order_by("at", "id"))


def listed(
    *, workspace_id: uuid.UUID, field: str = "", cursor: str = "", size: int = PAGE,
    since: datetime.datetime | None = None,
) -> Page[Correction]:  # fmt: skip
    """Corrections, also those taken back, newest first; `field` narrows to one finding."""
    rows = Correction.objects.filter(workspace_id=workspace_id).select_related("by__user")
    if field in Correction.Field.values:
        rows = rows.filter(field=field)
    if since:
        rows = rows.filter(at__gte=since)
    if at := decode(cursor, moment, uuid.UUID):
        rows = rows.filter(Q(at__lt=at[0]) | Q(at=at[0], id__lt=at[1]))
    return cut(list(rows.order_by("-at", "-id")[: size + 1]), size, "at", "id")
