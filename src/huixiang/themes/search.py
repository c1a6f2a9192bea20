"""Finding themes by their words and by what they are about."""

import uuid

from django.db.models import Q
from pgvector.django import CosineDistance

from huixiang.engine.searching import NEAR, NEAR_THE_BEST
from huixiang.feedback.search import meaning_of
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.search import COUNTED, NOTHING, Hits, by_rank, holding, literal, stretch, terms

MOST_NEAR = 20
HERE = ~Q(status=ThemeStatus.MERGED)
PUBLIC = HERE & Q(public=True)
READ_BY_EVERYBODY = "AB"  # the weights of name and summary (see models)


def near(*, workspace_id: uuid.UUID, query: str, within: Q = HERE, limit: int = MOST_NEAR) -> list[uuid.UUID]:
    """The themes whose centre is near the query's meaning, the nearest first; exact, over all of the workspace."""
    vector = meaning_of(query)
    if vector is None:
        return []
    rows = Theme.objects.filter(HERE, within, workspace_id=workspace_id)
    by_distance = rows.annotate(distance=CosineDistance("centre", vector)).order_by("distance")
    found = list(by_distance.values_list("id", "distance")[:limit])
    farthest = min(1 - NEAR, found[0][1] + NEAR_THE_BEST) if found else 0.0
    return [theme_id for theme_id, distance in found if distance <= farthest]


def matching(
    *, workspace_id: uuid.UUID, query: str, public: bool = False, typing: bool = False, within: Q = HERE
) -> Q:
    """What to filter themes by, beside other filters and any order: their words, or what they are about.

    `public` looks only among public themes and only at what everybody may read of them. `within` are the other
    filters, among whose rows the nearest are looked for. A blank query leaves everything, one without a word nothing;
    merged themes are never found.
    """
    if not query.strip():
        return PUBLIC if public else Q()
    weights, here = (READ_BY_EVERYBODY, PUBLIC) if public else ("", HERE)
    words = holding(workspace_id=workspace_id, query=query, weights=weights, typing=typing)
    if words == NOTHING:
        return NOTHING
    ids = near(workspace_id=workspace_id, query=query, within=here & within)
    return here & (words | Q(id__in=ids) if ids else words)


def ranked(
    *, workspace_id: uuid.UUID, query: str, public: bool = False, typing: bool = False, skip: int = 0, size: int = 20
) -> Hits[Theme]:
    """The best answers first: all words and, unless somebody is still `typing`, the meaning, joined by rank."""
    sought = terms(query, typing=typing)
    if not sought:
        return Hits()
    weights, here = (READ_BY_EVERYBODY, PUBLIC) if public else ("", HERE)
    asked_for = literal(workspace_id, sought, weights=weights)
    rows = Theme.objects.filter(here, workspace_id=workspace_id)
    worded = rows.filter(search__matches=asked_for)
    meant = [] if typing else near(workspace_id=workspace_id, query=query, within=here)
    rankings = [by_rank(worded, "last_seen", asked_for), meant]
    shown = rows.select_related("owner__user").defer("centre")
    return stretch(shown, rankings, worded[:COUNTED].count(), skip=skip, size=size)
