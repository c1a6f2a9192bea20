"""Reading the journal."""

import datetime
import uuid
from collections.abc import Sequence

from huixiang.journal.models import Entry


def history(*, workspace_id: uuid.UUID, subjects: Sequence[uuid.UUID], limit: int = 200) -> list[Entry]:
    """What happened to these subjects, oldest first, at most `limit` entries."""
    entries = Entry.objects.filter(workspace_id=workspace_id, subject_id__in=subjects)
    return list(entries.select_related("words").order_by("id")[:limit])


def latest(
    *, workspace_id: uuid.UUID, before: int | None = None, name: str = "", limit: int = 50
) -> list[Entry]:
    """The newest entries first; `before` is the id to go on from, `name` keeps one kind of event."""
    entries = Entry.objects.filter(workspace_id=workspace_id)
    if before is not None:
        entries = entries.filter(id__lt=before)
    if name:
        entries = entries.filter(name=name)
    return list(entries.select_related("words", "seal").order_by("-id")[:limit])


def lately(
    *, workspace_id: uuid.UUID, name: str, subjects: Sequence[uuid.UUID], since: datetime.datetime
) -> list[Entry]:
    """The entries of one kind about these subjects since a moment, oldest first."""
    entries = Entry.objects.filter(workspace_id=workspace_id, subject_id__in=subjects, name=name, at__gte=since)
    return list(entries.order_by("id"))
