import django.db.models.deletion
from django.db import migrations, models

import huixiang.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_inbox_counts'),
    ]

    operations = [
        migrations.AddField(model_name='bulkrun', name='left', field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name='bulkrun', name='changed', field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name='bulkrun', name='undone', field=models.PositiveIntegerField(default=0)),
        migrations.AlterField(
            model_name='bulkrun',
            name='state',
            field=models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('undoing', 'Being taken back'), ('undone', 'Taken back'), ('stopped', 'Stopped')], default='running', max_length=8),
        ),
        migrations.CreateModel(
            name='BulkBatch',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
                ('start', models.PositiveIntegerField()),
                ('refused', models.JSONField(default=list)),
                ('before', models.JSONField(default=dict)),
                ('undone', models.BooleanField(default=False)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='cases.bulkrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'start'), name='bulk_batch_once')],
            },
        ),
    ]
