"""Standards that spoke of the first answer alone get the other three: the next answer's as it was for everybody."""

from django.db import migrations

MINUTES = {
    'red': (60, 24 * 60, 72 * 60),
    'orange': (4 * 60, 27 * 60, 63 * 60),
    'yellow': (9 * 60, 45 * 60, 135 * 60),
    'blue': (18 * 60, 90 * 60, 270 * 60),
}


def fill(apps, schema_editor):
    standards = apps.get_model('playbooks', 'ResponseStandard').objects
    for grade, (following, resolution, announcement) in MINUTES.items():
        standards.filter(grade=grade, next_answer_minutes=None).update(
            next_answer_minutes=following, resolution_minutes=resolution, announcement_minutes=announcement
        )


class Migration(migrations.Migration):

    dependencies = [
        ('playbooks', '0003_four_standards'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
