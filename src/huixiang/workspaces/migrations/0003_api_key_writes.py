import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keys that may change things, in whose name they do it, and the scopes that allow it."""

    dependencies = [
        ("workspaces", "0002_eight_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="acts_for",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="workspaces.membership"),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ingest', 'Send messages in'), ('read', 'Read data'), ('deliver', 'Fetch answers and report them delivered'), ('personal', 'See personal data unmasked'), ('feedback:write', 'Correct, move and remove feedback'), ('cases:write', 'Answer and handle cases'), ('themes:write', 'Change themes'), ('members:write', 'Change members'), ('announcements:write', 'Write and publish announcements')], max_length=20), size=None),
        ),
    ]
