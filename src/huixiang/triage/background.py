"""What is known around a feedback before it is believed: the author's record, and who else speaks of its theme now.

A burst: of the people who spoke of a theme within six hours, more are new accounts than chance explains. Whoever came
within seven days before speaking is new. The share p of new accounts among the 500 feedbacks before those hours is
the workspace's own; with k new ones of n people the chance of k or more is the binomial tail P(X ≥ k; n, p), and a
burst is k ≥ 4 with P < 0.001. A real outage brings many people, but mostly those who were there before; a community
that has only just begun consists of new ones, and its p says so. Under 50 feedbacks nothing is concluded.

Where new accounts are half of those who speak, accounts that never said anything before are taken with them: old ones
can be bought. Among the many of a real trouble they are not.
"""

import datetime
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from huixiang.feedback.models import Feedback

NEW = datetime.timedelta(days=7)
BURST = datetime.timedelta(hours=6)
LEAST_NEW = 4
CHANCE = 0.001
USUAL, LEAST_USUAL = 500, 50  # feedbacks the usual share is taken from
REMEMBERED = 50  # earlier feedbacks of one person that are looked at
AT_ONCE = 200  # feedbacks of one theme that are looked at
SAME_DAY = datetime.timedelta(hours=24)

# For each feedback what its author said before: one statement for all. A theme that was confirmed proves the report;
# one declined, or feedback a person called chatter or advertising, speaks against it (a wish declined does not).
RECORDS = """
    SELECT w.id, past.first_at, past.number, past.proved, past.wrong, past.versions, past.praised
    FROM unnest(%(ids)s::uuid[], %(members)s::uuid[], %(themes)s::uuid[], %(times)s::timestamptz[])
        AS w (id, member_id, theme_id, at)
    CROSS JOIN LATERAL (
        SELECT min(p.said_at) AS first_at, count(*) AS number,
            count(*) FILTER (WHERE t.confirmed_at IS NOT NULL AND t.status <> 'declined') AS proved,
            count(*) FILTER (WHERE p.kind IN ('chatter', 'spam')
                OR t.status = 'declined' AND p.kind IN ('defect', 'complaint')) AS wrong,
            array_agg(p.facts ->> 'version') FILTER (WHERE p.facts ? 'version' AND p.theme_id = w.theme_id
                AND p.said_at > w.at - %(same_day)s::interval) AS versions,
            jsonb_agg(p.aspects) FILTER (WHERE p.kind = 'praise'
                AND p.said_at > w.at - %(same_day)s::interval) AS praised
        FROM (
            SELECT f.said_at, f.kind, f.facts, f.aspects, f.theme_id FROM feedback_feedback f
            WHERE f.member_id = w.member_id AND f.id <> w.id AND f.said_at <= w.at AND f.workspace_id = %(workspace)s
            ORDER BY f.said_at DESC LIMIT %(remembered)s
        ) p LEFT JOIN themes_theme t ON t.id = p.theme_id
    ) past
"""

# Who spoke of each theme within the hours before, and who of them is new; and how usual new ones are at all.
BURSTS = """
    SELECT w.id, now.people, now.fresh, usual.fresh, usual.number, now.silent
    FROM unnest(%(themes)s::uuid[], %(times)s::timestamptz[]) AS w (id, at)
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT l.member_id) AS people,
            array_agg(DISTINCT l.member_id) FILTER (WHERE m.created_at > l.said_at - %(new)s::interval) AS fresh,
            array_agg(DISTINCT l.member_id) FILTER (WHERE NOT EXISTS (
                SELECT 1 FROM feedback_feedback e
                WHERE e.member_id = l.member_id AND e.said_at < w.at - %(burst)s::interval)) AS silent
        FROM (
            SELECT f.member_id, f.said_at FROM feedback_feedback f
            WHERE f.workspace_id = %(workspace)s AND f.theme_id = w.id AND NOT f.historical
                AND f.said_at BETWEEN w.at - %(burst)s::interval AND w.at
            ORDER BY f.said_at DESC LIMIT %(at_once)s
        ) l JOIN members_member m ON m.id = l.member_id
    ) now
    CROSS JOIN (
        SELECT count(*) AS number, count(*) FILTER (WHERE m.created_at > l.said_at - %(new)s::interval) AS fresh
        FROM (
            SELECT f.member_id, f.said_at FROM feedback_feedback f
            WHERE f.workspace_id = %(workspace)s AND NOT f.historical
                AND f.said_at < %(began)s::timestamptz - %(burst)s::interval
            ORDER BY f.said_at DESC, f.id DESC LIMIT %(usual)s
        ) l JOIN members_member m ON m.id = l.member_id
    ) usual
    WHERE cardinality(now.fresh) >= %(least)s
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What an author said before: since when, how often, how much of it was proved or wrong."""

    first_at: datetime.datetime | None = None
    number: int = 0
    proved: int = 0
    wrong: int = 0
    versions: tuple[str, ...] = ()  # told for the same theme within a day
    praised: frozenset[str] = frozenset()  # aspects praised within a day


@dataclass(frozen=True, slots=True)
class Burst:
    """Of `people` who spoke of a theme within the hours, `new` are new accounts: more than chance explains.

    `members`: these, and the silent ones that are taken with them.
    """

    people: int
    new: int
    members: frozenset[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Background:
    """All of it for a batch, by feedback and by theme."""

    records: Mapping[uuid.UUID, Record] = field(default_factory=dict)
    bursts: Mapping[uuid.UUID, Burst] = field(default_factory=dict)

    def burst_of(self, feedback: Feedback) -> Burst | None:
        """The burst a feedback is part of: its theme has one, and its author is one of them."""
        found = self.bursts.get(feedback.theme_id) if feedback.theme_id and not feedback.historical else None
        return found if found and feedback.member_id in found.members else None


def background(*, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> Background:
    """What stands behind these stored feedbacks: two statements for all of them."""
    if not feedbacks:
        return Background()
    return Background(_records(workspace_id, feedbacks), _bursts(workspace_id, feedbacks))


def _records(workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> dict[uuid.UUID, Record]:
    parameters: dict[str, Any] = {
        "workspace": workspace_id, "ids": [one.id for one in feedbacks],
        "members": [one.member_id for one in feedbacks], "themes": [one.theme_id for one in feedbacks],
        "times": [one.said_at for one in feedbacks], "same_day": SAME_DAY, "remembered": REMEMBERED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, parameters)
        return {row[0]: _record(row) for row in cursor.fetchall()}


def _record(row: Sequence[Any]) -> Record:
    _id, first_at, number, proved, wrong, versions, praised = row
    told = [one for aspects in _listed(praised) or () for one in aspects]
    good = frozenset(str(one["name"]) for one in told if one.get("sentiment") == 1)
    return Record(first_at, number, proved, wrong, tuple(versions or ()), good)


def _listed(aspects: Any) -> Any:
    """What jsonb holds: a bare cursor hands it over as text."""
    return json.loads(aspects) if isinstance(aspects, str) else aspects


def _bursts(workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> dict[uuid.UUID, Burst]:
    latest: dict[uuid.UUID, datetime.datetime] = {}
    for one in feedbacks:
        if one.theme_id and not one.historical:
            latest[one.theme_id] = max(one.said_at, latest.get(one.theme_id, one.said_at))
    if not latest:
        return {}
    parameters: dict[str, Any] = {
        "workspace": workspace_id, "themes": list(latest), "times": list(latest.values()),
        "began": min(latest.values()), "new": NEW, "burst": BURST, "usual": USUAL, "at_once": AT_ONCE,
        "least": LEAST_NEW,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(BURSTS, parameters)
        rows = cursor.fetchall()
    return {
        theme_id: _burst(people, fresh, silent or [])
        for theme_id, people, fresh, usual_fresh, usual, silent in rows
        if usual >= LEAST_USUAL and tail(people, len(fresh), (usual_fresh + 1) / (usual + 2)) < CHANCE
    }


def _burst(people: int, fresh: Sequence[uuid.UUID], silent: Sequence[uuid.UUID]) -> Burst:
    taken_along = silent if 2 * len(fresh) >= people else ()
    return Burst(people, len(fresh), frozenset([*fresh, *taken_along]))


def tail(people: int, fresh: int, share: float) -> float:
    """P(X ≥ fresh) of a binomial distribution of `people` draws with probability `share`."""
    return sum(
        math.comb(people, number) * share**number * (1 - share) ** (people - number)
        for number in range(fresh, people + 1)
    )
