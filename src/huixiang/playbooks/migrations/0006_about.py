from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playbooks', '0005_escalation_levels'),
    ]

    operations = [
        migrations.AddField(
            model_name='playbook',
            name='about',
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
