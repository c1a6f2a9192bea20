import django.db.models.deletion
import huixiang.kernel.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0009_summary_by'),
        ('workspaces', '0008_invitation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='workspaces.workspace')),
                ('threshold', models.FloatField()),
                ('measured_on', models.PositiveIntegerField()),
                ('right', models.FloatField()),
                ('measured_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
            ],
        ),
    ]
