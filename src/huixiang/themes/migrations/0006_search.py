"""The words a row is found by. A row whose text changes without its words loses them: what is gone is not found."""

import huixiang.kernel.tsvector
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('themes', '0005_votes_counted_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='theme',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION theme_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER theme_words_outdated BEFORE UPDATE OF name, summary, root_cause, fix, workaround ON themes_theme
                FOR EACH ROW WHEN (
                    (OLD.name, OLD.summary, OLD.root_cause, OLD.fix, OLD.workaround) IS DISTINCT FROM (NEW.name, NEW.summary, NEW.root_cause, NEW.fix, NEW.workaround)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION theme_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER theme_words_outdated ON themes_theme;
                DROP FUNCTION theme_words_outdated();
            """,
        ),
    ]
