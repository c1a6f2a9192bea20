import django.db.models.deletion
from django.db import migrations, models

import huixiang.kernel.clock
import huixiang.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_archives"),
        ("workspaces", "0008_invitation"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("mapping", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                ("made_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=huixiang.kernel.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("workspace", "name"), name="saved_mapping_name")],
            },
        ),
    ]
