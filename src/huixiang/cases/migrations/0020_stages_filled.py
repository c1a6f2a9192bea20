from django.db import migrations

TIMES = """
    UPDATE cases_case SET stage_at = jsonb_strip_nulls(jsonb_build_object(
        'contacted', first_answered_at, 'offered', solved_at, 'confirmed', confirmed_at))
    WHERE first_answered_at IS NOT NULL OR solved_at IS NOT NULL OR confirmed_at IS NOT NULL
"""
# Until now a case was in dialogue from our first answer on; now it is when the member has answered, too.
SILENT = """
    UPDATE cases_case AS c SET stage = 'contacted' WHERE stage = 'listening' AND NOT EXISTS (
        SELECT 1 FROM cases_turn AS t
        WHERE t.case_id = c.id AND t.direction = 'inbound' AND t.at > c.first_answered_at)
"""
BACK = "UPDATE cases_case SET stage = 'listening' WHERE stage = 'contacted'"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_stages'),
    ]

    operations = [
        migrations.RunSQL(TIMES, migrations.RunSQL.noop),
        migrations.RunSQL(SILENT, BACK),
    ]
