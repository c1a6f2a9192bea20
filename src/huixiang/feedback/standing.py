"""How a member has felt of late and when they were last heard: kept on the member, so that lists need no sums."""

import datetime
import uuid
from collections.abc import Mapping

from django.db import connection

LATEST = 8  # what was said last tells the mood; a year of old anger does not

# One statement for all: sentiment is −1, 0 or 1, and praise is good whatever its words; the mood is the mean of what
# was said last, −100 to 100.
REMEMBER = """
    UPDATE members_member m SET
        last_contact_at = greatest(m.last_contact_at, w.at),
        moods = coalesce(felt.moods, m.moods), mood = coalesce(felt.mood, m.mood)
    FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS w (id, at)
    LEFT JOIN LATERAL (
        SELECT array_agg(said.sentiment ORDER BY said.said_at, said.id) AS moods,
               round(avg(said.sentiment) * 100) AS mood
        FROM (
            SELECT CASE f.kind WHEN 'praise' THEN 1 ELSE f.sentiment END AS sentiment, f.said_at, f.id
            FROM feedback_feedback f
            WHERE f.member_id = w.id AND f.removed_at IS NULL ORDER BY f.said_at DESC, f.id DESC LIMIT %(latest)s
        ) said
    ) felt ON true
    WHERE m.id = w.id AND m.workspace_id = %(workspace)s
"""


def remember(*, workspace_id: uuid.UUID, heard: Mapping[uuid.UUID, datetime.datetime]) -> None:
    """Members spoke at these times: their mood and last contact follow. One statement, members in one order."""
    if not heard:
        return
    ids = sorted(heard)
    with connection.cursor() as cursor:
        cursor.execute(
            REMEMBER,
            {"workspace": workspace_id, "ids": ids, "times": [heard[one] for one in ids], "latest": LATEST},
        )
