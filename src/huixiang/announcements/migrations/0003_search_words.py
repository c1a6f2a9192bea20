"""The words of the rows there are, five hundred a transaction; what is stopped goes on where it stood."""

from django.db import migrations

from huixiang.engine.searching import indexed
from huixiang.kernel.tsvector import fill, vector


def _words_of_announcement(row):
    return vector(
        row.workspace_id,
        indexed(title=row.title, text="\n".join((row.what_happened, row.how_fixed, row.what_next))),
    )


def _make(apps, schema_editor):
    while fill(apps.get_model('announcements', 'Announcement'), _words_of_announcement):
        pass


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('announcements', '0002_search'),
    ]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop, elidable=True),
    ]
