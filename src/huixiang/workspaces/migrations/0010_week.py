from django.db import migrations, models

import huixiang.workspaces.models


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0009_red_lines'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='country',
            field=models.CharField(blank=True, default='CN', max_length=2),
        ),
        migrations.AddField(
            model_name='workspace',
            name='region',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AddField(
            model_name='workspace',
            name='week',
            field=models.JSONField(default=huixiang.workspaces.models.ordinary_week),
        ),
        migrations.AddField(
            model_name='workspace',
            name='holidays_known',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
