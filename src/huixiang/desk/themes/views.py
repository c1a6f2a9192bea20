"""Themes as a list and as a board."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from huixiang.desk import access
from huixiang.desk.themes import narrowing
from huixiang.feedback.models import Grade
from huixiang.kernel.pagination import Page
from huixiang.themes import browsing, deciding, proposals, warning
from huixiang.themes.browsing import Filters
from huixiang.themes.models import Theme
from huixiang.themes.states import NEXT, OPEN, ThemeStatus
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.queries import team

PAGE: Final = 40
COLUMN: Final = 20
Row = dict[str, Any]


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Themes with the greatest impact first, or as a board by status, narrowed by what the address says."""
    workspace, filters = membership.workspace, narrowing.themes(request.GET)
    board = request.GET.get("view") == "board"
    if request.GET.get("cursor"):
        return _more(request, membership, filters, board=board)
    people = team(workspace)
    counts = browsing.status_counts(workspace, filters)
    context = {
        "filters": filters, "board": board, "sort": _sort(request), "grades": Grade.choices,
        "team": people, "accounts": narrowing.channels(workspace), "all_count": sum(counts.values()),
        "open_count": sum(counts.get(status, 0) for status in OPEN),
        "narrowed": bool(narrowing.address(request, "view", "sort", "status")),
        "warnings": warning.unseen(workspace), "chips": _chips(request, filters, counts), "queries": _queries(request),
    }  # fmt: skip
    context |= _board(workspace, filters, counts, people) if board else _table(request, workspace, filters)
    return access.shown(request, membership, "desk/themes/listing.html", "themes", **context)


def _queries(request: HttpRequest) -> dict[str, str]:
    """The page's address changed in one thing each; the template puts them into links."""
    sorted_by = {name: narrowing.address(request, sort=name) for name in browsing.SORTS}
    return sorted_by | {
        "here": narrowing.address(request), "table": narrowing.address(request, "view"),
        "board": narrowing.address(request, "status", view="board"),
        "open": narrowing.address(request, status="open"), "all": narrowing.address(request, status="all"),
    }  # fmt: skip


def _chips(request: HttpRequest, filters: Filters, counts: dict[str, int]) -> list[tuple[str, str, int, bool]]:
    found = []
    for status in browsing.COLUMNS:
        link = narrowing.address(request, status=str(status))
        found.append((link, str(status.label), counts.get(status, 0), filters.status == status))
    return found


def _sort(request: HttpRequest) -> str:
    return request.GET["sort"] if request.GET.get("sort") in browsing.SORTS else "impact"


def _table(request: HttpRequest, workspace: Workspace, filters: Filters) -> dict[str, Any]:
    page = browsing.page(
        workspace=workspace, filters=filters, sort=_sort(request), cursor=request.GET.get("cursor", ""), size=PAGE
    )
    return {"rows": _rows(workspace, page.rows), "next_cursor": page.next_cursor, "here": narrowing.address(request)}


def _rows(workspace: Workspace, themes: list[Theme]) -> list[Row]:
    growth = browsing.growth(workspace=workspace, theme_ids=[theme.id for theme in themes])
    return [{"theme": theme, "growth": growth[theme.id], "next": _reachable(theme)} for theme in themes]


def _reachable(theme: Theme) -> str:
    """The columns a card may go to, as the board's script reads them."""
    return " ".join(sorted(NEXT[theme.status]))


def _board(
    workspace: Workspace, filters: Filters, counts: dict[str, int], people: list[Membership]
) -> dict[str, Any]:
    pages = browsing.board(workspace=workspace, filters=filters, size=COLUMN)
    names = {one.id: str(one) for one in people}
    rows = _rows(workspace, [theme for page in pages.values() for theme in page.rows])
    for row in rows:
        row["owner"] = names.get(row["theme"].owner_id, "")
    return {"rows": rows, "columns": [_column(status, pages[status], rows, counts) for status in browsing.COLUMNS]}


def _column(status: ThemeStatus, page: Page[Theme], rows: list[Row], counts: dict[str, int]) -> dict[str, Any]:
    return {
        "status": str(status), "label": status.label, "number": counts.get(status, 0),
        "rows": [row for row in rows if row["theme"].status == status], "next_cursor": page.next_cursor,
    }  # fmt: skip


def _more(request: HttpRequest, membership: Membership, filters: Filters, *, board: bool) -> HttpResponse:
    """What follows in the list, or in one column of the board."""
    if not board:
        context = _table(request, membership.workspace, filters)
        return access.part(request, membership, "desk/themes/rows.html", **context)
    column = request.GET.get("column", "")
    wanted = replace(filters, status=column if column in browsing.COLUMNS else "found")
    page = browsing.page(
        workspace=membership.workspace, filters=wanted, cursor=request.GET.get("cursor", ""), size=COLUMN
    )
    rows = _rows(membership.workspace, page.rows)
    for row in rows:
        row["owner"] = str(row["theme"].owner or "")
    context = {
        "column": {"status": wanted.status, "rows": rows, "next_cursor": page.next_cursor},
        "queries": {"here": narrowing.address(request)},
    }
    return access.part(request, membership, "desk/themes/cards.html", **context)


@access.page()
def alike(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Themes that look like one matter, loaded behind the list."""
    back = reverse("desk:themes", args=[membership.workspace.slug])
    waiting, pairs = deciding.number(membership.workspace), proposals.alike(membership.workspace)
    return access.part(request, membership, "desk/themes/alike.html", pairs=pairs, waiting=waiting, back=back)
