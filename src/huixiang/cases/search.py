"""Finding cases by number, title, what was said in them, who said it, and what that means."""

import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from huixiang.cases.models import Case, Turn
from huixiang.engine.searching import Term
from huixiang.feedback.search import HERE, cases_of, near
from huixiang.members import search as members
from huixiang.members.models import Member
from huixiang.workspaces.search import COUNTED, NOTHING, RANKED, Hits, literal, stretch, terms

EVERY = Q()


def matching(
    *, workspace_id: uuid.UUID, query: str, meaning: bool = True, typing: bool = False,
    within: QuerySet[Case] | None = None,
) -> Q:  # fmt: skip
    """What to filter cases by, beside other filters and any order.

    Each word may stand in the number, the title, any turn (notes too) or the member's name; or the feedback means
    much the same: looked for among the feedback of the cases `within`, those the other filters leave. A blank query
    leaves everything, one without a word nothing.
    """
    sought = terms(query, typing=typing)
    if not sought:
        return NOTHING if query.strip() else Q()
    words = Q()
    for term in sought:
        words &= _somewhere(workspace_id, term)
    about = HERE if within is None else Q(case_id__in=within.values("id"))
    ids = cases_of(near(workspace_id=workspace_id, query=query, within=about)) if meaning else []
    return words | Q(id__in=ids) if ids else words


def _somewhere(workspace_id: uuid.UUID, term: Term) -> Q:
    """Cases that hold a word anywhere: three looks into three indexes, joined by id."""
    asked_for = literal(workspace_id, [term])
    named = Member.objects.filter(members.HERE, workspace_id=workspace_id, search__matches=asked_for)
    said = Turn.objects.filter(search__matches=asked_for).values("case_id")
    titled = Case.objects.filter(search__matches=asked_for).values("id")
    theirs = Case.objects.filter(workspace_id=workspace_id, member_id__in=named.values("id")).values("id")
    return Q(id__in=titled.union(said, theirs, all=True))


def ranked(
    *, workspace_id: uuid.UUID, query: str, within: Q = EVERY, typing: bool = False, skip: int = 0, size: int = 20
) -> Hits[Case]:
    """The best answers first: all words (number and title before what was said) joined with the meaning.

    While somebody is `typing`, only words count: half a word means nothing yet, and the answer must be quick.
    """
    sought = terms(query, typing=typing)
    if not sought:
        return Hits()
    rows = Case.objects.filter(within, workspace_id=workspace_id)
    worded = rows.filter(matching(workspace_id=workspace_id, query=query, meaning=False, typing=typing))
    titled = rows.filter(search__matches=literal(workspace_id, sought))
    rankings = [
        list(titled.order_by("-last_at", "-id").values_list("id", flat=True)[:RANKED]),
        list(worded.order_by("-last_at", "-id").values_list("id", flat=True)[:RANKED]),
        [] if typing else _near(rows, workspace_id, query),
    ]
    shown = rows.select_related("member", "account", "owner__user", "theme").defer("theme__centre")
    return stretch(shown, rankings, worded[:COUNTED].count(), skip=skip, size=size)


def _near(rows: QuerySet[Case], workspace_id: uuid.UUID, query: str) -> list[uuid.UUID]:
    """The cases whose feedback means much the same, the nearest first, of those that are left by the other filters."""
    ids = cases_of(near(workspace_id=workspace_id, query=query))
    left = set(rows.filter(id__in=ids).values_list("id", flat=True)) if ids else set()
    return [case_id for case_id in ids if case_id in left]


def said(*, workspace_id: uuid.UUID, query: str, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The first thing said in each of these cases that holds any of the words: one statement."""
    any_word = Q()
    for term in terms(query):
        any_word |= Q(search__matches=literal(workspace_id, [term]))
    if not any_word or not case_ids:
        return {}
    turns = Turn.objects.filter(any_word, case_id__in=case_ids).order_by("case_id", "at", "id").distinct("case_id")
    return dict(turns.values_list("case_id", "text"))
