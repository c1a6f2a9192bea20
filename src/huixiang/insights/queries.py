"""How fast answers come and what was solved."""

import datetime
import statistics
from dataclasses import dataclass
from typing import cast

from django.core.cache import caches
from django.utils import timezone

from huixiang.announcements.models import Announcement, Credit
from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.feedback.models import Feedback
from huixiang.workspaces.models import Workspace

LOOKED_BACK = datetime.timedelta(days=90)
KEPT_SECONDS = 60
MOST_ANSWERS = 5_000  # of a very busy community the latest ones


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """This month in a community. `first_answer_seconds` is a median over 90 days, None without any answer."""

    first_answer_seconds: int | None
    solved: int
    received: int
    announced: int
    thanked: int


def month_figures(workspace: Workspace) -> MonthFigures:
    """The figures a community sees of itself, in the workspace's month."""
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    solved = Case.objects.filter(
        workspace=workspace, state__in=[CaseState.SOLVED, CaseState.CONFIRMED], solved_at__gte=month
    )
    announced = Announcement.objects.filter(workspace=workspace, published_at__gte=month)
    return MonthFigures(
        first_answer_seconds=_median_first_answer(workspace),
        solved=solved.count(),
        received=Feedback.objects.filter(workspace=workspace, said_at__gte=month).count(),
        announced=announced.count(),
        thanked=Credit.objects.filter(announcement__in=announced).values("member").distinct().count(),
    )


def recent_month_figures(workspace: Workspace) -> MonthFigures:
    """The same, up to KEPT_SECONDS old: they count a whole month, and every visitor's page shows them."""
    found = caches["here"].get_or_set(
        f"month-{workspace.id}", lambda: month_figures(workspace), KEPT_SECONDS
    )
    return cast(MonthFigures, found)


def _median_first_answer(workspace: Workspace) -> int | None:
    since = timezone.now() - LOOKED_BACK
    answered = Case.objects.filter(
        workspace=workspace, historical=False, opened_at__gte=since, first_answered_at__isnull=False
    )
    newest = answered.order_by("-opened_at")
    spans = [
        (answer - max(opened, came or opened)).total_seconds()
        for opened, came, answer in newest.values_list("opened_at", "known_at", "first_answered_at")[:MOST_ANSWERS]
        if answer
    ]
    return round(statistics.median(spans)) if spans else None
