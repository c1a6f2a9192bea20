from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_handover_presence'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(
                condition=models.Q(('state__in', ['open', 'waiting_us', 'reopened', 'waiting_member'])),
                fields=['workspace', 'historical', 'state'],
                include=('grade', 'owner', 'account', 'theme', 'due_at'),
                name='case_counted',
            ),
        ),
    ]
