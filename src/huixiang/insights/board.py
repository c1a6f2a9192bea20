"""The community's board: one row a matter, whatever was said of it in public.

A matter is a theme that is public or that somebody spoke about in public, or a public feedback without a theme.
Nothing here reads the words of a feedback that is not public; of the others only their number counts.

What orders and counts matters stands in a table of its own, so that a page costs the same at any size. Triggers
note which matters changed (migration 0003); `freshen` makes their rows anew before the board is read.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector.django import CosineDistance

from huixiang.feedback.models import Feedback
from huixiang.insights.models import BoardRow, BoardStale
from huixiang.kernel import pagination
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace

STATUSES: Final = ("assessed", "dialogue", "fixing", "fixed", "announced", "declined")

# `place` 1 is the first public voice of a matter, whose words stand for it. A theme stands for itself (`whole`)
# when nobody spoke in public, or when it is public and several did. `status` follows cases.way.status.
MADE_ANEW = """
    WITH said AS (
        SELECT f.id, f.theme_id, f.case_id, f.said_at, count(*) OVER matter AS voices,
               row_number() OVER (PARTITION BY coalesce(f.theme_id, f.id) ORDER BY f.said_at, f.id) AS place,
               max(f.said_at) OVER matter AS latest
        FROM feedback_feedback f
        WHERE f.workspace_id = %(workspace)s AND f.public AND f.removed_at IS NULL
          AND (f.theme_id = ANY(%(keys)s) OR (f.theme_id IS NULL AND f.id = ANY(%(keys)s)))
        WINDOW matter AS (PARTITION BY coalesce(f.theme_id, f.id))
    ), shown AS (
        SELECT t.* FROM themes_theme t
        WHERE t.workspace_id = %(workspace)s AND t.id = ANY(%(keys)s) AND t.status <> 'merged'
          AND (t.public OR t.id IN (SELECT theme_id FROM said))
    ), matters AS (
        SELECT coalesce(t.id, s.id) AS key, s.id AS feedback_id, t.id AS theme_id, s.case_id,
               coalesce(s.voices, 0) AS voices, coalesce(s.latest, t.last_seen) AS at,
               s.id IS NULL OR (coalesce(t.public, FALSE) AND s.voices > 1) AS whole, t.status AS theme_status,
               coalesce(t.people_count + t.vote_count, 1) AS people,
               t.announced_at, t.fixed_at, t.fixing_at,
               CASE WHEN s.id IS NULL OR (coalesce(t.public, FALSE) AND s.voices > 1) THEN '-infinity'
                    ELSE s.said_at END AS since
        FROM (SELECT * FROM said WHERE place = 1) s FULL JOIN shown t ON t.id = s.theme_id
    )
    INSERT INTO insights_boardrow
        (key, workspace_id, feedback_id, theme_id, case_id, voices, whole, people, at, status)
    SELECT key, %(workspace)s, feedback_id, theme_id, case_id, voices, whole, people, at,
        CASE
            WHEN m.theme_status = 'declined' THEN 'declined'
            WHEN m.announced_at >= m.since THEN 'announced'
            WHEN m.fixed_at >= m.since THEN 'fixed'
            WHEN m.fixing_at >= m.since THEN 'fixing'
            WHEN EXISTS (
                SELECT FROM cases_case c WHERE c.id = m.case_id AND c.first_answered_at IS NOT NULL
            ) OR (m.whole AND EXISTS (
                SELECT FROM cases_case c WHERE c.theme_id = m.theme_id AND c.first_answered_at IS NOT NULL
            )) THEN 'dialogue'
            ELSE 'assessed'
        END
    FROM matters m
"""
READ = """
    SELECT board.key, board.feedback_id, board.theme_id, board.case_id, board.voices, board.at, board.whole,
           board.people, board.status, coalesce(t.fixed_in, '') AS fixed_in,
           CASE WHEN board.whole THEN t.name ELSE f.title END AS title
    FROM (SELECT * FROM insights_boardrow board WHERE workspace_id = %(workspace)s {clause}
          ORDER BY {order} LIMIT %(limit)s) board
    LEFT JOIN themes_theme t ON t.id = board.theme_id LEFT JOIN feedback_feedback f ON f.id = board.feedback_id
    ORDER BY {order}
"""
MINE = """ AND (
    EXISTS (SELECT FROM themes_vote v WHERE v.theme_id = board.theme_id AND v.member_id = %(member)s)
    OR EXISTS (SELECT FROM feedback_feedback f WHERE f.member_id = %(member)s AND f.removed_at IS NULL
               AND coalesce(f.theme_id, f.id) = board.key)
)"""
AT_ONCE = 2_000  # matters made anew before a page is read; more wait for the next reader or the minute's job


@dataclass(frozen=True, slots=True)
class Matter:
    """One row of the board. `people` said it or said 我也是; `whole` rows stand for their theme."""

    key: uuid.UUID
    feedback_id: uuid.UUID | None
    theme_id: uuid.UUID | None
    case_id: uuid.UUID | None
    voices: int
    at: datetime
    whole: bool
    title: str
    people: int
    status: str
    fixed_in: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the board is shown: `order` hot or new, one status or "", only the matters of `mine`."""

    order: str = "hot"
    status: str = ""
    mine: Member | None = None


def freshen(workspace_id: uuid.UUID) -> int:
    """Make the rows anew of matters that changed, up to AT_ONCE; returns how many. One at a time in a workspace.

    Whoever comes while another does it reads the rows as they are.
    """
    return _made_anew(workspace_id) if BoardStale.objects.filter(workspace_id=workspace_id).exists() else 0


@transaction.atomic
def _made_anew(workspace_id: uuid.UUID) -> int:
    stale = BoardStale.objects.filter(workspace_id=workspace_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"board {workspace_id}"])
        if not cursor.fetchone()[0]:
            return 0
        rows = list(stale.order_by("id").values_list("id", "key")[:AT_ONCE])
        keys = list({key for _id, key in rows})
        stale.filter(id__in=[number for number, _key in rows]).delete()
        BoardRow.objects.filter(key__in=keys).delete()
        cursor.execute(MADE_ANEW, {"workspace": workspace_id, "keys": keys})
    return len(keys)


def matters(*, workspace: Workspace, wanted: Wanted, cursor: str = "", size: int = 20) -> pagination.Page[Matter]:
    """A page of the board: one statement, and one that finds that nothing changed."""
    freshen(workspace.id)
    clause, parameters = _narrowed(workspace, wanted)
    clause += _after(wanted.order, cursor, parameters)
    order = "board.at DESC, board.key DESC" if wanted.order == "new" else "board.people DESC, board.key DESC"
    rows = _fetch(READ.format(clause=clause, order=order), {**parameters, "limit": size + 1})
    found = [Matter(**row) for row in rows]
    return pagination.cut(found, size, "at" if wanted.order == "new" else "people", "key")


def status_counts(*, workspace: Workspace, mine: Member | None = None) -> dict[str, int]:
    """How many matters stand where, of all or of one member's; statuses without any are left out.

    As the rows are: whoever shows them beside `matters`, which makes them fresh, asks for that first.
    """
    clause, parameters = _narrowed(workspace, Wanted(mine=mine))
    statement = (
        f"SELECT status, count(*) AS number FROM insights_boardrow board WHERE workspace_id = %(workspace)s {clause} "  # noqa: S608 - fixed pieces
        "GROUP BY status"
    )
    return {row["status"]: row["number"] for row in _fetch(statement, parameters)}


def mine_count(*, workspace: Workspace, member: Member | None) -> int:
    """In how many matters of the board the member has a part."""
    return sum(status_counts(workspace=workspace, mine=member).values()) if member else 0


def _narrowed(workspace: Workspace, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    clause = ""
    parameters: dict[str, Any] = {"workspace": workspace.id}
    if wanted.mine:
        clause, parameters = clause + MINE, {**parameters, "member": wanted.mine.id}
    if wanted.status in STATUSES:
        clause, parameters = clause + " AND board.status = %(status)s", {**parameters, "status": wanted.status}
    return clause, parameters


def _after(order: str, cursor: str, parameters: dict[str, Any]) -> str:
    """The condition of the next page; a cursor nobody made counts as none."""
    column, parser = ("at", pagination.moment) if order == "new" else ("people", int)
    place = pagination.decode(cursor, parser, uuid.UUID)
    if place is None:
        return ""
    parameters |= {"value": place[0], "key": place[1]}
    return f" AND (board.{column}, board.key) < (%(value)s, %(key)s)"


def _fetch(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def public_feedback(*, workspace: Workspace, feedback_id: uuid.UUID) -> Feedback | None:
    """A feedback everybody may read, or the tombstone of one; None for all others."""
    found = Feedback.objects.filter(workspace=workspace, id=feedback_id, public=True)
    return found.select_related("member", "conversation__account").first()


def voices(*, theme: Theme, limit: int = 50) -> list[Feedback]:
    """What was said about a theme in public, the earliest first."""
    found = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, public=True, removed_at=None)
    return list(found.select_related("member").defer("embedding").order_by("said_at", "id")[:limit])


def like(
    *, workspace: Workspace, vector: NDArray[np.float32] | Sequence[float], farthest: float, limit: int = 6
) -> list[Feedback]:
    """Public feedback about something like it, with `distance` (cosine), the nearest first.

    The index is scanned on until enough public ones of this workspace are found (pgvector ≥ 0.8).
    """
    near = Feedback.objects.filter(workspace=workspace, public=True, removed_at=None, embedding__isnull=False)
    near = near.defer("embedding").annotate(distance=CosineDistance("embedding", vector))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        found = sorted(near.order_by("distance")[:limit], key=attrgetter("distance"))
    return [feedback for feedback in found if feedback.distance <= farthest]


def taken_part(*, member: Member | None, theme_ids: Sequence[uuid.UUID | None]) -> set[uuid.UUID]:
    """About which of these themes the member said something: for them 我也是 is already counted."""
    if member is None:
        return set()
    rows = Feedback.objects.filter(member=member, theme_id__in=theme_ids, removed_at=None)
    return {theme_id for theme_id in rows.values_list("theme_id", flat=True) if theme_id}


def may_be_voted(*, theme: Theme) -> bool:
    """Whether the community can see this theme at all, so that 我也是 can be said of it."""
    if theme.public:
        return True
    return Feedback.objects.filter(
        workspace_id=theme.workspace_id, theme_id=theme.id, public=True, removed_at=None
    ).exists()
