"""Which matters of the board changed is noted by the tables themselves, a statement at a time."""

from django.db import migrations

FEEDBACK = """
CREATE FUNCTION insights_feedback_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT DISTINCT n.workspace_id, coalesce(n.theme_id, n.id) FROM fresh n WHERE n.public;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT DISTINCT o.workspace_id, coalesce(o.theme_id, o.id) FROM former o
        JOIN workspaces_workspace w ON w.id = o.workspace_id WHERE o.public;
    ELSE
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT DISTINCT n.workspace_id, matter.key FROM fresh n JOIN former o ON o.id = n.id,
               LATERAL (VALUES (coalesce(o.theme_id, o.id)), (coalesce(n.theme_id, n.id))) AS matter (key)
        WHERE (o.public OR n.public)
          AND (o.public, o.removed_at IS NULL, o.theme_id, o.case_id, o.said_at)
              IS DISTINCT FROM (n.public, n.removed_at IS NULL, n.theme_id, n.case_id, n.said_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insights_feedback_in AFTER INSERT ON feedback_feedback REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_feedback_changed();
CREATE TRIGGER insights_feedback_moved AFTER UPDATE ON feedback_feedback
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_feedback_changed();
CREATE TRIGGER insights_feedback_out AFTER DELETE ON feedback_feedback REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION insights_feedback_changed();
"""
THEMES = """
CREATE FUNCTION insights_theme_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT n.workspace_id, n.id FROM fresh n WHERE n.public;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT o.workspace_id, o.id FROM former o JOIN workspaces_workspace w ON w.id = o.workspace_id;
    ELSE
        INSERT INTO insights_boardstale (workspace_id, key)
        SELECT n.workspace_id, n.id FROM fresh n JOIN former o ON o.id = n.id
        WHERE (o.public, o.status, o.people_count, o.vote_count, o.last_seen, o.announced_at, o.fixed_at, o.fixing_at)
              IS DISTINCT FROM
              (n.public, n.status, n.people_count, n.vote_count, n.last_seen, n.announced_at, n.fixed_at, n.fixing_at)
          AND (o.public OR n.public OR EXISTS (SELECT FROM insights_boardrow b WHERE b.key = n.id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insights_theme_in AFTER INSERT ON themes_theme REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_theme_changed();
CREATE TRIGGER insights_theme_moved AFTER UPDATE ON themes_theme
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_theme_changed();
CREATE TRIGGER insights_theme_out AFTER DELETE ON themes_theme REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION insights_theme_changed();
"""
CASES = """
CREATE FUNCTION insights_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insights_boardstale (workspace_id, key)
    SELECT DISTINCT n.workspace_id, matter.key FROM fresh n JOIN former o ON o.id = n.id,
           LATERAL (SELECT o.theme_id UNION SELECT n.theme_id
                    UNION SELECT f.id FROM feedback_feedback f
                    WHERE f.workspace_id = n.workspace_id AND f.case_id = n.id AND f.public AND f.theme_id IS NULL
                   ) AS matter (key)
    WHERE (o.first_answered_at IS NULL, o.theme_id) IS DISTINCT FROM (n.first_answered_at IS NULL, n.theme_id)
      AND matter.key IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER insights_case_moved AFTER UPDATE ON cases_case
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_case_changed();
"""
ALL = """
INSERT INTO insights_boardstale (workspace_id, key)
SELECT workspace_id, coalesce(theme_id, id) FROM feedback_feedback WHERE public AND removed_at IS NULL
UNION SELECT workspace_id, id FROM themes_theme WHERE public;
"""
GONE = """
DROP FUNCTION insights_feedback_changed() CASCADE;
DROP FUNCTION insights_theme_changed() CASCADE;
DROP FUNCTION insights_case_changed() CASCADE;
"""


class Migration(migrations.Migration):
    """Triggers of statements, so that a batch stays a batch; then every matter there is, once."""

    dependencies = [
        ("insights", "0002_board"),
        ("feedback", "0005_members_standing"),
        ("themes", "0008_search_indexes"),
        ("cases", "0013_inbox_counts"),
    ]

    operations = [
        migrations.RunSQL(FEEDBACK + THEMES + CASES, GONE),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
