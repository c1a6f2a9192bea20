"""Those without a name who are here already are called by the first id they wrote under."""

from django.db import migrations

from huixiang.members.naming import handle_of


def _make(apps, schema_editor):
    member, identity = apps.get_model("members", "Member"), apps.get_model("members", "Identity")
    nameless = member.objects.filter(
        name="", handle_kind="", anonymous=False, erasing_at=None, erased_at=None, joined_into=None
    )
    ids = list(nameless.values_list("id", flat=True))
    for start in range(0, len(ids), 500):
        _call(member, identity, ids[start : start + 500])


def _call(member, identity, ids):
    first = {}
    rows = identity.objects.filter(member_id__in=ids).order_by("id")
    for member_id, kind, external_id in rows.values_list("member_id", "account__kind", "external_id"):
        first.setdefault(member_id, (kind, external_id))
    for member_id, (kind, external_id) in first.items():
        member.objects.filter(id=member_id).update(handle=handle_of(external_id), handle_kind=kind)


class Migration(migrations.Migration):

    dependencies = [("members", "0007_handles")]

    operations = [migrations.RunPython(_make, migrations.RunPython.noop, elidable=True)]
