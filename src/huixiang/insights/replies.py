"""What stands under each matter of the board: the brand's last word about it, or who will answer by when."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from huixiang.insights.board import Matter
from huixiang.kernel import prepared
from huixiang.workspaces.models import User, Workspace

# However many voices a matter has, one row comes back: an announcement or a refusal before an answer, an answer
# before a promise; of several answers the latest, of several promises the one that is due first.
READ = """
    WITH said AS (
        SELECT theme_id AS key, case_id FROM feedback_feedback
        WHERE workspace_id = %(workspace)s::uuid AND theme_id = ANY(%(keys)s::uuid[])
              AND public AND removed_at IS NULL AND case_id IS NOT NULL
        UNION
        SELECT id, case_id FROM feedback_feedback
        WHERE workspace_id = %(workspace)s::uuid AND id = ANY(%(alone)s::uuid[])
              AND public AND removed_at IS NULL AND case_id IS NOT NULL
    ), waiting AS (
        SELECT DISTINCT ON (key) key, clock.due_at AS at, held.owner_id AS by_id
        FROM said JOIN cases_clock AS clock USING (case_id) JOIN cases_case AS held ON held.id = case_id
        WHERE clock.name = 'first_answer' AND clock.met_at IS NULL AND clock.stopped_at IS NULL
        ORDER BY key, clock.due_at
    ), answered AS (
        SELECT DISTINCT ON (key) key, turn.at, turn.text, turn.by_id
        FROM said JOIN cases_turn AS turn USING (case_id)
        WHERE turn.direction = 'outbound' AND turn.lane = 'public'
        ORDER BY key, turn.at DESC
    ), told (key, rank, kind, at, text, number, announcement_id, by_id) AS (
        SELECT key, 1, 'waiting', at, '', 0, NULL::uuid, by_id FROM waiting
        UNION ALL SELECT key, 2, 'answered', at, text, 0, NULL, by_id FROM answered
        UNION ALL SELECT id, 3, 'declined', declined_at, decline_reason, 0, NULL, owner_id FROM themes_theme
                  WHERE workspace_id = %(workspace)s::uuid AND id = ANY(%(keys)s::uuid[]) AND status = 'declined'
        UNION ALL SELECT theme.id, 3, 'announced', news.published_at, news.title, coalesce(news.number, 0), news.id,
                         news.author_id
                  FROM announcements_announcement AS news JOIN themes_theme AS theme ON theme.id = news.theme_id
                  WHERE news.workspace_id = %(workspace)s::uuid AND theme.id = ANY(%(keys)s::uuid[])
                        AND news.published_at IS NOT NULL AND theme.status <> 'declined'
    )
    SELECT DISTINCT ON (key) key, kind, person.name, person.email, text, at, number, announcement_id
    FROM told LEFT JOIN workspaces_membership AS place ON place.id = by_id
              LEFT JOIN workspaces_user AS person ON person.id = place.user_id
    ORDER BY key, rank DESC, at DESC
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """The latest word of the brand, or (`waiting`) who will answer by when."""

    kind: str  # answered, announced, declined, waiting
    who: str = ""
    text: str = ""
    at: datetime | None = None
    number: int = 0
    announcement_id: uuid.UUID | None = None

    @property
    def late(self) -> bool:
        """Whether the promised time of a waiting one has passed."""
        return self.kind == "waiting" and self.at is not None and self.at < timezone.now()


def replies(*, workspace: Workspace, matters: Sequence[Matter]) -> dict[uuid.UUID, Reply]:
    """For each matter (by key) what the brand said last, nothing where nothing is known: one statement."""
    asked = {
        "workspace": workspace.id,
        "keys": [matter.key for matter in matters],
        "alone": [matter.key for matter in matters if matter.theme_id is None],
    }
    return {key: _reply(*told) for key, *told in prepared.rows(READ, asked)} if matters else {}


def _reply(kind: str, name: str | None, email: str | None, *rest: Any) -> Reply:
    return Reply(kind, called(name, email), *rest)


def called(name: str | None, email: str | None) -> str:
    """The name under which one of the team stands for the brand; "" for nobody."""
    return str(User(name=name or "", email=email)) if email else ""
