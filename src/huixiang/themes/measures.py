"""The figures of a theme, counted afresh from its feedback and votes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from huixiang.feedback.models import Feedback
from huixiang.themes.models import Theme

# One statement for all touched themes. Prevalence counts people, not messages. Influence by tier as in triage.
# What was removed still counts: a tombstone keeps kind, grade and times for that. A vote of somebody who also said it
# in words is not counted: people_count + vote_count is how many people it concerns, each once.
REFRESH = """
    WITH counted AS (
        SELECT f.theme_id AS id, count(*) AS feedbacks, count(DISTINCT f.member_id) AS people,
               min(f.said_at) AS first_seen, max(f.said_at) AS last_seen, max(f.severity) / 4.0 AS severity,
               avg(CASE m.tier WHEN 'core' THEN 0.85 WHEN 'koc' THEN 0.65 WHEN 'active' THEN 0.4 ELSE 0.2 END)
                   AS influence,
               min(CASE f.grade WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2 WHEN 'blue' THEN 3 END)
                   AS worst
        FROM feedback_feedback f JOIN members_member m ON m.id = f.member_id
        WHERE f.workspace_id = %(workspace)s AND f.theme_id = ANY(%(themes)s)
        GROUP BY f.theme_id
    ), recent AS (
        SELECT f.theme_id AS id, count(DISTINCT f.member_id) AS people
        FROM feedback_feedback f JOIN counted c ON c.id = f.theme_id
        WHERE f.workspace_id = %(workspace)s AND f.said_at > c.last_seen - interval '72 hours'
        GROUP BY f.theme_id
    )
    UPDATE themes_theme t SET
        feedback_count = coalesce(c.feedbacks, 0), people_count = coalesce(c.people, 0),
        recent_people = coalesce(r.people, 0), first_seen = coalesce(c.first_seen, t.first_seen),
        last_seen = coalesce(c.last_seen, t.last_seen), worst_severity = coalesce(c.severity, 0),
        mean_influence = coalesce(c.influence, 0),
        worst_grade = coalesce((ARRAY['red', 'orange', 'yellow', 'blue'])[c.worst + 1], ''),
        vote_count = (SELECT count(*) FROM themes_vote v WHERE v.theme_id = t.id AND NOT EXISTS (
            SELECT 1 FROM feedback_feedback s WHERE s.workspace_id = v.workspace_id AND s.theme_id = v.theme_id
                AND s.member_id = v.member_id)),
        impact = coalesce(c.people * c.influence * c.severity, 0)
    FROM unnest(%(themes)s::uuid[]) AS wanted (id)
    LEFT JOIN counted c USING (id) LEFT JOIN recent r USING (id)
    WHERE t.id = wanted.id AND t.workspace_id = %(workspace)s
"""


RECENTRE = """
    UPDATE themes_theme t SET centre = found.centre
    FROM (
        SELECT theme_id, avg(embedding::vector) AS centre FROM feedback_feedback
        WHERE workspace_id = %(workspace)s AND theme_id = ANY(%(themes)s) AND embedding IS NOT NULL GROUP BY theme_id
    ) found
    WHERE t.id = found.theme_id AND t.workspace_id = %(workspace)s
"""


def refresh(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID], centres: bool = False) -> None:
    """Count people, spans, worst grade and impact anew; `centres` also the mean embedding, after a merge or a move.

    Two statements at most, whatever the number of themes.
    """
    if not theme_ids:
        return
    parameters: dict[str, Any] = {"workspace": workspace_id, "themes": list(theme_ids)}
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, parameters)
        if centres:
            cursor.execute(RECENTRE, parameters)


PARTED = """
    SELECT f.id = ANY(%(chosen)s::uuid[]), count(*), count(DISTINCT f.member_id),
           count(DISTINCT f.member_id) * max(f.severity) / 4.0
           * avg(CASE m.tier WHEN 'core' THEN 0.85 WHEN 'koc' THEN 0.65 WHEN 'active' THEN 0.4 ELSE 0.2 END)
    FROM feedback_feedback f JOIN members_member m ON m.id = f.member_id
    WHERE f.workspace_id = %(workspace)s AND f.theme_id = %(theme)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How large a part of a theme is, and the impact it would have alone."""

    feedbacks: int = 0
    people: int = 0
    impact: float = 0


def parted(theme: Theme, chosen: Sequence[uuid.UUID]) -> tuple[Figures, Figures]:
    """What would go and what would stay if these feedbacks left the theme: one statement, nothing is changed."""
    found = {True: Figures(), False: Figures()}
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"workspace": theme.workspace_id, "theme": theme.id, "chosen": list(chosen)}
        cursor.execute(PARTED, parameters)
        for goes, feedbacks, people, impact in cursor.fetchall():
            found[goes] = Figures(feedbacks, people, float(impact))
    return found[True], found[False]


def count_votes(theme: Theme) -> None:
    """Count anew who voted and did not say it in words."""
    said = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id).values("member_id")
    theme.vote_count = theme.votes.exclude(member_id__in=said).count()
    theme.save(update_fields=["vote_count"])
