"""Feedback that came by an import that is taken back: it goes as if it had never been said."""

import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from huixiang.feedback import events
from huixiang.feedback.models import Feedback
from huixiang.feedback.standing import LATEST
from huixiang.journal.actions import Note, forget_words, record_all

# What lists show of a person, counted anew from what is left: how much they said, and the mood of it.
COUNT = """
    UPDATE members_member m SET feedback_count = felt.number, moods = coalesce(felt.moods, '{}'), mood = felt.mood
    FROM unnest(%(ids)s::uuid[]) AS w (id), LATERAL (
        SELECT (SELECT count(*) FROM feedback_feedback f WHERE f.member_id = w.id) AS number,
               array_agg(said.sentiment ORDER BY said.said_at, said.id) AS moods,
               round(avg(said.sentiment) * 100) AS mood
        FROM (
            SELECT CASE f.kind WHEN 'praise' THEN 1 ELSE f.sentiment END AS sentiment, f.said_at, f.id
            FROM feedback_feedback f
            WHERE f.member_id = w.id AND f.removed_at IS NULL ORDER BY f.said_at DESC, f.id DESC LIMIT %(latest)s
        ) said
    ) felt
    WHERE m.id = w.id AND m.workspace_id = %(workspace)s
"""


@transaction.atomic
def drop(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID], run_id: uuid.UUID) -> int:
    """Delete feedback with all that was judged of it, and count its people's anew. Returns how many went.

    Journal: feedback.taken_back for each; words in the journal about it are forgotten. The caller counts its themes.
    """
    there = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids)
    rows = dict(there.order_by("id").values_list("id", "member_id"))
    forget_words(workspace_id=workspace_id, subjects=list(rows))
    Feedback.objects.filter(id__in=list(rows)).delete()
    with connection.cursor() as cursor:
        people = sorted(set(rows.values()))
        cursor.execute(COUNT, {"workspace": workspace_id, "ids": people, "latest": LATEST})
    notes = [Note(events.TakenBack(subject=one, run_id=run_id)) for one in rows]
    record_all(notes, workspace_id=workspace_id)
    return len(rows)
