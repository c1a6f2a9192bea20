"""Finding announcements by their words and by the theme they are about."""

import uuid

from django.db.models import Q, QuerySet

from huixiang.announcements.models import Announcement
from huixiang.themes.search import HERE, near
from huixiang.workspaces.search import COUNTED, NOTHING, Hits, by_rank, holding, literal, stretch, terms

PUBLISHED = Q(published_at__isnull=False)


def matching(
    *, workspace_id: uuid.UUID, query: str, published: bool = False, typing: bool = False,
    within: QuerySet[Announcement] | None = None,
) -> Q:  # fmt: skip
    """What to filter announcements by, beside other filters and any order: their words, or their theme's meaning.

    `published` leaves drafts out; `within` are the rows the other filters leave, whose themes are compared. A blank
    query leaves everything, one without a word nothing.
    """
    here = PUBLISHED if published else Q()
    if not query.strip():
        return here
    words = holding(workspace_id=workspace_id, query=query, typing=typing)
    if words == NOTHING:
        return NOTHING
    about = HERE if within is None else Q(id__in=within.values("theme_id"))
    themes = near(workspace_id=workspace_id, query=query, within=about)
    return here & (words | Q(theme_id__in=themes) if themes else words)


def ranked(
    *, workspace_id: uuid.UUID, query: str, published: bool = False, typing: bool = False, skip: int = 0, size: int = 20
) -> Hits[Announcement]:
    """The best answers first: all words and, unless somebody is still `typing`, the theme's meaning, joined."""
    sought = terms(query, typing=typing)
    if not sought:
        return Hits()
    asked_for = literal(workspace_id, sought)
    rows = Announcement.objects.filter(PUBLISHED if published else Q(), workspace_id=workspace_id)
    worded = rows.filter(search__matches=asked_for)
    meant = [] if typing else _of_themes(workspace_id, query, rows)
    rankings = [by_rank(worded, "saved_at", asked_for), meant]
    shown = rows.select_related("theme", "author__user").defer("theme__centre")
    return stretch(shown, rankings, worded[:COUNTED].count(), skip=skip, size=size)


def _of_themes(workspace_id: uuid.UUID, query: str, rows: QuerySet[Announcement]) -> list[uuid.UUID]:
    """The announcements of the themes that are near, in the themes' order."""
    themes = near(workspace_id=workspace_id, query=query)
    place = {theme_id: number for number, theme_id in enumerate(themes)}
    about = rows.filter(theme_id__in=themes).values_list("id", "theme_id") if themes else ()
    return [found for found, _theme in sorted(about, key=lambda pair: place[pair[1]])]
