import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_answers_heard_filled'),
        ('channels', '0004_closing'),
        ('members', '0006_never_heard'),
        ('themes', '0012_early_warnings'),
        ('workspaces', '0014_clearances'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_counted',
        ),
        migrations.AddField(
            model_name='case',
            name='snoozed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='snoozed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspaces.membership'),
        ),
        migrations.AddField(
            model_name='case',
            name='snoozed_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['open', 'waiting_us', 'reopened', 'waiting_member'])), fields=['workspace', 'historical', 'state'], include=('grade', 'owner', 'account', 'theme', 'due_at', 'snoozed_until'), name='case_counted'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['snoozed_until'], name='case_snoozed'),
        ),
    ]
