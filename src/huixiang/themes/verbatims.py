"""What people said about themes, in their words: narrowed, by influence or the latest first, and who is affected."""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Case, Q, QuerySet, When

from huixiang.feedback.models import Feedback, Kind
from huixiang.kernel import pagination
from huixiang.members.models import Tier
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace

PLACES: Final = (Tier.CORE, Tier.KOC, Tier.ACTIVE)  # whose word carries most; plain members come last
UNTOLD: Final = "-"  # the version of those who named none
AT_ONCE: Final = 500  # rows fetched at a time for an export


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows what was said; "" and None leave a field open."""

    account_id: uuid.UUID | None = None
    version: str = ""
    kind: str = ""
    tier: str = ""
    since: datetime.date | None = None


def narrowed(*, workspace: Workspace, theme_ids: Sequence[uuid.UUID], filters: Filters) -> QuerySet[Feedback]:
    """What was said about these themes, without what was deleted."""
    found = Feedback.objects.filter(workspace=workspace, theme_id__in=list(theme_ids), removed_at=None)
    if filters.account_id:
        found = found.filter(account_id=filters.account_id)
    if filters.version == UNTOLD:
        found = found.exclude(facts__has_key="version")
    elif filters.version:
        found = found.filter(facts__version=filters.version)
    if filters.kind in Kind.values:
        found = found.filter(kind=filters.kind)
    if filters.tier in Tier.values:
        found = found.filter(member__tier=filters.tier)
    return found.filter(said_at__date__gte=filters.since) if filters.since else found


def page(
    *, theme: Theme, filters: Filters, order: str = "influence", cursor: str = "", size: int = 20
) -> pagination.Page[Feedback]:
    """Verbatims with member and account: those whose word carries most first, or the latest first."""
    found = narrowed(workspace=theme.workspace, theme_ids=[theme.id], filters=filters)
    found = found.select_related("member", "account").defer("embedding")
    if order == "latest":
        return _latest(found, cursor, size)
    tiers = [When(member__tier=tier, then=place) for place, tier in enumerate(PLACES)]
    found = found.annotate(place=Case(*tiers, default=len(tiers)))
    after = pagination.decode(cursor, int, int, pagination.moment, uuid.UUID)
    if after:
        place, reach, said, row_id = after
        same = Q(place=place, member__reach=reach)
        found = found.filter(
            Q(place__gt=place)
            | Q(place=place, member__reach__lt=reach)
            | same & (Q(said_at__lt=said) | Q(said_at=said, id__lt=row_id))
        )
    rows: list[Any] = list(found.order_by("place", "-member__reach", "-said_at", "-id")[: size + 1])
    if len(rows) <= size:
        return pagination.Page(rows)
    last = rows[size - 1]
    return pagination.Page(rows[:size], pagination.encode(last.place, last.member.reach, last.said_at, last.id))


def _latest(found: QuerySet[Feedback], cursor: str, size: int) -> pagination.Page[Feedback]:
    after = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if after:
        found = found.filter(said_at__lte=after[0]).exclude(said_at=after[0], id__gte=after[1])
    return pagination.cut(list(found.order_by("-said_at", "-id")[: size + 1]), size, "said_at", "id")


def every(*, workspace: Workspace, theme_ids: Sequence[uuid.UUID], filters: Filters) -> Iterator[Feedback]:
    """All of it, theme by theme, the latest first, a batch at a time."""
    found = narrowed(workspace=workspace, theme_ids=theme_ids, filters=filters)
    rows = found.select_related("member", "account").defer("embedding").order_by("theme_id", "-said_at", "-id")
    return rows.iterator(chunk_size=AT_ONCE)


@dataclass(slots=True)
class Affected:
    """How many people said it, by tier, channel account, version and kind; the most first."""

    tiers: list[tuple[str, int]] = field(default_factory=list)
    accounts: list[tuple[uuid.UUID, int]] = field(default_factory=list)
    versions: list[tuple[str, int]] = field(default_factory=list)
    kinds: list[tuple[str, int]] = field(default_factory=list)


AFFECTED = """
    WITH said AS (
        SELECT m.tier, f.account_id, coalesce(f.facts->>'version', %(untold)s) AS version, f.kind, f.member_id
        FROM feedback_feedback f JOIN members_member m ON m.id = f.member_id
        WHERE f.workspace_id = %(workspace)s AND f.theme_id = %(theme)s AND f.removed_at IS NULL
    )
    SELECT grouping(tier, account_id, version, kind), tier, account_id, version, kind, count(DISTINCT member_id)
    FROM said GROUP BY GROUPING SETS ((tier), (account_id), (version), (kind))
    ORDER BY 6 DESC, tier, account_id, version, kind
"""
# grouping() has a bit for each column that was folded away, the first column the highest.
BY_TIER, BY_ACCOUNT, BY_VERSION = 0b0111, 0b1011, 0b1101


def affected(theme: Theme) -> Affected:
    """Who said it, four ways: one statement."""
    found = Affected()
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, {"workspace": theme.workspace_id, "theme": theme.id, "untold": UNTOLD})
        for folded, tier, account_id, version, kind, people in cursor.fetchall():
            if folded == BY_TIER:
                found.tiers.append((tier, people))
            elif folded == BY_ACCOUNT:
                found.accounts.append((account_id, people))
            elif folded == BY_VERSION:
                found.versions.append((version, people))
            else:
                found.kinds.append((kind, people))
    return found
