import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0022_pending_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='paired',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pair', to='cases.turn'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(condition=models.Q(('paired__isnull', False)), fields=['paired'], name='turn_paired'),
        ),
    ]
