"""Found by index: built once the words are there, which is faster."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_search_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], gin_pending_list_limit=512, name='case_words'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('search__isnull', True)), fields=['id'], name='case_unsearched'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], gin_pending_list_limit=512, name='turn_words'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(condition=models.Q(('search__isnull', True)), fields=['id'], name='turn_unsearched'),
        ),
    ]
