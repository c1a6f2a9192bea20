import django.contrib.postgres.fields
import django.db.models.deletion
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playbooks', '0004_standards_filled'),
        ('workspaces', '0013_own_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='EscalationLevel',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('minutes', models.PositiveIntegerField()),
                ('to', models.CharField(choices=[('owner', 'The owner'), ('role', 'Everybody with a role'), ('people', 'These people'), ('rota', 'Whoever is next on a rota')], max_length=8)),
                ('role', models.CharField(blank=True, choices=[('owner', 'Workspace owner'), ('administrator', 'Administrator'), ('operator', 'Operator'), ('specialist', 'Service specialist'), ('product', 'Product manager'), ('analyst', 'Analyst'), ('moderator', 'Moderator'), ('viewer', 'Viewer')], max_length=20)),
                ('people', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)),
                ('grades', models.JSONField(blank=True, default=list)),
                ('rota', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='playbooks.rota')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation_levels', to='workspaces.workspace')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'position'), name='escalation_place')],
            },
        ),
    ]
