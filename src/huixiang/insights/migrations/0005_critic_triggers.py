"""With whom something happened that moves a critic's way is noted by the tables themselves, a statement at a time."""

from django.db import migrations

CASES = """
CREATE FUNCTION insights_critic_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO insights_criticstale (workspace_id, critic)
        SELECT DISTINCT n.workspace_id, n.member_id FROM fresh n WHERE NOT n.historical;
    ELSE
        INSERT INTO insights_criticstale (workspace_id, critic)
        SELECT DISTINCT n.workspace_id, who.id FROM fresh n JOIN former o ON o.id = n.id,
               LATERAL (VALUES (o.member_id), (n.member_id)) AS who (id)
        WHERE NOT (o.historical AND n.historical)
          AND (o.member_id, o.theme_id, o.account_id, o.grade, o.opened_at, o.historical, o.state, o.stage, o.stage_at,
               o.first_answered_at, o.solved_at, o.confirmed_at, CASE WHEN o.state = 'waiting_member' THEN o.last_at END)
              IS DISTINCT FROM
              (n.member_id, n.theme_id, n.account_id, n.grade, n.opened_at, n.historical, n.state, n.stage, n.stage_at,
               n.first_answered_at, n.solved_at, n.confirmed_at, CASE WHEN n.state = 'waiting_member' THEN n.last_at END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insights_critic_case_in AFTER INSERT ON cases_case REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_case();
CREATE TRIGGER insights_critic_case_moved AFTER UPDATE ON cases_case
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_case();
"""
# What was said matters when nobody opened a case for it and it was negative, and when it is kind words or a
# suggestion of somebody who has a case.
FEEDBACK = """
CREATE FUNCTION insights_critic_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO insights_criticstale (workspace_id, critic)
        SELECT DISTINCT n.workspace_id, n.member_id FROM fresh n
        WHERE (n.case_id IS NULL AND n.sentiment < 0 AND NOT n.historical)
           OR ((n.sentiment > 0 OR n.kind = 'suggestion')
               AND EXISTS (SELECT FROM cases_case c WHERE c.member_id = n.member_id AND NOT c.historical));
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO insights_criticstale (workspace_id, critic)
        SELECT DISTINCT o.workspace_id, o.member_id FROM former o JOIN workspaces_workspace w ON w.id = o.workspace_id;
    ELSE
        INSERT INTO insights_criticstale (workspace_id, critic)
        SELECT DISTINCT n.workspace_id, who.id FROM fresh n JOIN former o ON o.id = n.id,
               LATERAL (VALUES (o.member_id), (n.member_id)) AS who (id)
        WHERE (o.member_id, o.case_id, o.sentiment, o.kind, o.removed_at IS NULL, o.said_at, o.historical,
               CASE WHEN o.case_id IS NULL THEN o.theme_id END, CASE WHEN o.case_id IS NULL THEN o.grade END)
              IS DISTINCT FROM
              (n.member_id, n.case_id, n.sentiment, n.kind, n.removed_at IS NULL, n.said_at, n.historical,
               CASE WHEN n.case_id IS NULL THEN n.theme_id END, CASE WHEN n.case_id IS NULL THEN n.grade END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insights_critic_feedback_in AFTER INSERT ON feedback_feedback REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_feedback();
CREATE TRIGGER insights_critic_feedback_moved AFTER UPDATE ON feedback_feedback
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_feedback();
CREATE TRIGGER insights_critic_feedback_out AFTER DELETE ON feedback_feedback REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_feedback();
"""
# Votes, thanks and answers of whoever has a case; of an announcement that is published or taken back, all concerned.
ECHOES = """
CREATE FUNCTION insights_critic_took_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insights_criticstale (workspace_id, critic)
    SELECT DISTINCT r.workspace_id, r.member_id FROM happened r
    JOIN workspaces_workspace w ON w.id = r.workspace_id
    WHERE EXISTS (SELECT FROM cases_case c WHERE c.member_id = r.member_id AND NOT c.historical);
    RETURN NULL;
END $$;
CREATE TRIGGER insights_critic_vote_in AFTER INSERT ON themes_vote REFERENCING NEW TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_vote_out AFTER DELETE ON themes_vote REFERENCING OLD TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_credit_in AFTER INSERT ON announcements_credit REFERENCING NEW TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_credit_moved AFTER UPDATE ON announcements_credit REFERENCING NEW TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_credit_out AFTER DELETE ON announcements_credit REFERENCING OLD TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_answer_in AFTER INSERT ON announcements_answer REFERENCING NEW TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE TRIGGER insights_critic_answer_moved AFTER UPDATE ON announcements_answer REFERENCING NEW TABLE AS happened
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_took_part();
CREATE FUNCTION insights_critic_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insights_criticstale (workspace_id, critic)
    SELECT DISTINCT n.workspace_id, who.id FROM fresh n JOIN former o ON o.id = n.id,
           LATERAL (SELECT c.member_id AS id FROM cases_case c WHERE c.theme_id = n.theme_id AND NOT c.historical
                    UNION SELECT k.member_id FROM announcements_credit k WHERE k.announcement_id = n.id) AS who
    WHERE (o.published_at, o.theme_id) IS DISTINCT FROM (n.published_at, n.theme_id);
    RETURN NULL;
END $$;
CREATE TRIGGER insights_critic_announced AFTER UPDATE ON announcements_announcement
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_announced();
"""
DELIVERIES = """
CREATE FUNCTION insights_critic_reached() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insights_criticstale (workspace_id, critic)
    SELECT DISTINCT n.workspace_id, n.recipient_member_id FROM fresh n JOIN former o ON o.id = n.id
    WHERE n.purpose = 'reply' AND (o.state = 'failed') IS DISTINCT FROM (n.state = 'failed');
    RETURN NULL;
END $$;
CREATE TRIGGER insights_critic_reached AFTER UPDATE ON channels_delivery
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION insights_critic_reached();
"""
ALL = """
INSERT INTO insights_criticstale (workspace_id, critic)
SELECT workspace_id, member_id FROM cases_case WHERE NOT historical
UNION SELECT workspace_id, member_id FROM feedback_feedback
WHERE case_id IS NULL AND sentiment < 0 AND NOT historical AND removed_at IS NULL;
"""
GONE = """
DROP FUNCTION insights_critic_case() CASCADE;
DROP FUNCTION insights_critic_feedback() CASCADE;
DROP FUNCTION insights_critic_took_part() CASCADE;
DROP FUNCTION insights_critic_announced() CASCADE;
DROP FUNCTION insights_critic_reached() CASCADE;
"""


class Migration(migrations.Migration):
    """Triggers of statements, so that a batch stays a batch; then every critic there is, once."""

    dependencies = [
        ("insights", "0004_critic_ways"),
        ("announcements", "0005_telling_paused"),
        ("cases", "0020_stages_filled"),
        ("channels", "0004_closing"),
        ("feedback", "0005_members_standing"),
        ("themes", "0012_early_warnings"),
    ]

    operations = [
        migrations.RunSQL(CASES + FEEDBACK + ECHOES + DELIVERIES, GONE),
        migrations.RunSQL(ALL, migrations.RunSQL.noop),
    ]
