"""The words a row is found by. A row whose text changes without its words loses them: what is gone is not found."""

import huixiang.kernel.tsvector
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('announcements', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='announcement',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION announcement_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER announcement_words_outdated BEFORE UPDATE OF title, what_happened, how_fixed, what_next ON announcements_announcement
                FOR EACH ROW WHEN (
                    (OLD.title, OLD.what_happened, OLD.how_fixed, OLD.what_next) IS DISTINCT FROM (NEW.title, NEW.what_happened, NEW.how_fixed, NEW.what_next)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION announcement_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER announcement_words_outdated ON announcements_announcement;
                DROP FUNCTION announcement_words_outdated();
            """,
        ),
    ]
