"""While somebody types: what was said before and is much like it, so that they can join in."""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from huixiang.cases import way
from huixiang.engine.embedder import embed
from huixiang.feedback import search
from huixiang.feedback.models import Feedback
from huixiang.insights import board as boards
from huixiang.insights import echoes
from huixiang.portal import limits
from huixiang.portal.access import Visit, community_page
from huixiang.portal.views.board import part_of
from huixiang.portal.wording import matches
from huixiang.themes.models import Theme
from huixiang.themes.queries import nearest_public, themes_by_id, voted
from huixiang.workspaces.search import holding

FARTHEST = 0.55  # cosine distance: looser than one theme (0.38), so that people see near matters too
SHORTEST = 4
SHOWN = 3
READ = 2_000

Near: TypeAlias = tuple[dict[UUID, Theme], dict[UUID, Feedback]]


@dataclass(frozen=True, slots=True)
class Similar:
    """A matter much like what is being typed; its title in pieces, those typed too marked."""

    pieces: list[tuple[str, bool]]
    status: str
    word: str
    people: int
    theme_id: UUID | None
    feedback_id: UUID | None
    mine: str


@community_page
@require_POST
def similar(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Public matters like the words in the say-box; nothing for a few signs, and nothing when asked too often."""
    typed = request.POST.get("text", "")[:READ].strip()
    found: list[Similar] = []
    if len(typed) >= SHORTEST and not limits.used_up(request, limits.SIMILAR):
        limits.count(request, limits.SIMILAR)
        found = _matters(visit, typed)
    return render(request, "portal/similar.html", visit.context("submit", similar=found))


def _near(visit: Visit, typed: str) -> Near:
    """The nearest public themes and, by their theme, the nearest public feedbacks."""
    [vector] = embed([typed])
    near = nearest_public(workspace=visit.workspace, vector=vector, limit=SHOWN)
    themes = {theme.id: theme for theme in near if _distance(theme) <= FARTHEST}
    said = boards.like(workspace=visit.workspace, vector=vector, farthest=FARTHEST)
    nearest_of = {feedback.theme_id or feedback.id: feedback for feedback in reversed(said)}
    nearest_of = _worded(visit, typed, nearest_of) | nearest_of
    missing = [key for key in nearest_of if key not in themes]
    return themes | themes_by_id(workspace_id=visit.workspace.id, ids=missing), nearest_of


def _worded(visit: Visit, typed: str, known: dict[UUID, Feedback]) -> dict[UUID, Feedback]:
    """Public feedback that holds every word typed so far, by theme: it counts as nearest, however it is meant."""
    words = holding(workspace_id=visit.workspace.id, query=typed, typing=True)
    held = Feedback.objects.filter(search.HERE, search.PUBLIC, words, workspace=visit.workspace)
    found: dict[UUID, Feedback] = {}
    for feedback in held.select_related("member").defer("embedding").order_by("-said_at", "-id")[:SHOWN]:
        key = feedback.theme_id or feedback.id
        found.setdefault(key, known.get(key, feedback))
        found[key].distance = 0.0  # type: ignore[attr-defined]
    return found


def _matters(visit: Visit, typed: str) -> list[Similar]:
    themes, said = _near(visit, typed)
    ordered = sorted({*themes, *said}, key=lambda key: min(_distance(themes.get(key)), _distance(said.get(key))))
    keys = ordered[:SHOWN]
    standing = echoes.standings(workspace=visit.workspace, feedbacks=[said[key] for key in keys if key in said])
    found = {one.feedback.theme_id or one.feedback.id: one for one in standing}
    part = boards.taken_part(member=visit.member, theme_ids=keys)
    votes = voted(member=visit.member, theme_ids=keys)
    return [_shown(found.get(key), themes.get(key), typed, part_of(key, part, votes)) for key in keys]


def _shown(standing: echoes.Standing | None, theme: Theme | None, typed: str, mine: str) -> Similar:
    feedback = standing.feedback if standing else None
    status = way.status(feedback=feedback, case=standing.case if standing else None, theme=theme)
    title = feedback.title if feedback else theme.name if theme else ""
    return Similar(
        pieces=matches(title, typed),
        status=status,
        word=way.word(status, theme),
        people=theme.people_count + theme.vote_count if theme else 1,
        theme_id=theme.id if theme else None,
        feedback_id=feedback.id if feedback else None,
        mine=mine,
    )


def _distance(row: Theme | Feedback | None) -> float:
    return float(getattr(row, "distance", 2.0))
