import django.contrib.postgres.fields
import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0011_proposals'),
        ('workspaces', '0008_invitation'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlyWarning',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('days', models.PositiveSmallIntegerField()),
                ('people', models.PositiveIntegerField()),
                ('expected', models.FloatField()),
                ('feedback_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('raised_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspaces.membership')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='warnings', to='themes.theme')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', '-raised_at', '-id'], name='warning_latest'), models.Index(fields=['theme', '-raised_at'], name='warning_theme')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('theme',), name='warning_once')],
            },
        ),
    ]
