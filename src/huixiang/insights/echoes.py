"""What the community hears back: official answers in public, public themes moving on, announcements."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

from huixiang.announcements.models import Announcement
from huixiang.cases import way
from huixiang.cases.models import Case, Clock, ClockName, Turn
from huixiang.cases.states import Direction, Lane
from huixiang.feedback.models import Feedback
from huixiang.insights.board import Matter, public_of_cases
from huixiang.intake.models import Message
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership, Workspace

MOVES = ("confirmed", "fixing", "fixed", "declined")


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


def latest(workspace: Workspace, limit: int = 5) -> list[Echo]:
    """The newest echoes of all kinds: four statements."""
    found = [*_answers(workspace, limit), *_moves(workspace, limit), *_announcements(workspace, limit)]
    return sorted(found, key=lambda echo: echo.at, reverse=True)[:limit]


def _answers(workspace: Workspace, limit: int) -> list[Echo]:
    turns = (
        Turn.objects.filter(workspace=workspace, direction=Direction.OUTBOUND, lane=Lane.PUBLIC)
        .select_related("by__user")
        .order_by("-at")[: limit * 2]  # some of them stand under a feedback that was removed since
    )
    of_case = public_of_cases(workspace=workspace, case_ids=[turn.case_id for turn in turns])
    return [
        Echo(turn.at, "answered", of_case[turn.case_id].title, who_is(turn.by), feedback_id=of_case[turn.case_id].id)
        for turn in turns
        if turn.case_id in of_case
    ]


def _moves(workspace: Workspace, limit: int) -> list[Echo]:
    themes = Theme.objects.filter(workspace=workspace, public=True).exclude(status=ThemeStatus.MERGED)
    moved = Greatest(*(f"{status}_at" for status in MOVES))  # ignores the steps not reached
    rows = themes.annotate(moved=moved).filter(moved__isnull=False).defer("centre").order_by("-moved")[:limit]
    return [
        Echo(at, status, theme.name, fixed_in=theme.fixed_in, theme_id=theme.id)
        for theme in rows
        for status in MOVES
        if (at := getattr(theme, f"{status}_at"))
    ]


def _announcements(workspace: Workspace, limit: int) -> list[Echo]:
    rows = Announcement.objects.filter(workspace=workspace, published_at__isnull=False)
    return [
        Echo(a.published_at, "announced", a.title, number=a.number or 0, announcement_id=a.id)
        for a in rows.order_by("-published_at")[:limit]
        if a.published_at
    ]


def who_is(member_of_team: Membership | None) -> str:
    """The name under which one of the team stands for the brand; "" when they have left."""
    return str(member_of_team.user) if member_of_team else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What stands under a matter: the latest word of the brand, or (`waiting`) who will answer by when."""

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
    """For each matter (by key) what the brand said last, nothing where nothing is known: five statements."""
    cases = _public_cases(workspace, matters)
    found = _waiting(workspace, cases) | _answered(workspace, cases)
    theme_ids = [matter.theme_id for matter in matters if matter.theme_id]
    return found | _declined(workspace, theme_ids) | _announced(workspace, theme_ids)


def _public_cases(workspace: Workspace, matters: Sequence[Matter]) -> dict[uuid.UUID, uuid.UUID]:
    """The cases of what was said in public, with the matter's key of each."""
    keys = [matter.key for matter in matters]
    alone = [matter.key for matter in matters if matter.theme_id is None]
    public = Feedback.objects.filter(workspace=workspace, public=True, removed_at=None, case_id__isnull=False)
    rows = public.filter(theme_id__in=keys).values_list("case_id", "theme_id")
    if alone:
        rows = rows.union(public.filter(id__in=alone).values_list("case_id", "id"))
    return {case_id: key for case_id, key in rows if case_id and key}


def _answered(workspace: Workspace, cases: dict[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Reply]:
    turns = Turn.objects.filter(workspace=workspace, case_id__in=cases, direction=Direction.OUTBOUND, lane=Lane.PUBLIC)
    rows = turns.select_related("by__user").order_by("case_id", "-at").distinct("case_id")
    latest_last = sorted(rows, key=lambda turn: turn.at)
    return {cases[turn.case_id]: Reply("answered", who_is(turn.by), turn.text, turn.at) for turn in latest_last}


def _waiting(workspace: Workspace, cases: dict[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Reply]:
    clocks = Clock.objects.filter(
        workspace=workspace, case_id__in=cases, name=ClockName.FIRST_ANSWER, met_at=None, stopped_at=None
    )
    rows = clocks.select_related("case__owner__user").order_by("-due_at")
    return {cases[clock.case_id]: Reply("waiting", who_is(clock.case.owner), at=clock.due_at) for clock in rows}


def _declined(workspace: Workspace, theme_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Reply]:
    rows = Theme.objects.filter(workspace=workspace, id__in=theme_ids, status=ThemeStatus.DECLINED)
    return {
        theme.id: Reply("declined", who_is(theme.owner), theme.decline_reason, theme.declined_at)
        for theme in rows.select_related("owner__user").defer("centre")
    }


def _announced(workspace: Workspace, theme_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Reply]:
    rows = Announcement.objects.filter(workspace=workspace, theme_id__in=theme_ids, published_at__isnull=False).exclude(
        theme__status=ThemeStatus.DECLINED
    )
    return {
        a.theme_id: Reply("announced", who_is(a.author), a.title, a.published_at, a.number or 0, a.id)
        for a in rows.select_related("author__user").order_by("published_at")
    }


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
