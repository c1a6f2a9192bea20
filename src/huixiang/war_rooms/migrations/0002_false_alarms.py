"""A room that was a false alarm."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('war_rooms', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='room',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('closed', 'Closed'), ('joined', 'Joined into another'), ('void', 'False alarm')], default='open', max_length=8),
        ),
    ]
