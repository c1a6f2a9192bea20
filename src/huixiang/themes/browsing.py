"""Themes as a list and as a board: narrowed, sorted, page by page, with how each one grew."""

import datetime
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from huixiang.feedback.models import Feedback, Grade
from huixiang.kernel import pagination
from huixiang.themes.models import Theme
from huixiang.themes.search import matching
from huixiang.themes.states import OPEN, ThemeStatus
from huixiang.workspaces.models import Workspace

WEEKS: Final = 12
COLUMNS: Final = tuple(status for status in ThemeStatus if status != ThemeStatus.MERGED)
RECENTLY: Final = datetime.timedelta(hours=72)  # the span recent_people is counted over
FEWEST_RISING: Final = 2  # people: what one person says is no rise
SORTS: Final[dict[str, tuple[str, bool, Callable[[Any], Any]]]] = {
    "impact": ("impact", True, float),
    "people": ("people_count", True, int),
    "latest": ("last_seen", True, pagination.moment),
    "newest": ("first_seen", True, pagination.moment),
}


# What was found and then turned out to be no feedback leaves its theme with nothing in it: nobody has to look at it.
# It stays, since a correction can be taken back.
NOTHING_LEFT: Final = Q(status=ThemeStatus.FOUND, feedback_count=0, vote_count=0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the themes; "" and None leave a field open. `owner` is a membership's id or "none"."""

    q: str = ""
    status: str = "open"
    owner: str = ""
    grade: str = ""
    account_id: uuid.UUID | None = None
    public: str = ""
    since: datetime.date | None = None
    rising: bool = False


def narrowed(workspace: Workspace, filters: Filters) -> QuerySet[Theme]:
    """The themes that are asked for; merged ones never, nor what has nothing in it any more."""
    found = Theme.objects.filter(~NOTHING_LEFT, workspace=workspace).exclude(status=ThemeStatus.MERGED).defer("centre")
    found = _about(found, workspace, filters)
    if filters.status == "open":
        return found.filter(status__in=OPEN)
    return found.filter(status=filters.status) if filters.status in ThemeStatus.values else found


def _about(found: QuerySet[Theme], workspace: Workspace, filters: Filters) -> QuerySet[Theme]:
    if filters.q:
        found = found.filter(matching(workspace_id=workspace.id, query=filters.q, typing=True))
    if filters.owner:
        found = found.filter(owner_id=None if filters.owner == "none" else uuid.UUID(filters.owner))
    if filters.grade in Grade.values:
        found = found.filter(worst_grade=filters.grade)
    if filters.public in ("yes", "no"):
        found = found.filter(public=filters.public == "yes")
    if filters.since:
        found = found.filter(last_seen__date__gte=filters.since)
    if filters.rising:
        rising = found.filter(recent_people__gte=FEWEST_RISING, last_seen__gte=timezone.now() - RECENTLY)
        found = rising.filter(people_count__lt=2 * F("recent_people"))
    if filters.account_id:
        said = Feedback.objects.filter(workspace=workspace, theme_id=OuterRef("id"), account_id=filters.account_id)
        found = found.filter(Exists(said))
    return found


def page(
    *, workspace: Workspace, filters: Filters, sort: str = "impact", cursor: str = "", size: int = 40
) -> pagination.Page[Theme]:
    """Themes in this order, with their owners."""
    name, _descending, parser = SORTS.get(sort, SORTS["impact"])
    found = narrowed(workspace, filters)
    place = pagination.decode(cursor, parser, uuid.UUID)
    if place:
        found = found.filter(**{f"{name}__lte": place[0]}).exclude(**{name: place[0], "id__gte": place[1]})
    rows = list(found.select_related("owner__user").order_by(f"-{name}", "-id")[: size + 1])
    return pagination.cut(rows, size, name, "id")


def board(*, workspace: Workspace, filters: Filters, size: int = 20) -> dict[str, pagination.Page[Theme]]:
    """For each status the themes with the greatest impact: one statement, an index scan a column."""
    everywhere = narrowed(workspace, replace(filters, status=""))
    parts = [everywhere.filter(status=status).order_by("-impact", "-id")[: size + 1] for status in COLUMNS]
    found: dict[str, list[Theme]] = {status: [] for status in COLUMNS}
    for theme in parts[0].union(*parts[1:], all=True):
        found[theme.status].append(theme)
    pages = {}
    for status, rows in found.items():
        rows.sort(key=lambda theme: (theme.impact, theme.id), reverse=True)
        pages[status] = pagination.cut(rows, size, "impact", "id")
    return pages


def status_counts(workspace: Workspace, filters: Filters) -> dict[str, int]:
    """How many themes stand where, of those that are asked for whatever their status."""
    found = narrowed(workspace, replace(filters, status="")).order_by().values_list("status")
    return dict(found.annotate(number=Count("id")))


@dataclass(slots=True)
class Growth:
    """Feedback a week over the last twelve, the newest last, and the versions people named most."""

    weeks: list[int] = field(default_factory=lambda: [0] * WEEKS)
    versions: list[str] = field(default_factory=list)


GROWTH = """
    SELECT theme_id, floor(extract(epoch FROM %(now)s - said_at) / 604800)::int AS weeks_ago,
           left(facts->>'version', 40) AS version, count(*)
    FROM feedback_feedback
    WHERE workspace_id = %(workspace)s AND theme_id = ANY(%(themes)s) AND said_at > %(first)s AND said_at <= %(now)s
    GROUP BY 1, 2, 3
"""


def growth(*, workspace: Workspace, theme_ids: Sequence[uuid.UUID], versions: int = 2) -> dict[uuid.UUID, Growth]:
    """How each of these themes grew: one statement for the whole page."""
    found = {theme_id: Growth() for theme_id in theme_ids}
    if not found:
        return found
    named: dict[uuid.UUID, Counter[str]] = {theme_id: Counter() for theme_id in theme_ids}
    now = timezone.now()
    parameters: dict[str, Any] = {
        "workspace": workspace.id, "themes": list(theme_ids), "now": now,
        "first": now - datetime.timedelta(weeks=WEEKS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(GROWTH, parameters)
        for theme_id, weeks_ago, version, number in cursor.fetchall():
            found[theme_id].weeks[WEEKS - 1 - weeks_ago] += number
            if version:
                named[theme_id][version] += number
    for theme_id, counted in named.items():
        found[theme_id].versions = [version for version, _number in counted.most_common(versions)]
    return found
