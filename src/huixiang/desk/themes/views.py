"""Themes by impact, and one theme."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huixiang.announcements.queries import of_theme
from huixiang.cases import way
from huixiang.cases.models import Case
from huixiang.cases.queries import cases_by_id, cases_of_theme, first_answered_case
from huixiang.desk import access
from huixiang.desk.journal_words import tell_all
from huixiang.feedback import queries as feedback_queries
from huixiang.feedback.models import Feedback
from huixiang.journal.queries import history
from huixiang.themes import queries
from huixiang.themes.models import Theme
from huixiang.themes.states import NEXT, OPEN, ThemeStatus
from huixiang.triage.dials import influence
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team

PAGE = 40
VERBATIMS = 20
DAYS = 14


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Themes with the greatest impact first, narrowed by status."""
    workspace, status = membership.workspace, request.GET.get("status", "open")
    statuses: tuple[str, ...] = OPEN if status == "open" else (status,) if status in ThemeStatus.values else ()
    page = queries.by_impact(workspace=workspace, statuses=statuses, cursor=request.GET.get("cursor", ""), size=PAGE)
    lines = queries.recent_daily(themes=page.rows, days=DAYS)
    context: dict[str, Any] = {
        "rows": [(theme, lines[theme.id]) for theme in page.rows],
        "next_cursor": page.next_cursor,
        "status": status,
    }
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/themes/rows.html", **context)
    counts = queries.status_counts(workspace)
    chips = [(s, ThemeStatus(s).label, counts.get(s, 0)) for s in ThemeStatus.values if s != ThemeStatus.MERGED]
    context |= {"chips": chips, "open_count": sum(counts.get(s, 0) for s in OPEN), "all_count": sum(counts.values())}
    return access.shown(request, membership, "desk/themes/listing.html", "themes", **context)


@access.page()
def theme(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """One matter: how bad, how it grew, who said what, what is known, what can be done."""
    theme = access.found(queries.theme_by_id(workspace_id=membership.workspace_id, theme_id=theme_id))
    context = _verbatims(request, membership, theme) | {"theme": theme}
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/themes/verbatims.html", **context)
    return access.shown(request, membership, "desk/themes/theme.html", "themes", **context, **_about(membership, theme))


def _about(membership: Membership, theme: Theme) -> dict[str, Any]:
    rank, rivals = queries.rank_by_impact(theme)
    days = queries.daily_counts(theme=theme, days=DAYS)
    entries = history(workspace_id=theme.workspace_id, subjects=[theme.id])
    first_answered = first_answered_case(workspace_id=theme.workspace_id, theme_id=theme.id)
    return {
        "way": way.way(feedback=None, case=first_answered, theme=theme),
        "open": theme.status in OPEN,
        "rank": rank,
        "rivals": rivals,
        "series": [(f"{day:%m-%d}", number) for day, number in days],
        "in_days": sum(number for _day, number in days),
        "cases": cases_of_theme(workspace_id=theme.workspace_id, theme_id=theme.id),
        "announcements": of_theme(theme.id),
        "merges": queries.merges_into(theme),
        "nearby": [(near, round(100 * (1 - near.distance))) for near in queries.nearby(theme)],  # type: ignore[attr-defined]
        "next_steps": _next_steps(theme),
        "team": team(membership.workspace),
        "history": tell_all(entries, membership.workspace)[::-1],
        "severity_100": round(100 * theme.worst_severity),
    }


def _next_steps(theme: Theme) -> list[tuple[str, str]]:
    """What a person can choose, in words of doing: fixing and announcing have forms of their own, merging too."""
    words = {ThemeStatus.CONFIRMED: _("Confirm it"), ThemeStatus.FIXING: _("Start fixing")}
    return [(status, word) for status, word in words.items() if status in NEXT[theme.status]]


def _verbatims(request: HttpRequest, membership: Membership, theme: Theme) -> dict[str, Any]:
    """What was said, by influence (the first ones) or the latest first with more to load."""
    order = "latest" if request.GET.get("order") == "latest" else "influence"
    cursor: str | None = None
    if order == "latest":
        page = feedback_queries.latest(
            workspace=membership.workspace, theme_id=theme.id, cursor=request.GET.get("cursor", ""), size=VERBATIMS
        )
        rows, cursor = page.rows, page.next_cursor
    else:
        rows = feedback_queries.by_influence(workspace=membership.workspace, theme_id=theme.id, limit=VERBATIMS)
    cases = cases_by_id(workspace_id=membership.workspace_id, ids=[row.case_id for row in rows if row.case_id])
    return {"verbatims": [_verbatim(row, cases) for row in rows], "order": order, "next_cursor": cursor}


def _verbatim(row: Feedback, cases: dict[uuid.UUID, Case]) -> tuple[Feedback, int, Case | None]:
    return row, influence(row.member).value, cases.get(row.case_id) if row.case_id else None
