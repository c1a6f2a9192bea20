import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0026_clock_indexes'),
        ('workspaces', '0013_own_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recount',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('reached', models.UUIDField(null=True)),
                ('looked', models.PositiveIntegerField(default=0)),
                ('moved', models.PositiveIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='recount',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddIndex(
            model_name='recount',
            index=models.Index(fields=['workspace', '-asked_at'], name='recount_latest'),
        ),
    ]
