"""Searching the community: what everybody may read, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from huixiang.announcements import search as announcements
from huixiang.cases import way
from huixiang.engine.searching import excerpt, marked
from huixiang.feedback import search as feedback
from huixiang.insights import echoes
from huixiang.portal import limits
from huixiang.portal.access import Visit, community_page
from huixiang.themes import search as themes
from huixiang.workspaces.search import Hits

FEW, MANY = 5, 20
GROUPS = ("feedback", "themes", "announcements")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: its words in pieces, those asked for marked, and how far it is."""

    address: str
    title: list[tuple[str, bool]]
    text: list[tuple[str, bool]] = field(default_factory=list)
    status: str = ""
    word: str = ""
    people: int = 0
    at: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one sort; `next_skip` is where more of it begins."""

    key: str
    word: str
    total: int
    rows: list[Found]
    next_skip: int


@community_page
@require_safe
def search(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What members post and what was made public, by words and by meaning; asked too often, nothing for a minute."""
    return answer(request, visit)


def answer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page of what was found; the board answers its own `q` with it."""
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    chosen = request.GET.get("in", "") if request.GET.get("in", "") in GROUPS else ""
    skip = request.GET.get("skip", "")
    often = bool(query) and limits.used_up(request, limits.SIMILAR)
    groups: list[Group] = []
    if query and not often:
        limits.count(request, limits.SIMILAR)
        start = int(skip) if chosen and skip.isascii() and skip.isdecimal() and len(skip) < 4 else 0  # noqa: PLR2004
        groups = [_group(key, visit, query, start, MANY if chosen else FEW) for key in ([chosen] if chosen else GROUPS)]
    shown = [group for group in groups if group.rows]
    context = visit.context("search", query=query, groups=shown, chosen=chosen, often=often)
    return render(request, "portal/search.html", context)


def _group(key: str, visit: Visit, query: str, skip: int, size: int) -> Group:
    hits, rows = FINDERS[key](visit, query, skip, size)
    words = {
        "feedback": _("What people say"), "themes": pgettext("page", "Themes"), "announcements": _("Announcements"),
    }  # fmt: skip
    return Group(key, words[key], hits.total, rows, skip + size if hits.more else 0)


def _feedback(visit: Visit, query: str, skip: int, size: int) -> tuple[Hits[Any], list[Found]]:
    hits = feedback.ranked(
        workspace_id=visit.workspace.id, query=query, within=feedback.PUBLIC, skip=skip, size=size
    )
    standing = {one.feedback.id: one for one in echoes.standings(workspace=visit.workspace, feedbacks=hits.rows)}
    return hits, [_said(visit, row, standing.get(row.id), query) for row in hits.rows]


def _said(visit: Visit, row: Any, standing: echoes.Standing | None, query: str) -> Found:
    theme = standing.theme if standing else None
    status = way.status(feedback=row, case=standing.case if standing else None, theme=theme)
    return Found(
        reverse("portal:feedback", args=[visit.workspace.slug, row.id]), marked(row.title, query),
        excerpt(row.text, query) if row.text != row.title else [], status, str(way.word(status, theme)), at=row.said_at,
    )  # fmt: skip


def _themes(visit: Visit, query: str, skip: int, size: int) -> tuple[Hits[Any], list[Found]]:
    hits = themes.ranked(workspace_id=visit.workspace.id, query=query, public=True, skip=skip, size=size)
    rows = []
    for row in hits.rows:
        status = way.status(feedback=None, case=None, theme=row)
        rows.append(
            Found(
                reverse("portal:theme", args=[visit.workspace.slug, row.id]), marked(row.name, query),
                excerpt(row.public_summary, query), status, str(way.word(status, row)),
                row.people_count + row.vote_count,
                row.last_seen,
            )
        )  # fmt: skip
    return hits, rows


def _announcements(visit: Visit, query: str, skip: int, size: int) -> tuple[Hits[Any], list[Found]]:
    hits = announcements.ranked(workspace_id=visit.workspace.id, query=query, published=True, skip=skip, size=size)
    rows = [
        Found(
            reverse("portal:announcement", args=[visit.workspace.slug, row.id]), marked(row.title, query),
            excerpt(f"{row.what_happened}\n{row.how_fixed}\n{row.what_next}".strip(), query), "announced",
            at=row.published_at,
        )
        for row in hits.rows
    ]  # fmt: skip
    return hits, rows


FINDERS: dict[str, Callable[[Visit, str, int, int], tuple[Hits[Any], list[Found]]]] = {
    "feedback": _feedback,
    "themes": _themes,
    "announcements": _announcements,
}
