"""Outgoing proxies may carry a password: those given before rest encrypted from now on, as other secrets do."""

from django.db import migrations

from huixiang.kernel.crypto import encrypt


def _seal(apps, schema_editor):
    account = apps.get_model("channels", "ChannelAccount")
    for row in account.objects.filter(settings__proxy__icontains="://").iterator():  # what is sealed has no such signs
        row.settings["proxy"] = encrypt(row.settings["proxy"])
        row.save(update_fields=["settings"])


class Migration(migrations.Migration):

    dependencies = [("channels", "0005_delivery_order")]

    operations = [migrations.RunPython(_seal, migrations.RunPython.noop)]
