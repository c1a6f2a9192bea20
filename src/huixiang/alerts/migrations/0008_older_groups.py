"""Groups kept before there was a rule for answers that wait for a yes hear of those as well, as new ones do.

Whoever has ticked what a group is told since the rule came has seen it: those groups stay as they are.
"""

from django.db import migrations
from django.db.migrations.recorder import MigrationRecorder

RULE = "approval"


def tick(apps, schema_editor):
    came = MigrationRecorder.Migration.objects.using(schema_editor.connection.alias)
    came = came.filter(app="alerts", name="0006_approval").values_list("applied", flat=True).first()
    targets = apps.get_model("alerts", "AlertTarget").objects.exclude(wants__contains=[RULE])
    entries = apps.get_model("journal", "Entry").objects.filter(name="alerts.target_changed")
    if came:
        targets, entries = targets.filter(created_at__lt=came), entries.filter(at__gt=came)
    decided = set(entries.filter(data__what="changed").values_list("subject_id", flat=True)) if came else set()
    for target in targets.exclude(id__in=decided):
        target.wants, target.added = [*target.wants, RULE], [RULE]
        target.save(update_fields=["wants", "added"])


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0007_added_wants'),
        ('journal', '0001_initial'),
    ]

    operations = [migrations.RunPython(tick, migrations.RunPython.noop)]
