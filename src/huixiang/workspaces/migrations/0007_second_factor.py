from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0006_membership_left'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='second_factor_required',
            field=models.BooleanField(default=False),
        ),
    ]
