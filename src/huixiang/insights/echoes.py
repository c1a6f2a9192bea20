"""What the community hears back: official answers in public, public themes moving on, announcements."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huixiang.announcements.models import Announcement
from huixiang.cases import way
from huixiang.cases.models import Case, Turn
from huixiang.feedback.models import Feedback
from huixiang.insights.replies import called
from huixiang.intake.models import Message
from huixiang.kernel import prepared
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace

# Answers in public, each with the first thing that was said in its case, and themes that went a step further.
HEARD = """
    (SELECT turn.at, 'answered', said.title, '', said.id, NULL::uuid, person.name, person.email
     FROM (
         SELECT at, case_id, by_id FROM cases_turn
         WHERE workspace_id = %(workspace)s::uuid AND direction = 'outbound' AND lane = 'public'
         ORDER BY at DESC LIMIT 2 * %(limit)s::int  -- some stand under a feedback that was removed since
     ) AS turn
     JOIN LATERAL (
         SELECT id, title FROM feedback_feedback
         WHERE workspace_id = %(workspace)s::uuid AND case_id = turn.case_id AND public AND removed_at IS NULL
         ORDER BY said_at, id LIMIT 1
     ) AS said ON true
     LEFT JOIN workspaces_membership AS place ON place.id = turn.by_id
     LEFT JOIN workspaces_user AS person ON person.id = place.user_id)
    UNION ALL
    (SELECT step.at, step.name, theme.name, theme.fixed_in, NULL, theme.id, NULL, NULL
     FROM (
         SELECT * FROM themes_theme
         WHERE workspace_id = %(workspace)s::uuid AND public AND status <> 'merged'
               AND coalesce(confirmed_at, fixing_at, fixed_at, declined_at) IS NOT NULL
         ORDER BY greatest(confirmed_at, fixing_at, fixed_at, declined_at) DESC LIMIT %(limit)s::int
     ) AS theme
     CROSS JOIN LATERAL (VALUES
         ('confirmed', confirmed_at), ('fixing', fixing_at), ('fixed', fixed_at), ('declined', declined_at)
     ) AS step (name, at)
     WHERE step.at IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Echo:
    """One thing heard back: `kind` is answered, announced, or the status a theme reached."""

    at: datetime
    kind: str
    title: str
    who: str = ""
    number: int = 0
    fixed_in: str = ""
    feedback_id: uuid.UUID | None = None
    theme_id: uuid.UUID | None = None
    announcement_id: uuid.UUID | None = None


def latest(workspace: Workspace, announced: Sequence[Echo], limit: int = 5) -> list[Echo]:
    """The newest echoes of all kinds, the announcements being given: one statement."""
    heard = [
        Echo(at, kind, title, called(name, email), fixed_in=fixed_in, feedback_id=feedback_id, theme_id=theme_id)
        for at, kind, title, fixed_in, feedback_id, theme_id, name, email in prepared.rows(
            HEARD, {"workspace": workspace.id, "limit": limit}
        )
    ]
    return sorted([*heard, *announced], key=lambda echo: echo.at, reverse=True)[:limit]


def announced(workspace: Workspace, limit: int = 5) -> list[Echo]:
    """The newest announcements."""
    rows = Announcement.objects.filter(workspace=workspace, published_at__isnull=False)
    return [
        Echo(a.published_at, "announced", a.title, number=a.number or 0, announcement_id=a.id)
        for a in rows.only("title", "number", "published_at").order_by("-published_at")[:limit]
        if a.published_at
    ]


def dialogue(*, turns: Sequence[Turn], feedback: Feedback) -> list[Turn]:
    """What was said after a feedback: its own words are left out, and those that were removed since."""
    rows = Message.objects.filter(id__in=[turn.message_id for turn in turns if turn.message_id])
    left_out = set(rows.filter(Q(feedback_id=feedback.id) | Q(erased_at__isnull=False)).values_list("id", flat=True))
    return [turn for turn in turns if turn.message_id not in left_out]


def first_answered(*, theme: Theme) -> Case | None:
    """The case of a theme that was answered first: it tells when the dialogue began, nothing else of it is shown."""
    found = Case.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, first_answered_at__isnull=False)
    return found.order_by("first_answered_at").first()


@dataclass(frozen=True, slots=True)
class Standing:
    """A feedback with what is derived for it: its theme, its case with owner and conversation."""

    feedback: Feedback
    theme: Theme | None
    case: Case | None

    @property
    def status(self) -> str:
        """The present step of its public way."""
        return way.status(feedback=self.feedback, case=self.case, theme=self.theme)

    @property
    def word(self) -> str:
        """That step in the community's words."""
        return way.word(self.status, self.theme)


def standings(*, workspace: Workspace, feedbacks: Sequence[Feedback]) -> list[Standing]:
    """Each feedback with its theme and case: two statements."""
    themes = Theme.objects.filter(workspace=workspace, id__in=[f.theme_id for f in feedbacks if f.theme_id])
    cases = Case.objects.filter(workspace=workspace, id__in=[f.case_id for f in feedbacks if f.case_id])
    by_theme = {theme.id: theme for theme in themes.defer("centre")}
    by_case = {case.id: case for case in cases.select_related("owner__user", "conversation__account", "member")}
    return [
        Standing(f, by_theme.get(f.theme_id) if f.theme_id else None, by_case.get(f.case_id) if f.case_id else None)
        for f in feedbacks
    ]


def announcement_of(theme: Theme) -> Announcement | None:
    """The theme's newest published announcement."""
    found = Announcement.objects.filter(theme=theme, published_at__isnull=False)
    return found.select_related("workspace", "theme").defer("theme__centre").order_by("-published_at").first()
