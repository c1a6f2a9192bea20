from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0008_search_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='theme',
            name='summary_by',
            field=models.CharField(blank=True, choices=[('', 'a person'), ('machine', 'taken from what was said'), ('llm', 'a language model')], default='', max_length=8),
        ),
    ]
