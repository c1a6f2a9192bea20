from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_addressed"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="archive",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="importrun",
            name="left_out",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
