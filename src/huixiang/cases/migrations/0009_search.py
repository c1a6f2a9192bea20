"""The words a row is found by. A row whose text changes without its words loses them: what is gone is not found."""

import huixiang.kernel.tsvector
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0008_bulk_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='turn',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION case_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER case_words_outdated BEFORE UPDATE OF title ON cases_case
                FOR EACH ROW WHEN (
                    (OLD.title) IS DISTINCT FROM (NEW.title)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION case_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER case_words_outdated ON cases_case;
                DROP FUNCTION case_words_outdated();
            """,
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION turn_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER turn_words_outdated BEFORE UPDATE OF text ON cases_turn
                FOR EACH ROW WHEN (
                    (OLD.text) IS DISTINCT FROM (NEW.text)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION turn_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER turn_words_outdated ON cases_turn;
                DROP FUNCTION turn_words_outdated();
            """,
        ),
    ]
