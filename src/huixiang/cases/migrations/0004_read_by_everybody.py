"""What the team had read before marks were each person's own, everybody there is counts as having read."""

from django.db import migrations

AT_ONCE = 2_000
NEXT = """
    SELECT id FROM cases_case WHERE id > %s AND NOT unread
       AND state IN ('open', 'waiting_us', 'reopened', 'waiting_member')
     ORDER BY id LIMIT %s
"""
MARK = """
    INSERT INTO cases_readmark (id, workspace_id, case_id, membership_id, at)
    SELECT gen_random_uuid(), c.workspace_id, c.id, m.id, clock_timestamp()
      FROM cases_case c JOIN workspaces_membership m ON m.workspace_id = c.workspace_id
     WHERE c.id = ANY(%s)
    ON CONFLICT DO NOTHING
"""


def carry_over(apps, schema_editor):
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, [last, AT_ONCE])
            found = [row[0] for row in cursor.fetchall()]
            if not found:
                return
            cursor.execute(MARK, [found])
            last = found[-1]


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_read_marks'),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
