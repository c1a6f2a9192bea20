from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_read_by_everybody'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='case',
            name='unread',
        ),
    ]
