"""From what somebody typed to what a row must hold: where every package's search begins."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

from huixiang.engine.searching import Term, asked, fused
from huixiang.kernel.tsvector import Rank, term, wanted

Row = TypeVar("Row", bound=Any)
NOTHING = Q(pk__in=[])
RANKED = 300  # rows by words whose rank is reckoned; the newest of them when there are more
COUNTED = 1_000  # counting stops here: "1000+" is told, and telling it stays cheap


@dataclass(frozen=True, slots=True)
class Hits(Generic[Row]):
    """What was found, the best first: a stretch of it, how many in all (COUNTED at most), whether more can be shown."""

    rows: list[Row] = field(default_factory=list)
    total: int = 0
    more: bool = False


def terms(query: str, *, typing: bool = False) -> tuple[Term, ...]:
    """What a query asks for; while somebody is `typing`, its last word may go on."""
    found = asked(query)
    return (*found[:-1], replace(found[-1], prefix=True)) if typing and found else found


def literal(workspace_id: uuid.UUID, sought: Sequence[Term], *, weights: str = "") -> str:
    """The tsquery that asks for all of these in a workspace, in words of these weights ("" for any)."""
    return wanted(workspace_id, [term(t.word, prefix=t.prefix, pieces=t.pairs, weights=weights) for t in sought])


def holding(*, workspace_id: uuid.UUID, query: str, weights: str = "", typing: bool = False) -> Q:
    """Rows whose own words hold everything asked for: all rows for a blank query, none for one without a word."""
    sought = terms(query, typing=typing)
    if not sought:
        return NOTHING if query.strip() else Q()
    return Q(search__matches=literal(workspace_id, sought, weights=weights))


def by_rank(rows: QuerySet[Any], newest: str, asked_for: str) -> list[uuid.UUID]:
    """The ids of rows found by words, the best first; of many only the RANKED newest are weighed."""
    latest = rows.order_by(f"-{newest}", "-id").values("id")[:RANKED]
    return list(
        rows.model._default_manager.filter(id__in=latest)  # noqa: SLF001 - Django's own name for it
        .order_by(Rank("search", asked_for).desc(), f"-{newest}", "-id")
        .values_list("id", flat=True)
    )


def stretch(
    rows: QuerySet[Row], rankings: Sequence[Sequence[uuid.UUID]], total: int, *, skip: int, size: int
) -> Hits[Row]:
    """A stretch of the joined rankings as rows, in their order."""
    order = fused(*rankings)
    wanted_ids = order[skip : skip + size]
    found = rows.in_bulk(wanted_ids)
    return Hits([found[key] for key in wanted_ids if key in found], max(total, len(order)), len(order) > skip + size)
