from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('name', 'cases.red_line_crossed')), fields=['workspace_id', '-id'], name='entry_crossed'),
        ),
    ]
