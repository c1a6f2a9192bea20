"""The words of the rows there are, five hundred a transaction; what is stopped goes on where it stood."""

from django.db import migrations

from huixiang.engine.searching import indexed
from huixiang.kernel.tsvector import fill, vector


def _words_of_case(row):
    return vector(row.workspace_id, indexed(title=f"HX-{row.number} {row.title}"))


def _words_of_turn(row):
    return vector(row.workspace_id, indexed(text=row.text))


def _make(apps, schema_editor):
    while fill(apps.get_model('cases', 'Case'), _words_of_case):
        pass
    while fill(apps.get_model('cases', 'Turn'), _words_of_turn):
        pass


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('cases', '0009_search'),
    ]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop, elidable=True),
    ]
