from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_bulk_runs_without_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='known_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
