import django.contrib.postgres.fields
import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0010_likeness'),
        ('workspaces', '0008_invitation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('merge', 'One matter'), ('split', 'Two matters')], max_length=8)),
                ('feedback_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('share', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('dismissed', 'Dismissed'), ('gone', 'No longer so')], default='open', max_length=10)),
                ('found_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='themes.theme')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='themes.theme')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['workspace', 'state', '-share', '-id'], name='proposal_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'merge'), ('state', 'open')), fields=('theme', 'other'), name='merge_proposed_once')],
            },
        ),
    ]
