"""The one span a workday had becomes the span of five weekdays."""

from django.db import migrations


def fill(apps, schema_editor):
    for one in apps.get_model('workspaces', 'Workspace').objects.all():
        start, end = one.workday_start, one.workday_end
        span = [start.hour * 60 + start.minute, end.hour * 60 + end.minute]
        one.week = [[span] for _weekday in range(5)] + [[], []]
        one.save(update_fields=['week'])


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0010_week'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
