from django.db import migrations

# What was decided before there was a word of it is not told as news.
HEARD = """
    UPDATE cases_pendinganswer SET heard_at = decided_at
    WHERE decided_at IS NOT NULL AND (state <> 'returned' OR decided_at < now() - interval '14 days')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0028_answers_heard'),
    ]

    operations = [
        migrations.RunSQL(HEARD, migrations.RunSQL.noop),
    ]
