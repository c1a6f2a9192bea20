from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playbooks', '0002_playbooks'),
    ]

    operations = [
        migrations.AddField(
            model_name='responsestandard',
            name='announcement_minutes',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='responsestandard',
            name='next_answer_minutes',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='responsestandard',
            name='resolution_minutes',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='responsestandard',
            name='warn_share',
            field=models.PositiveSmallIntegerField(default=75),
        ),
    ]
