"""The inbox and its moving parts: the pane, more rows, the bar that says what is new."""

import datetime
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from huixiang.cases import actions, queries
from huixiang.cases.models import Case
from huixiang.desk import access
from huixiang.desk.cases.reading import case_context
from huixiang.desk.inbox import listing
from huixiang.kernel.pagination import moment
from huixiang.workspaces.models import Membership

PAGE = 40


@access.page()
def home(request: HttpRequest, membership: Membership) -> HttpResponse:  # noqa: ARG001 - every view is given it
    """The desk begins with the inbox."""
    return HttpResponseRedirect(reverse("desk:inbox", args=[membership.workspace.slug]))


@access.page()
def inbox(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Three panes: views, list, and the case that was chosen or else the most urgent one."""
    filters = listing.filters_of(request.GET)
    rows = queries.inbox(viewer=membership, filters=filters, cursor=request.GET.get("cursor", ""), size=PAGE)
    context: dict[str, Any] = {"rows": rows.rows, "next_cursor": rows.next_cursor, "query": listing.query_of(filters)}
    if getattr(request, "htmx", False) and "cursor" in request.GET:
        return access.part(request, membership, "desk/inbox/rows.html", **context)
    case = _chosen(request, membership, rows.rows)
    if case:
        context |= case_context(membership, case, place="inbox", filters=filters)
    return access.shown(
        request, membership, "desk/inbox/inbox.html", "inbox",
        **_frame(membership, filters), **context, since=timezone.now().isoformat(),
    )  # fmt: skip


def _frame(membership: Membership, filters: queries.Filters) -> dict[str, object]:
    counts = queries.view_counts(membership)
    groups = [
        listing.views(membership, filters, counts),
        listing.grades(membership, filters, counts),
        listing.themes(membership, filters),
        listing.accounts(membership, filters),
    ]
    return {
        "inbox_count": counts["todo"],
        "views": groups[0],
        "grades": groups[1],
        "theme_views": groups[2],
        "account_views": groups[3],
        "heading": listing.heading(groups),
    }


def _chosen(request: HttpRequest, membership: Membership, rows: list[Case]) -> Case | None:
    """The case the address names; the first of the list without one, which only showing does not mark as read."""
    try:
        wanted = uuid.UUID(request.GET.get("case", ""))
    except ValueError:
        return rows[0] if rows else None
    case = queries.case_by_id(workspace_id=membership.workspace_id, case_id=wanted)
    if case:
        actions.mark_read(case=case)
        for row in rows:
            row.unread = row.unread and row.id != case.id
    return case


@access.page()
def pane(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The case for the right pane; it counts as read."""
    case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    actions.mark_read(case=case)
    case.unread = False
    context = case_context(membership, case, place="inbox", filters=listing.filters_of(request.GET))
    return access.part(request, membership, "desk/cases/pane.html", **context, swapped=True)


@access.page()
def news(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How many are new since the list was loaded; the list itself does not move."""
    filters = listing.filters_of(request.GET)
    try:
        since = moment(request.GET.get("since", ""))
    except ValueError:
        since = timezone.now() - datetime.timedelta(minutes=1)
    number = queries.news(viewer=membership, filters=filters, since=since)
    address = listing.address(membership.workspace.slug, filters)
    return access.part(request, membership, "desk/inbox/news.html", number=number, address=address)
