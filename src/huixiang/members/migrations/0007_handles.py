"""What nameless members are called by, and found by: words that are about it are outdated when it goes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0006_never_heard'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='handle',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='member',
            name='handle_kind',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.RunSQL(
            sql="""
                DROP TRIGGER member_words_outdated ON members_member;
                CREATE TRIGGER member_words_outdated BEFORE UPDATE OF name, handle ON members_member
                FOR EACH ROW WHEN (
                    (OLD.name, OLD.handle) IS DISTINCT FROM (NEW.name, NEW.handle)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION member_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER member_words_outdated ON members_member;
                CREATE TRIGGER member_words_outdated BEFORE UPDATE OF name ON members_member
                FOR EACH ROW WHEN (
                    (OLD.name) IS DISTINCT FROM (NEW.name)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION member_words_outdated();
            """,
        ),
    ]
