"""Found by index: built once the words are there, which is faster."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0003_search_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='feedback',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], gin_pending_list_limit=512, name='feedback_words'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('search__isnull', True)), fields=['id'], name='feedback_unsearched'),
        ),
    ]
