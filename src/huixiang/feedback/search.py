"""Finding feedback by its words and by what it means."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from huixiang.engine.embedder import embed
from huixiang.engine.searching import LONGEST_QUERY, NEAR, NEAR_THE_BEST, means_something
from huixiang.feedback.models import Feedback
from huixiang.kernel import pagination
from huixiang.workspaces.search import COUNTED, NOTHING, Hits, by_rank, holding, literal, stretch, terms

MOST_NEAR = 40
HERE = Q(removed_at=None)
PUBLIC = Q(public=True)


@lru_cache(maxsize=2048)
def meaning_of(query: str) -> NDArray[np.float32] | None:
    """The vector of a query, kept for the next page of its answer; None when it only names numbers or single signs.

    About 10 ms, and about a second once when the process has not embedded anything yet.
    """
    if not means_something(query):
        return None
    vector: NDArray[np.float32] = embed([query[:LONGEST_QUERY]])[0]
    return vector


def near(*, workspace_id: uuid.UUID, query: str, within: Q = HERE, limit: int = MOST_NEAR) -> list[Feedback]:
    """What means much the same as the query, the nearest first: ids, theme, case, and `distance` (cosine).

    The index is scanned on until enough of this workspace are found (pgvector ≥ 0.8).
    """
    vector = meaning_of(query)
    if vector is None:
        return []
    rows = Feedback.objects.filter(HERE, within, workspace_id=workspace_id, embedding__isnull=False)
    rows = rows.only("id", "theme_id", "case_id").annotate(distance=CosineDistance("embedding", vector))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        found = sorted(rows.order_by("distance")[:limit], key=attrgetter("distance"))
    return near_enough(found)


def near_enough(found: Sequence[Feedback]) -> list[Feedback]:
    """Rows with `distance`, the nearest first, down to where they only sound alike."""
    farthest = min(1 - NEAR, found[0].distance + NEAR_THE_BEST) if found else 0.0  # type: ignore[attr-defined]
    return [one for one in found if one.distance <= farthest]  # type: ignore[attr-defined]


def matching(*, workspace_id: uuid.UUID, query: str, within: Q = HERE, typing: bool = False) -> Q:
    """What to filter feedback by, beside other filters and any order: its words, or what it means.

    `within` are the other filters, so that what is near is looked for among what they leave. A blank query leaves
    everything, one without a word nothing. Removed feedback is never found.
    """
    if not query.strip():
        return Q()
    words = holding(workspace_id=workspace_id, query=query, typing=typing)
    if words == NOTHING:
        return NOTHING
    ids = [one.id for one in near(workspace_id=workspace_id, query=query, within=within)]
    return HERE & (words | Q(id__in=ids) if ids else words)


def ranked(
    *, workspace_id: uuid.UUID, query: str, within: Q = HERE, skip: int = 0, size: int = 20
) -> Hits[Feedback]:
    """The best answers first: all words and the meaning joined by reciprocal rank, with member and account."""
    sought = terms(query)
    if not sought:
        return Hits()
    asked_for = literal(workspace_id, sought)
    rows = Feedback.objects.filter(HERE, within, workspace_id=workspace_id)
    worded = rows.filter(search__matches=asked_for)
    rankings = [
        by_rank(worded, "said_at", asked_for),
        [one.id for one in near(workspace_id=workspace_id, query=query, within=within)],
    ]
    shown = rows.select_related("member", "account").defer("embedding")
    return stretch(shown, rankings, worded[:COUNTED].count(), skip=skip, size=size)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of feedback; what is empty leaves a field open."""

    q: str = ""
    kinds: Sequence[str] = ()
    grades: Sequence[str] = ()
    theme_id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None

    def condition(self) -> Q:
        """The filters but for the words."""
        wanted: dict[str, object] = {
            "kind__in": list(self.kinds),
            "grade__in": list(self.grades),
            "theme_id": self.theme_id,
            "account_id": self.account_id,
            "said_at__gte": self.since,
            "said_at__lt": self.until,
        }
        return Q(**{field: value for field, value in wanted.items() if value})


def narrowed(*, workspace_id: uuid.UUID, filters: Filters) -> QuerySet[Feedback]:
    """The feedback these filters leave, unordered."""
    others = filters.condition()
    words = matching(workspace_id=workspace_id, query=filters.q, within=others)
    return Feedback.objects.filter(others, words, workspace_id=workspace_id)


def kind_counts(*, workspace_id: uuid.UUID, filters: Filters) -> dict[str, int]:
    """How much feedback of each kind the filters leave."""
    counted = narrowed(workspace_id=workspace_id, filters=filters).order_by().values_list("kind")
    return dict(counted.annotate(number=Count("id")))


def listed(
    *, workspace_id: uuid.UUID, filters: Filters, cursor: str = "", size: int = 50
) -> pagination.Page[Feedback]:
    """A page of what the filters leave, the newest first, with member and account."""
    found = narrowed(workspace_id=workspace_id, filters=filters)
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        found = found.filter(said_at__lte=place[0]).exclude(said_at=place[0], id__gte=place[1])
    rows = found.select_related("member", "account").defer("embedding").order_by("-said_at", "-id")
    return pagination.cut(list(rows[: size + 1]), size, "said_at", "id")


def themes_of(found: Iterable[Feedback]) -> list[uuid.UUID]:
    """The themes of what was found, in its order."""
    return list(dict.fromkeys(one.theme_id for one in found if one.theme_id))


def cases_of(found: Iterable[Feedback]) -> list[uuid.UUID]:
    """The cases of what was found, in its order."""
    return list(dict.fromkeys(one.case_id for one in found if one.case_id))
