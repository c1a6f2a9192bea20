import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0027_recounts'),
        ('dialogue', '0002_macros'),
        ('workspaces', '0013_own_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduledReply',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(choices=[('public', 'Public'), ('group', 'In the group'), ('private', 'Private'), ('internal', 'Internal')], max_length=10)),
                ('text', models.TextField()),
                ('send_at', models.DateTimeField()),
                ('until_they_write', models.BooleanField(default=True)),
                ('anyway', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('waiting', 'Waits for its time'), ('sent', 'Sent'), ('cancelled', 'Cancelled'), ('held', 'Could not go out')], default='waiting', max_length=10)),
                ('why', models.TextField(blank=True)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('created_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('changed_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.membership')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scheduled_replies', to='cases.case')),
                ('turn', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.turn')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['case', '-created_at'], name='scheduled_of_case'), models.Index(condition=models.Q(('state', 'waiting')), fields=['send_at'], name='scheduled_waiting')],
            },
        ),
    ]
