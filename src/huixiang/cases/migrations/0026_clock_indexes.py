from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0025_clock_of_theme'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='clock',
            name='clock_running',
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('met_at', None), ('paused_at', None), ('stopped_at', None), ('breach_noted_at__isnull', True)), fields=['due_at'], name='clock_due'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('met_at', None), ('paused_at', None), ('stopped_at', None), ('warned_at', None)), fields=['warn_at'], name='clock_warns'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('met_at', None), ('paused_at', None), ('stopped_at', None), ('escalate_at__isnull', False)), fields=['escalate_at'], name='clock_escalates'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('met_at', None), ('paused_at', None), ('stopped_at', None)), fields=['workspace', 'id'], name='clock_counts'),
        ),
    ]
