"""Finding themes."""

import datetime
import uuid
from collections.abc import Sequence

import numpy as np
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from huixiang.feedback.models import Feedback
from huixiang.kernel import prepared
from huixiang.members.models import Member
from huixiang.themes.models import Merge, Move, Theme, Vote
from huixiang.themes.search import matching
from huixiang.themes.states import OPEN, ThemeStatus
from huixiang.workspaces.models import Workspace

NAMES = "SELECT id, name FROM themes_theme WHERE workspace_id = %(workspace)s::uuid AND id = ANY(%(ids)s::uuid[])"
NAMED_FROM = 30  # texts that are read to find a theme's name


def theme_by_id(*, workspace_id: uuid.UUID, theme_id: uuid.UUID | None) -> Theme | None:
    """One theme, merged ones too."""
    if theme_id is None:
        return None
    found = Theme.objects.filter(workspace_id=workspace_id, id=theme_id)
    return found.select_related("owner__user", "merged_into").defer("centre").first()


def themes_by_id(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID, Theme]:
    """Many themes at once."""
    found = Theme.objects.filter(workspace_id=workspace_id, id__in=set(filter(None, ids)))
    return {theme.id: theme for theme in found.defer("centre")}


def theme_names(*, workspace_id: uuid.UUID, ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The names of many themes at once."""
    wanted = list(set(filter(None, ids)))
    return dict(prepared.rows(NAMES, {"workspace": workspace_id, "ids": wanted})) if wanted else {}


def latest_texts(workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """What was said last about each of these themes, up to NAMED_FROM texts each: one statement."""
    place = Window(RowNumber(), partition_by="theme_id", order_by="-said_at")
    said = Feedback.objects.filter(workspace_id=workspace_id, theme_id__in=theme_ids, removed_at=None)
    found: dict[uuid.UUID, list[str]] = {}
    for theme_id, text in said.annotate(place=place).filter(place__lte=NAMED_FROM).values_list("theme_id", "text"):
        if theme_id:
            found.setdefault(theme_id, []).append(text)
    return found


def rank_by_impact(theme: Theme) -> tuple[int, int]:
    """The theme's place among the open themes by impact, and how many there are."""
    rivals = Theme.objects.filter(workspace_id=theme.workspace_id, status__in=OPEN)
    return rivals.filter(impact__gt=theme.impact).count() + 1, rivals.count()


def daily_counts(*, theme: Theme, days: int = 14) -> list[tuple[datetime.date, int]]:
    """Feedback a day over the last `days` days up to the theme's last one, days without any as 0."""
    last = timezone.localdate(theme.last_seen)
    first = last - datetime.timedelta(days=days - 1)
    rows = (
        Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, said_at__date__gte=first)
        .annotate(day=TruncDate("said_at"))
        .values_list("day")
        .annotate(number=Count("id"))
    )
    counted = dict(rows)
    return [(day, counted.get(day, 0)) for day in (first + datetime.timedelta(days=n) for n in range(days))]


def nearby(theme: Theme, limit: int = 3) -> list[Theme]:
    """Open themes that may be the same matter, with `distance` (cosine)."""
    centre = Theme.objects.values_list("centre", flat=True).get(id=theme.id)
    near = Theme.objects.filter(workspace_id=theme.workspace_id, status__in=OPEN).exclude(id=theme.id)
    return list(near.defer("centre").annotate(distance=CosineDistance("centre", centre)).order_by("distance")[:limit])


def nearest_public(*, workspace: Workspace, vector: NDArray[np.float32], limit: int = 3) -> list[Theme]:
    """The public themes nearest to an embedding, with `distance`: what is shown before somebody posts."""
    near = Theme.objects.filter(workspace=workspace, public=True).exclude(status=ThemeStatus.MERGED)
    return list(near.defer("centre").annotate(distance=CosineDistance("centre", vector)).order_by("distance")[:limit])


def voted(*, member: Member | None, theme_ids: Sequence[uuid.UUID | None]) -> set[uuid.UUID]:
    """For which of these themes the member said 我也是."""
    if member is None:
        return set()
    given = Vote.objects.filter(member=member, theme_id__in=list(filter(None, theme_ids)))
    return set(given.values_list("theme_id", flat=True))


def merges_into(theme: Theme) -> list[Merge]:
    """What was merged into this theme and can be parted again, newest first."""
    return list(theme.merges.filter(undone_at=None).select_related("source").order_by("-merged_at"))


def merge_by_id(*, workspace_id: uuid.UUID, merge_id: uuid.UUID) -> Merge | None:
    """One merge of the workspace, undone ones too."""
    return Merge.objects.filter(workspace_id=workspace_id, id=merge_id).first()


def votes_of(theme: Theme) -> QuerySet[Vote]:
    """Who said 我也是, each with its member, to be paged through."""
    return theme.votes.select_related("member")


def moves_of(theme: Theme, limit: int = 8) -> list[Move]:
    """What was split off, moved in or moved out and can be undone, newest first."""
    moves = Move.objects.filter(Q(source=theme) | Q(target=theme), undone_at=None).select_related("source", "target")
    return list(moves.defer("source__centre", "target__centre").order_by("-moved_at", "-id")[:limit])


def move_by_id(*, workspace_id: uuid.UUID, move_id: uuid.UUID) -> Move | None:
    """One move of the workspace, undone ones too."""
    return Move.objects.filter(workspace_id=workspace_id, id=move_id).select_related("source", "target").first()


def to_pick(*, workspace: Workspace, q: str, without: Sequence[uuid.UUID], limit: int = 8) -> list[Theme]:
    """Themes that can be merged or moved into: those found by the words, else those with the greatest impact."""
    found = Theme.objects.filter(workspace=workspace).exclude(status=ThemeStatus.MERGED).exclude(id__in=list(without))
    if q.strip():
        found = found.filter(matching(workspace_id=workspace.id, query=q, typing=True))
    return list(found.defer("centre").order_by("-impact", "-id")[:limit])
