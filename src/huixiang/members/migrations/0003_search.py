"""The words a row is found by. A row whose text changes without its words loses them: what is gone is not found."""

import huixiang.kernel.tsvector
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION member_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER member_words_outdated BEFORE UPDATE OF name ON members_member
                FOR EACH ROW WHEN (
                    (OLD.name) IS DISTINCT FROM (NEW.name)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION member_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER member_words_outdated ON members_member;
                DROP FUNCTION member_words_outdated();
            """,
        ),
    ]
