"""How a way is computed. Triggers note whose ways changed (migration 0005); `freshen` makes their rows anew.

The sentences of stages.py say what counts; this is the one place where it is counted.
"""

import uuid
from typing import Final

from django.db import connection, transaction

from huixiang.insights.conversion.models import CriticStale, CriticWay
from huixiang.insights.conversion.stages import POSITIVE_AFTER_DAYS

AT_ONCE: Final = 1_000  # members made anew before a page is read; more wait for the next reader or the minute's job

# A way begins with a case, or with a negative feedback nobody opened one for. What a reopened case had reached does
# not count until it is reached again: `stage`, `solved_at` and `confirmed_at` of the case went back with it.
MADE_ANEW: Final = """
    WITH begun AS (
        SELECT c.id AS key, c.id AS case_id, NULL::uuid AS feedback_id, c.member_id, c.account_id, c.theme_id, c.grade,
               c.opened_at AS begun_at, c.first_answered_at AS answered_at, c.state, c.last_at, c.confirmed_at,
               CASE WHEN c.stage IN ('details', 'verifying', 'offered', 'confirmed')
                    THEN (c.stage_at ->> 'details')::timestamptz END AS details_at,
               CASE WHEN c.state <> 'closed' THEN coalesce(c.solved_at, c.confirmed_at) END AS solved_at
        FROM cases_case c
        WHERE c.workspace_id = %(workspace)s AND c.member_id = ANY(%(members)s) AND NOT c.historical
        UNION ALL
        SELECT f.id, NULL, f.id, f.member_id, f.account_id, t.id, f.grade, f.said_at, NULL, '', f.said_at, NULL,
               NULL, NULL
        FROM feedback_feedback f LEFT JOIN themes_theme t ON t.id = f.theme_id
        WHERE f.workspace_id = %(workspace)s AND f.member_id = ANY(%(members)s) AND NOT f.historical
          AND f.case_id IS NULL AND f.removed_at IS NULL AND f.sentiment < 0 AND f.kind NOT IN ('chatter', 'spam')
    ), ended AS MATERIALIZED (
        SELECT begun.*,
               CASE WHEN solved_at IS NOT NULL THEN (
                   SELECT min(n.published_at) FROM announcements_announcement n
                   WHERE n.theme_id = begun.theme_id AND n.published_at >= begun.begun_at
               ) END AS announced_at,
               coalesce(confirmed_at, CASE WHEN solved_at IS NOT NULL OR state = 'closed' THEN (
                   SELECT max(a.at) FROM announcements_answer a
                   JOIN announcements_announcement n ON n.id = a.announcement_id
                   WHERE a.member_id = begun.member_id AND n.theme_id = begun.theme_id AND a.solved = 'yes'
                     AND n.published_at >= begun.begun_at
               ) END) AS satisfied_at
        FROM begun
    ), won AS (
        SELECT ended.*, back.at AS returned_at, coalesce(back.by, '') AS returned_by
        FROM ended LEFT JOIN LATERAL (
            SELECT found.at, found.by FROM (
                SELECT min(f.said_at) AS at, 'positive' AS by FROM feedback_feedback f
                WHERE f.member_id = ended.member_id AND f.removed_at IS NULL AND f.sentiment > 0
                  AND f.said_at >= coalesce(ended.solved_at, ended.satisfied_at) + make_interval(days => %(days)s)
                UNION ALL
                SELECT min(f.said_at), 'suggestion' FROM feedback_feedback f
                WHERE f.member_id = ended.member_id AND f.removed_at IS NULL AND f.kind = 'suggestion'
                  AND f.said_at > coalesce(ended.solved_at, ended.satisfied_at)
                UNION ALL
                SELECT min((c.stage_at ->> 'details')::timestamptz), 'details' FROM cases_case c
                WHERE c.member_id = ended.member_id AND c.id IS DISTINCT FROM ended.case_id AND NOT c.historical
                  AND c.stage IN ('details', 'verifying', 'offered', 'confirmed')
                  AND (c.stage_at ->> 'details')::timestamptz > coalesce(ended.solved_at, ended.satisfied_at)
                UNION ALL
                SELECT min(v.created_at), 'vote' FROM themes_vote v
                WHERE v.member_id = ended.member_id AND v.created_at > coalesce(ended.solved_at, ended.satisfied_at)
                UNION ALL
                SELECT min(n.published_at), 'credit' FROM announcements_credit k
                JOIN announcements_announcement n ON n.id = k.announcement_id
                WHERE k.member_id = ended.member_id AND NOT k.dropped AND n.theme_id IS DISTINCT FROM ended.theme_id
                  AND n.published_at > coalesce(ended.solved_at, ended.satisfied_at)
                UNION ALL
                SELECT min(a.at), 'answer' FROM announcements_answer a
                JOIN announcements_announcement n ON n.id = a.announcement_id
                WHERE a.member_id = ended.member_id AND n.theme_id IS DISTINCT FROM ended.theme_id
                  AND a.at > coalesce(ended.solved_at, ended.satisfied_at)
            ) found WHERE found.at IS NOT NULL ORDER BY found.at, found.by LIMIT 1
        ) back ON coalesce(ended.solved_at, ended.satisfied_at) IS NOT NULL
    ), placed AS MATERIALIZED (
        SELECT won.*, CASE WHEN returned_at IS NOT NULL THEN 6 WHEN satisfied_at IS NOT NULL THEN 5
                           WHEN announced_at IS NOT NULL THEN 4 WHEN solved_at IS NOT NULL THEN 3
                           WHEN details_at IS NOT NULL THEN 2 WHEN answered_at IS NOT NULL THEN 1 ELSE 0 END AS stage
        FROM won
    )
    INSERT INTO insights_criticway
        (key, workspace_id, member_id, case_id, feedback_id, account_id, theme_id, grade, begun_at, answered_at,
         details_at, solved_at, announced_at, satisfied_at, returned_at, returned_by, stage, stage_at, lost,
         quiet_since)
    SELECT key, %(workspace)s, member_id, case_id, feedback_id, account_id, theme_id, grade, begun_at, answered_at,
           details_at, solved_at, announced_at, satisfied_at, returned_at, returned_by, stage,
           (ARRAY[begun_at, answered_at, details_at, solved_at, announced_at, satisfied_at, returned_at])[stage + 1],
           CASE WHEN stage >= 5 THEN '' WHEN state = 'closed' THEN 'closed'
                WHEN state IN ('waiting_member', 'solved') AND (
                    SELECT d.state = 'failed' FROM cases_turn t LEFT JOIN channels_delivery d ON d.id = t.delivery_id
                    WHERE t.case_id = placed.case_id AND t.direction = 'outbound' ORDER BY t.at DESC, t.id DESC LIMIT 1
                ) THEN 'unreachable' ELSE '' END,
           CASE WHEN state = 'waiting_member' AND stage < 5 THEN last_at END
    FROM placed
"""


def freshen(workspace_id: uuid.UUID) -> int:
    """Make the ways anew of members with whom something happened, up to AT_ONCE; returns how many.

    One at a time in a workspace: whoever comes while another does it reads the ways as they are.
    """
    return _made_anew(workspace_id) if CriticStale.objects.filter(workspace_id=workspace_id).exists() else 0


@transaction.atomic
def _made_anew(workspace_id: uuid.UUID) -> int:
    stale = CriticStale.objects.filter(workspace_id=workspace_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"critics {workspace_id}"])
        if not cursor.fetchone()[0]:
            return 0
        rows = list(stale.order_by("id").values_list("id", "critic")[:AT_ONCE])
        members = list({critic for _id, critic in rows})
        stale.filter(id__in=[number for number, _critic in rows]).delete()
        CriticWay.objects.filter(workspace_id=workspace_id, member_id__in=members).delete()
        cursor.execute(
            MADE_ANEW, {"workspace": workspace_id, "members": members, "days": POSITIVE_AFTER_DAYS}
        )
    return len(members)
