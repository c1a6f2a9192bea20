import django.db.models.deletion
from django.db import migrations, models

import huixiang.kernel.clock
import huixiang.kernel.ids


class Migration(migrations.Migration):
    """Answers to writes with an Idempotency-Key."""

    dependencies = [
        ("workspaces", "0003_api_key_writes"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("request_digest", models.BinaryField()),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField(db_index=True, default=huixiang.kernel.clock.now)),
                ("api_key", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.apikey")),
                ("workspace", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("api_key", "name"), name="kept_answer_once")],
            },
        ),
    ]
