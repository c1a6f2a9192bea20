"""The words of the rows there are, five hundred a transaction; what is stopped goes on where it stood."""

from django.db import migrations

from huixiang.engine.searching import indexed
from huixiang.kernel.tsvector import fill, vector


def _words_of_member(row):
    return vector(row.workspace_id, indexed(title=row.name))


def _make(apps, schema_editor):
    while fill(apps.get_model('members', 'Member'), _words_of_member):
        pass


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('members', '0003_search'),
    ]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop, elidable=True),
    ]
