from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0011_week_filled'),
    ]

    operations = [
        migrations.RemoveField(model_name='workspace', name='workday_start'),
        migrations.RemoveField(model_name='workspace', name='workday_end'),
    ]
