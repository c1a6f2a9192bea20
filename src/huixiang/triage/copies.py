"""Recognising copies: the same words, or nearly, said by several accounts, or again by the same one.

What was said is looked up by keys that stand in an index, a few of the latest for each: what it costs does not grow
with what is stored. The words themselves are then compared (`engine.copies`).
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from huixiang.engine.copies import Shingles, keys, likeness, shingles
from huixiang.feedback.models import Feedback
from huixiang.kernel.ids import new_id
from huixiang.kernel.pagination import Page, cut, decode
from huixiang.triage.copied import Copy, CopyKey

LOOKED_BACK = datetime.timedelta(days=30)
A_KEY = 8  # feedbacks a key brings up, the latest
COMPARED = 6  # of all that came up, those with the most keys in common
COUNTED = 500  # feedbacks of a group that are counted, the latest

# Near-copies by key within the days looked back, the very same text however long ago; most keys in common first.
CANDIDATES = """
    SELECT id, feedback_id FROM (
        SELECT id, feedback_id, row_number() OVER (PARTITION BY id ORDER BY count(*) DESC, feedback_id DESC) AS place
        FROM (
            SELECT w.id, near.feedback_id
            FROM unnest(%(ids)s::uuid[], %(keys)s::bigint[], %(times)s::timestamptz[]) AS w (id, key, at)
            CROSS JOIN LATERAL (
                SELECT k.feedback_id FROM triage_copykey k
                WHERE k.workspace_id = %(workspace)s AND k.key = w.key AND k.feedback_id <> w.id
                    AND k.said_at BETWEEN w.at - %(back)s::interval AND w.at + %(back)s::interval
                ORDER BY k.said_at DESC LIMIT %(a_key)s
            ) near
            UNION ALL
            SELECT w.id, same.id FROM unnest(%(hashed)s::uuid[], %(hashes)s::text[]) AS w (id, hash)
            CROSS JOIN LATERAL (
                SELECT f.id FROM feedback_feedback f
                WHERE f.workspace_id = %(workspace)s AND f.text_hash = w.hash AND f.id <> w.id LIMIT %(a_key)s
            ) same
        ) met GROUP BY id, feedback_id
    ) found WHERE place <= %(compared)s
"""

KEEP = """
    INSERT INTO triage_copykey (workspace_id, key, said_at, feedback_id)
    SELECT %(workspace)s::uuid, * FROM unnest(%(keys)s::bigint[], %(times)s::timestamptz[], %(ids)s::uuid[])
"""

COUNTS = """
    WITH mine AS (
        SELECT feedback_id, group_id, likeness FROM triage_copy
        WHERE workspace_id = %(workspace)s AND feedback_id = ANY(%(ids)s::uuid[])
    ), counted AS (
        SELECT groups.group_id, said.people, said.number
        FROM (SELECT DISTINCT group_id FROM mine) groups
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT f.member_id) AS people, count(*) AS number
            FROM (SELECT c.feedback_id FROM triage_copy c WHERE c.group_id = groups.group_id
                  ORDER BY c.id DESC LIMIT %(counted)s) latest
            JOIN feedback_feedback f ON f.id = latest.feedback_id
        ) said
    )
    SELECT feedback_id, group_id, likeness, people, number FROM mine JOIN counted USING (group_id)
"""


@dataclass(frozen=True, slots=True)
class Copied:
    """How often the words of a feedback were said: by how many people, in how many feedbacks (at most COUNTED)."""

    group_id: uuid.UUID
    likeness: int  # per cent, to the one it was found by
    people: int
    number: int

    @property
    def others(self) -> int:
        """How many other people said it."""
        return self.people - 1


def note_copies(*, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback], again: Sequence[uuid.UUID] = ()) -> None:
    """Find what these stored feedbacks repeat, and keep their keys for those to come. A fixed number of statements.

    `again`: those of them whose text grew. The caller holds the lock of the themes, so that two readers do not miss
    one another's copies.
    """
    said = {one.id: shingles(one.text) for one in feedbacks if one.removed_at is None}
    known = {one.id: one for one in feedbacks if said.get(one.id)}
    if not known:
        return
    if again:
        CopyKey.objects.filter(feedback_id__in=again).delete()
    found = {one: keys(said[one]) for one in known}
    alike = [*_earlier(workspace_id, known, said, found), *_together(said, found)]
    _keep_keys(workspace_id, known, found)
    if alike:
        _group(workspace_id, alike)


def _keep_keys(
    workspace_id: uuid.UUID, known: Mapping[uuid.UUID, Feedback], found: Mapping[uuid.UUID, Sequence[int]]
) -> None:
    """One statement, without a model for each of so many rows."""
    flat = [(key, known[one].said_at, one) for one, its in found.items() for key in its]
    keys_, times, ids = ([row[place] for row in flat] for place in range(3))
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"workspace": workspace_id, "keys": keys_, "times": times, "ids": ids})


Alike = tuple[uuid.UUID, uuid.UUID, float]


def _earlier(
    workspace_id: uuid.UUID,
    known: Mapping[uuid.UUID, Feedback],
    said: Mapping[uuid.UUID, Shingles],
    found: Mapping[uuid.UUID, Sequence[int]],
) -> list[Alike]:
    """What was stored before and is a copy of these."""
    flat = [(one, key, known[one].said_at) for one, its in found.items() for key in its]
    hashed = [(one, feedback.text_hash) for one, feedback in known.items() if feedback.text_hash]
    parameters: dict[str, Any] = {
        "workspace": workspace_id, "back": LOOKED_BACK, "a_key": A_KEY, "compared": COMPARED,
        "ids": [one for one, _key, _at in flat], "keys": [key for _one, key, _at in flat],
        "times": [at for _one, _key, at in flat],
        "hashed": [one for one, _hash in hashed], "hashes": [text_hash for _one, text_hash in hashed],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, parameters)
        pairs = [(one, other) for one, other in cursor.fetchall() if other not in known]
    if not pairs:
        return []
    texts = Feedback.objects.filter(workspace_id=workspace_id, id__in={other for _one, other in pairs})
    words = {one: shingles(text) for one, text in texts.values_list("id", "text")}
    return _compared(((one, other, said[one], words.get(other, frozenset())) for one, other in pairs))


def _together(said: Mapping[uuid.UUID, Shingles], found: Mapping[uuid.UUID, Sequence[int]]) -> list[Alike]:
    """Copies among themselves: each key brings up the few before it."""
    met: dict[int, list[uuid.UUID]] = defaultdict(list)
    pairs: dict[tuple[uuid.UUID, uuid.UUID], None] = {}
    for one, its in found.items():
        for key in its:
            pairs |= {(one, other): None for other in met[key][-A_KEY:]}
            met[key].append(one)
    return _compared((one, other, said[one], said[other]) for one, other in pairs)


def _compared(pairs: Iterable[tuple[uuid.UUID, uuid.UUID, Shingles, Shingles]]) -> list[Alike]:
    alike = ((one, other, likeness(words, others)) for one, other, words, others in pairs)
    return [found for found in alike if found[2]]


def _group(workspace_id: uuid.UUID, alike: Sequence[Alike]) -> None:
    """Give copies of one another one group; a feedback that links two groups makes them one."""
    best: dict[uuid.UUID, float] = {}
    for one, other, how in alike:
        for place in (one, other):
            best[place] = max(how, best.get(place, 0.0))
    rows = Copy.objects.filter(workspace_id=workspace_id, feedback_id__in=best)
    before = dict(rows.values_list("feedback_id", "group_id"))
    led_by: dict[uuid.UUID, uuid.UUID] = {}
    for one, other, _how in alike:
        _join(led_by, before.get(one, one), before.get(other, other))
    leader = {one: _leader(led_by, before.get(one, one)) for one in best}
    Copy.objects.bulk_create(
        Copy(
            id=new_id(), workspace_id=workspace_id, feedback_id=one, group_id=leader[one],
            likeness=round(100 * best[one]),
        )
        for one in best
        if one not in before
    )  # fmt: skip
    moved = {old: leader[one] for one, old in before.items() if leader[one] != old}
    for old, new in moved.items():
        Copy.objects.filter(workspace_id=workspace_id, group_id=old).update(group_id=new)


def _leader(led_by: dict[uuid.UUID, uuid.UUID], one: uuid.UUID) -> uuid.UUID:
    """Who leads a group in the end; the way there is shortened for the next who asks."""
    top = one
    while top in led_by:
        top = led_by[top]
    while one != top:
        led_by[one], one = top, led_by[one]
    return top


def _join(led_by: dict[uuid.UUID, uuid.UUID], one: uuid.UUID, other: uuid.UUID) -> None:
    """Let the older id lead both: ids are in the order of time."""
    first, second = sorted((_leader(led_by, one), _leader(led_by, other)))
    if first != second:
        led_by[second] = first


def copied(*, workspace_id: uuid.UUID, feedback_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Copied]:
    """How often the words of these feedbacks were said; those nobody repeated are not in it. One statement."""
    if not feedback_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"workspace": workspace_id, "ids": list(feedback_ids), "counted": COUNTED})
        return {row[0]: Copied(*row[1:]) for row in cursor.fetchall()}


def page(*, workspace_id: uuid.UUID, group_id: uuid.UUID, cursor: str = "", size: int = 40) -> Page[Copy]:
    """The feedbacks that say the same, the latest found first, each with member and channel."""
    found = Copy.objects.filter(workspace_id=workspace_id, group_id=group_id)
    found = found.select_related("feedback__member", "feedback__account").defer("feedback__embedding")
    place = decode(cursor, uuid.UUID)
    if place:
        found = found.filter(id__lt=place[0])
    return cut(list(found.order_by("-id")[: size + 1]), size, "id")


def forget(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Feedback was removed: nothing is recognised by its words any more. That it was a copy stays."""
    CopyKey.objects.filter(workspace_id=workspace_id, feedback_id__in=feedback_ids).delete()


def forget_old() -> int:
    """Drop the keys of what was said longer ago than copies are looked for; returns how many."""
    return CopyKey.objects.filter(said_at__lt=timezone.now() - LOOKED_BACK).delete()[0]
