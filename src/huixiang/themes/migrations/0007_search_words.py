"""The words of the rows there are, five hundred a transaction; what is stopped goes on where it stood."""

from django.db import migrations

from huixiang.engine.searching import weighed
from huixiang.kernel.tsvector import fill, vector


def _words_of_theme(row):
    return vector(
        row.workspace_id,
        weighed(
            (row.name, "A", "A"),
            (row.summary, "B", "B"),
            ("\n".join((row.root_cause, row.fix, row.workaround)), "C", "D"),
        ),
    )


def _make(apps, schema_editor):
    while fill(apps.get_model('themes', 'Theme'), _words_of_theme):
        pass


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('themes', '0006_search'),
    ]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop, elidable=True),
    ]
