import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dialogue', '0001_templates'),
        ('workspaces', '0013_own_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Macro',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('steps', models.JSONField(default=dict)),
                ('used', models.PositiveIntegerField(default=0)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.membership')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='macros', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', 'name', 'id'], name='macro_order')],
            },
        ),
    ]
