"""One theme: how bad, how it grew, who said what, what is known, what can be done."""

import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from huixiang.announcements.queries import of_theme
from huixiang.cases import way
from huixiang.cases.models import Case
from huixiang.cases.queries import cases_by_id, cases_of_theme, first_answered_case
from huixiang.channels.models import ChannelAccount
from huixiang.desk import access
from huixiang.desk.cases.clocks import line_of_theme
from huixiang.desk.journal_words import tell_all
from huixiang.desk.themes import narrowing
from huixiang.desk.themes.telling import theme_of
from huixiang.feedback.models import Feedback, Kind
from huixiang.insights.exports.words import said_in_words
from huixiang.journal.queries import history
from huixiang.members.models import Tier
from huixiang.themes import browsing, changing, queries, verbatims, warning
from huixiang.themes.models import Theme
from huixiang.themes.states import NEXT, OPEN
from huixiang.triage.dials import influence
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team

VERBATIMS: Final = 20
DAYS: Final = 14
SHOWN: Final = 6  # rows of each kind in “who is affected”


@access.page()
def theme(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """One matter: how bad, how it grew, who said what, what is known, what can be done."""
    found = theme_of(membership, theme_id)
    context = _verbatims(request, found) | {"theme": found}
    if request.GET.get("cursor"):
        return access.part(request, membership, "desk/themes/verbatims.html", **context)
    return access.shown(
        request, membership, "desk/themes/theme.html", "themes", **context, **_about(request, membership, found)
    )


def _about(request: HttpRequest, membership: Membership, theme: Theme) -> dict[str, Any]:
    rank, rivals = queries.rank_by_impact(theme)
    days = queries.daily_counts(theme=theme, days=DAYS)
    entries = history(workspace_id=theme.workspace_id, subjects=[theme.id])
    warned = warning.latest(theme)
    first_answered = first_answered_case(workspace_id=theme.workspace_id, theme_id=theme.id)
    return {
        "way": way.way(feedback=None, case=first_answered, theme=theme),
        "open": theme.status in OPEN,
        "rank": rank,
        "rivals": rivals,
        "series": [(f"{day:%m-%d}", number) for day, number in days],
        "in_days": sum(number for _day, number in days),
        "growth": browsing.growth(workspace=membership.workspace, theme_ids=[theme.id])[theme.id],
        "cases": cases_of_theme(workspace_id=theme.workspace_id, theme_id=theme.id),
        "announcements": of_theme(theme.id),
        "promise": line_of_theme(theme, membership.workspace),
        "merges": queries.merges_into(theme),
        "moves": queries.moves_of(theme),
        "nearby": [(near, round(100 * (1 - near.distance))) for near in queries.nearby(theme)],  # type: ignore[attr-defined]
        "can_move": bool(NEXT[theme.status]),
        "change": changing.latest(theme),
        "warning": warned,
        "warning_messages": warning.messages(warned) if warned else [],
        "team": team(membership.workspace),
        "history": tell_all(entries, membership.workspace)[::-1],
    } | _who(request, membership, theme)


def _who(request: HttpRequest, membership: Membership, theme: Theme) -> dict[str, Any]:
    """Who is affected, and the choices of the filters above what they said."""
    accounts = narrowing.channels(membership.workspace)
    counted = verbatims.affected(theme)
    filters = narrowing.said(request.GET)
    return {
        "affected": _named(counted, accounts, theme),
        "filters": filters,
        "filter_words": said_in_words(filters, accounts=accounts),
        "channels": [(one.id, one.name) for one in accounts if one.id in dict(counted.accounts)],
        "versions": [version for version, _people in counted.versions],
        "kinds": [(kind, Kind(kind).label) for kind, _people in counted.kinds],
        "tiers": [(tier, Tier(tier).label) for tier, _people in counted.tiers],
        "untold": verbatims.UNTOLD,
    }


def _named(counted: verbatims.Affected, accounts: list[ChannelAccount], theme: Theme) -> dict[str, Any]:
    names = {account.id: account.name for account in accounts}
    said = counted.accounts[:SHOWN]
    return {
        "tiers": counted.tiers,
        "accounts": [(account_id, names.get(account_id, ""), people) for account_id, people in said],
        "versions": counted.versions[:SHOWN],
        "people": theme.people_count or 1,
    }


def _verbatims(request: HttpRequest, theme: Theme) -> dict[str, Any]:
    """What was said, by influence or the latest first."""
    order = "latest" if request.GET.get("order") == "latest" else "influence"
    page = verbatims.page(
        theme=theme, filters=narrowing.said(request.GET), order=order,
        cursor=request.GET.get("cursor", ""), size=VERBATIMS,
    )  # fmt: skip
    ids = [row.case_id for row in page.rows if row.case_id]
    cases = cases_by_id(workspace_id=theme.workspace_id, ids=ids)
    return {
        "verbatims": [_verbatim(row, cases) for row in page.rows],
        "order": order,
        "next_cursor": page.next_cursor,
        "here": narrowing.address(request),
        "unordered": narrowing.address(request, "order"),
    }


def _verbatim(row: Feedback, cases: dict[uuid.UUID, Case]) -> tuple[Feedback, int, Case | None]:
    return row, influence(row.member).value, cases.get(row.case_id) if row.case_id else None
