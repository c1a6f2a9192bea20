from django.db import migrations

BATCH = 1_000
RECOUNT = """
    UPDATE themes_theme t SET vote_count = (
        SELECT count(*) FROM themes_vote v WHERE v.theme_id = t.id AND NOT EXISTS (
            SELECT 1 FROM feedback_feedback f
            WHERE f.workspace_id = v.workspace_id AND f.theme_id = v.theme_id AND f.member_id = v.member_id))
    WHERE t.id = ANY(%s)
"""


def recount(apps, schema_editor):
    """Who voted and also said it in words counted twice; a theme's votes are now those of the others."""
    Theme = apps.get_model("themes", "Theme")
    voted = list(Theme.objects.filter(vote_count__gt=0).order_by("id").values_list("id", flat=True))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(voted), BATCH):
            cursor.execute(RECOUNT, [voted[start : start + BATCH]])


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0004_unlike'),
    ]

    operations = [
        migrations.RunPython(recount, migrations.RunPython.noop, elidable=True),
    ]
