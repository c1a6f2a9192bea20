import django.contrib.postgres.fields
import django.db.models.deletion
import huixiang.cases.pending
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0021_detail_marks'),
        ('workspaces', '0009_red_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerRule',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('approval_grades', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('red', 'Red'), ('orange', 'Orange'), ('yellow', 'Yellow'), ('blue', 'Blue')], max_length=8), default=huixiang.cases.pending.graver, size=None)),
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='answer_rule', to='workspaces.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='PendingAnswer',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(choices=[('public', 'Public'), ('group', 'In the group'), ('private', 'Private'), ('internal', 'Internal')], max_length=10)),
                ('text', models.TextField()),
                ('privately', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('waiting', 'Waits for a yes'), ('sent', 'Sent'), ('returned', 'Sent back'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10)),
                ('at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.membership')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pending_answers', to='cases.case')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspaces.membership')),
                ('turn', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.turn')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['workspace', 'at'], name='pending_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('case',), name='pending_answer_once')],
            },
        ),
    ]
