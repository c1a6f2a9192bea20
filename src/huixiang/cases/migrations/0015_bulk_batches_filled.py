from django.db import migrations

# What a run kept in itself becomes its first batch. Taking "mark as unread" back needs the old mark, which runs did not
# keep: those cannot be taken back any more.
FILL = """
    INSERT INTO cases_bulkbatch (id, workspace_id, run_id, start, refused, before, undone)
    SELECT gen_random_uuid(), workspace_id, id, 0, refused, CASE WHEN act = 'unread' THEN '{}'::jsonb ELSE before END,
           state = 'undone'
      FROM cases_bulkrun
     WHERE refused <> '[]'::jsonb OR before <> '{}'::jsonb;
    UPDATE cases_bulkrun AS run
       SET "left" = jsonb_array_length(batch.refused),
           changed = (SELECT count(*) FROM jsonb_object_keys(batch.before))
      FROM cases_bulkbatch AS batch
     WHERE batch.run_id = run.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_bulk_batches'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
