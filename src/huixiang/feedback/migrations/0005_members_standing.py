"""Members who were there before their mood and last contact were kept get both, a thousand at a time."""

import uuid

from django.db import migrations

AT_A_TIME = 1_000
SOME = "SELECT id FROM members_member WHERE id > %s ORDER BY id LIMIT %s"
FILL = """
    UPDATE members_member m SET
        last_contact_at = coalesce(felt.last, m.created_at), moods = coalesce(felt.moods, '{}'), mood = felt.mood
    FROM unnest(%s::uuid[]) AS w (id)
    LEFT JOIN LATERAL (
        SELECT max(said.said_at) AS last, array_agg(said.sentiment ORDER BY said.said_at, said.id) AS moods,
               round(avg(said.sentiment) * 100) AS mood
        FROM (
            SELECT CASE f.kind WHEN 'praise' THEN 1 ELSE f.sentiment END AS sentiment, f.said_at, f.id FROM feedback_feedback f
            WHERE f.member_id = w.id AND f.removed_at IS NULL ORDER BY f.said_at DESC, f.id DESC LIMIT 8
        ) said
    ) felt ON true
    WHERE m.id = w.id
"""


def fill(apps, schema_editor):
    """Each lot is its own transaction: begun again, it goes through all of them anew and comes to the same."""
    last = uuid.UUID(int=0)
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(SOME, [last, AT_A_TIME])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute(FILL, [ids])
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0004_search_indexes"), ("members", "0006_never_heard")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
