from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0027_recounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='pendinganswer',
            name='heard_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
