import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0023_paired_turns'),
    ]

    operations = [
        migrations.AddField(
            model_name='clock',
            name='allowed_minutes',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='around_the_clock',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='clock',
            name='escalate_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='level',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='clock',
            name='paused_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='pauses',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='clock',
            name='warn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='warn_share',
            field=models.PositiveSmallIntegerField(default=75),
        ),
        migrations.AddField(
            model_name='clock',
            name='warned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='clock',
            name='name',
            field=models.CharField(choices=[('first_answer', 'First answer'), ('next_answer', 'Next answer'), ('resolution', 'Resolution'), ('announcement', 'Announcement')], max_length=16),
        ),
    ]
