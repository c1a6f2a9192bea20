from django.db import migrations, models

import huixiang.kernel.clock
import huixiang.kernel.ids


class Migration(migrations.Migration):
    """How many calls each key has left. Unlogged: a call that only counts itself waits for no disk."""

    dependencies = [
        ("workspaces", "0004_kept_answer"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                ("id", models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
                ("api_key_id", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("tokens", models.FloatField()),
                ("at", models.DateTimeField(default=huixiang.kernel.clock.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("api_key_id", "kind"), name="bucket_once")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE workspaces_ratebucket SET UNLOGGED", "ALTER TABLE workspaces_ratebucket SET LOGGED"
        ),
    ]
