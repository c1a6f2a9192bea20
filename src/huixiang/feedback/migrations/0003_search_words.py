"""The words of the rows there are, five hundred a transaction; what is stopped goes on where it stood."""

from django.db import migrations

from huixiang.engine.searching import indexed
from huixiang.kernel.tsvector import fill, vector


def _words_of_feedback(row):
    return vector(row.workspace_id, {} if row.removed_at else indexed(title=row.title, text=row.text))


def _make(apps, schema_editor):
    while fill(apps.get_model('feedback', 'Feedback'), _words_of_feedback):
        pass


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('feedback', '0002_search'),
    ]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop, elidable=True),
    ]
