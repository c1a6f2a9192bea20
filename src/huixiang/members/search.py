"""Finding members by name; by address or identity only for who may see those, and only whole."""

import uuid

from django.db.models import Q

from huixiang.engine.searching import LONGEST_QUERY
from huixiang.members.models import IS_LISTED, Identity, Member
from huixiang.workspaces.search import COUNTED, Hits, by_rank, holding, literal, stretch, terms

HERE = IS_LISTED & Q(erasing_at=None)


def matching(*, workspace_id: uuid.UUID, query: str, contacts: bool = False, typing: bool = False) -> Q:
    """What to filter members by. With `contacts` also by their whole e-mail address or name on a channel.

    A blank query leaves everybody, one without a word nobody. The erased, those being erased, and those joined into
    another are never found.
    """
    if not query.strip():
        return Q()
    named = holding(workspace_id=workspace_id, query=query, typing=typing)
    return HERE & (named | _reached_at(workspace_id, query) if contacts else named)


def _reached_at(workspace_id: uuid.UUID, query: str) -> Q:
    address = query.replace("\x00", "").strip()[:LONGEST_QUERY]
    known = Identity.objects.filter(workspace_id=workspace_id, external_id=address).values("member_id")
    return Q(email__iexact=address) | Q(id__in=known)


def ranked(
    *, workspace_id: uuid.UUID, query: str, contacts: bool = False, typing: bool = False, skip: int = 0, size: int = 20
) -> Hits[Member]:
    """Whom the name fits best, first."""
    if not query.strip():
        return Hits()
    rows = Member.objects.filter(HERE, workspace_id=workspace_id)
    found = rows.filter(matching(workspace_id=workspace_id, query=query, contacts=contacts, typing=typing))
    order = by_rank(found, "feedback_count", literal(workspace_id, terms(query, typing=typing)))
    return stretch(rows, [order], found[:COUNTED].count(), skip=skip, size=size)
