"""Found by index: built once the words are there, which is faster."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0007_search_words'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='theme',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], gin_pending_list_limit=512, name='theme_words'),
        ),
        migrations.AddIndex(
            model_name='theme',
            index=models.Index(condition=models.Q(('search__isnull', True)), fields=['id'], name='theme_unsearched'),
        ),
    ]
