import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_clock_facts'),
        ('themes', '0012_early_warnings'),
    ]

    operations = [
        migrations.AddField(
            model_name='clock',
            name='theme',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='themes.theme'),
        ),
        migrations.AlterField(
            model_name='clock',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('case__isnull', True), ('theme__isnull', True), _connector='XOR'), name='clock_of_one'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('theme__isnull', False), ('met_at', None), ('stopped_at', None)), fields=('theme',), name='public_clock_once'),
        ),
    ]
