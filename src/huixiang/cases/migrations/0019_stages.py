from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0018_group_lane'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='stage_at',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='case',
            name='stage',
            field=models.CharField(choices=[('contacting', 'To be contacted'), ('contacted', 'Contacted'), ('listening', 'In dialogue'), ('details', 'Details complete'), ('verifying', 'Being verified'), ('offered', 'Solution offered'), ('confirmed', 'Confirmed')], default='contacting', max_length=12),
        ),
    ]
