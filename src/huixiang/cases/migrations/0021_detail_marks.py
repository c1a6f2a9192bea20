import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_stages_filled'),
        ('workspaces', '0009_red_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='DetailMark',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(choices=[('actual', 'What exactly happened'), ('scene', 'When and where it happened'), ('steps', 'What was done before it happened'), ('expected', 'What should have happened'), ('version', 'Model and software version'), ('frequency', 'How often it happens'), ('evidence', 'A picture, a video or a log')], max_length=12)),
                ('marked', models.CharField(choices=[('known', 'Known'), ('unneeded', 'Not needed here'), ('missing', 'Still missing')], max_length=8)),
                ('at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspaces.membership')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='detail_marks', to='cases.case')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'key'), name='detail_mark_once')],
            },
        ),
    ]
