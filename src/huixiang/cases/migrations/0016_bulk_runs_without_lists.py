from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_bulk_batches_filled'),
    ]

    operations = [
        migrations.RemoveField(model_name='bulkrun', name='refused'),
        migrations.RemoveField(model_name='bulkrun', name='before'),
    ]
