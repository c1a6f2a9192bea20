"""The words a row is found by. A row whose text changes without its words loses them: what is gone is not found."""

import huixiang.kernel.tsvector
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='feedback',
            name='search',
            field=huixiang.kernel.tsvector.SearchField(editable=False, null=True),
        ),
        migrations.RunSQL(
            sql="""
                CREATE FUNCTION feedback_words_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.search := NULL;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER feedback_words_outdated BEFORE UPDATE OF title, text, removed_at ON feedback_feedback
                FOR EACH ROW WHEN (
                    (OLD.title, OLD.text, OLD.removed_at) IS DISTINCT FROM (NEW.title, NEW.text, NEW.removed_at)
                    AND NEW.search IS NOT DISTINCT FROM OLD.search
                ) EXECUTE FUNCTION feedback_words_outdated();
            """,
            reverse_sql="""
                DROP TRIGGER feedback_words_outdated ON feedback_feedback;
                DROP FUNCTION feedback_words_outdated();
            """,
        ),
    ]
