import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0005_tallies'),
    ]

    operations = [
        migrations.AlterField(
            model_name='alert',
            name='rule',
            field=models.CharField(choices=[('red', 'A case is red'), ('safety', 'Words of danger'), ('room', 'A war room waits for its update'), ('clock', 'A deadline is about to pass'), ('koc', 'A KOC waits for an answer'), ('critic', 'An influential critic'), ('rise', 'Early warning: a theme rises faster than its past'), ('anger', 'Anger spreads'), ('silence', 'A channel has gone silent'), ('step', 'A step of a playbook is due'), ('approval', 'An answer waits for a yes'), ('paused', 'A channel was paused'), ('failed', 'Messages could not be delivered')], max_length=10),
        ),
        migrations.AlterField(
            model_name='alert',
            name='subject_kind',
            field=models.CharField(choices=[('case', 'Case'), ('theme', 'Theme'), ('account', 'Channel'), ('room', 'War room'), ('answer', 'Answer that waits for a yes')], max_length=8),
        ),
        migrations.AlterField(
            model_name='alerttarget',
            name='wants',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('red', 'A case is red'), ('safety', 'Words of danger'), ('room', 'A war room waits for its update'), ('clock', 'A deadline is about to pass'), ('koc', 'A KOC waits for an answer'), ('critic', 'An influential critic'), ('rise', 'Early warning: a theme rises faster than its past'), ('anger', 'Anger spreads'), ('silence', 'A channel has gone silent'), ('step', 'A step of a playbook is due'), ('approval', 'An answer waits for a yes'), ('paused', 'A channel was paused'), ('failed', 'Messages could not be delivered')], max_length=10), default=list, size=None),
        ),
        migrations.AlterField(
            model_name='rulesetting',
            name='rule',
            field=models.CharField(choices=[('red', 'A case is red'), ('safety', 'Words of danger'), ('room', 'A war room waits for its update'), ('clock', 'A deadline is about to pass'), ('koc', 'A KOC waits for an answer'), ('critic', 'An influential critic'), ('rise', 'Early warning: a theme rises faster than its past'), ('anger', 'Anger spreads'), ('silence', 'A channel has gone silent'), ('step', 'A step of a playbook is due'), ('approval', 'An answer waits for a yes'), ('paused', 'A channel was paused'), ('failed', 'Messages could not be delivered')], max_length=10),
        ),
    ]
