"""The inbox and its moving parts: the pane, more rows, what is new or changed since the list was loaded."""

import uuid
import zlib
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import inbox as cases
from huixiang.cases import queries
from huixiang.cases.filters import Filters
from huixiang.cases.marks import mark_read, mark_unread, news_from
from huixiang.cases.models import Case, SavedView
from huixiang.cases.saved_views import may_change, view_by_id, visible
from huixiang.desk import access, unsent
from huixiang.desk.cases.reading import case_context
from huixiang.desk.inbox import chips, listing
from huixiang.desk.inbox.asked import rows_of, since_of, uuid_of
from huixiang.desk.inbox.bulk import run_of
from huixiang.dialogue import macros
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

PAGE = 40


@access.page()
def home(request: HttpRequest, membership: Membership) -> HttpResponse:  # noqa: ARG001 - every view is given it
    """The desk begins with the inbox."""
    return HttpResponseRedirect(reverse("desk:inbox", args=[membership.workspace.slug]))


@access.page()
def inbox(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Three panes: views, list, and the case that was chosen or else the first of the list."""
    filters, saved = listing.filters_of(request.GET), uuid_of(request.GET.get("saved", ""))
    since, news_since = timezone.now().isoformat(), news_from().isoformat()
    case = _chosen(request, membership)
    page = cases.inbox(viewer=membership, filters=filters, cursor=request.GET.get("cursor", ""), size=PAGE)
    context: dict[str, Any] = {
        "rows": page.rows, "next_cursor": page.next_cursor, "query": listing.query_of(filters, saved=saved),
    }  # fmt: skip
    if getattr(request, "htmx", False) and "cursor" in request.GET:
        return access.part(request, membership, "desk/inbox/rows.html", **stamped(context))
    case = case or _first(membership, page.rows)
    if case:
        context |= case_context(membership, case, place="inbox", filters=filters) | unsent.answer_to(request, case)
    return access.shown(
        request, membership, "desk/inbox/inbox.html", "inbox",
        **_frame(membership, filters, saved), **stamped(context), since=since,
        news_since=news_since, deleted_view=_deleted(request, membership), **run_of(request, membership),
    )  # fmt: skip


def stamped(context: dict[str, Any]) -> dict[str, Any]:
    """The rows with a stamp of what each shows, so that only what changed is sent again."""
    for row in context["rows"]:
        row.stamp = stamp(row)
    return context


def stamp(row: Any) -> str:
    """What a row shows, in short."""
    told = (
        row.grade, row.state, row.owner_id, row.last_line, row.last_at, row.due_at, row.unread, row.title,
        row.theme_id, row.member.known_as, row.member.tier, [tag.name for tag in row.tags.all()],
    )  # fmt: skip
    return f"{zlib.crc32(repr(told).encode()):08x}"


def _frame(membership: Membership, filters: Filters, saved: uuid.UUID | None) -> dict[str, object]:
    tally = cases.tally(membership)
    kept = visible(membership)
    asked = [Filters(view="unread"), Filters(view="approval"), filters]
    wanted = [*asked, *(listing.filters_of_view(view) for view in kept)]
    unread, approval, here, *numbers = cases.counts(viewer=membership, wanted=wanted)
    counts = tally.views | {"unread": unread, "approval": approval}
    groups = [
        listing.views(membership, filters, counts),
        listing.grades(membership, filters, counts),
        listing.themes(membership, filters),
        listing.accounts(membership, filters, tally.accounts),
        listing.saved(membership, kept, numbers, saved),
    ]
    chosen = next((view for view in kept if view.id == saved), None)
    return {
        "inbox_count": counts["todo"],
        "views": groups[0],
        "grades": groups[1],
        "theme_views": groups[2],
        "account_views": groups[3],
        "saved_views": groups[4],
        "heading": listing.heading(groups, filters, here),
        "total": listing.capped(here),
        "chips": chips.of(membership, filters, saved),
        "plain": listing.nothing_narrows(filters),
        "orders": listing.orders(membership.workspace.slug, filters, saved),
        "order": listing.word_of_order(filters),
        "saved_view": chosen,
        "changed_view": chosen if chosen and listing.differs(chosen, filters) else None,
        "macros": macros.visible(membership),
        "may_change_view": chosen is not None and may_change(chosen, membership),
    }


def _deleted(request: HttpRequest, membership: Membership) -> SavedView | None:
    """The view that was just taken away, to be offered back."""
    wanted = uuid_of(request.GET.get("deleted", ""))
    return view_by_id(viewer=membership, view_id=wanted, deleted=True) if wanted else None


def _chosen(request: HttpRequest, membership: Membership) -> Case | None:
    """The case the address names; opened so, it counts as read."""
    wanted = uuid_of(request.GET.get("case", ""))
    case = queries.case_by_id(workspace_id=membership.workspace_id, case_id=wanted) if wanted else None
    if case:
        mark_read(cases=[case], by=membership)
    return case


def _first(membership: Membership, rows: Sequence[Case]) -> Case | None:
    """The first of the list, which only showing does not mark as read."""
    if not rows:
        return None
    return queries.case_by_id(workspace_id=membership.workspace_id, case_id=rows[0].id)


@access.page()
def pane(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The case for the right pane; it counts as read."""
    case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    mark_read(cases=[case], by=membership)
    context = case_context(membership, case, place="inbox", filters=listing.filters_of(request.GET))
    context |= unsent.answer_to(request, case)
    return access.part(request, membership, "desk/cases/pane.html", **context, swapped=True)


@access.verb(Permission.READ)
def news(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How many are new since the list was loaded, and the shown rows that changed or left; nothing moves by itself."""
    filters, since = listing.filters_of(request.GET), since_of(request)
    seen = rows_of(request)
    still = {row.id: row for row in cases.shown(viewer=membership, filters=filters, case_ids=list(seen))}
    rows = stamped({"rows": [row for row in still.values() if stamp(row) != seen[row.id]]})["rows"]
    return access.part(
        request, membership, "desk/inbox/news.html", changed=rows, gone=[one for one in seen if one not in still],
        number=cases.news(viewer=membership, filters=filters, since=since, besides=list(seen)),
        query=listing.query_of(filters, saved=uuid_of(request.GET.get("saved", ""))), since=since.isoformat(),
        left=listing.no_longer_here(),
    )  # fmt: skip


@access.verb(Permission.READ)
def fresh(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The new ones as rows, to stand on top of the list; what is read below stays where it is."""
    filters, since = listing.filters_of(request.GET), since_of(request)
    now = news_from().isoformat()
    rows = cases.fresh(viewer=membership, filters=filters, since=since, besides=list(rows_of(request)), size=PAGE)
    context = stamped({"rows": rows, "query": listing.query_of(filters, saved=uuid_of(request.GET.get("saved", "")))})
    return access.part(request, membership, "desk/inbox/fresh.html", **context, since=now)


@access.verb(Permission.READ)
def mark(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Put a case back as unread, or, when it is, as read; for the asker alone. The row comes back."""
    wanted = uuid_of(request.POST.get("case", ""))
    case: Any = access.found(cases.row(viewer=membership, case_id=wanted) if wanted else None)
    if case.unread:
        mark_read(cases=[case], by=membership)
    else:
        mark_unread(case_ids=[case.id], by=membership)
    case.unread = not case.unread
    [row] = stamped({"rows": [case]})["rows"]
    query = listing.query_of(listing.filters_of(request.GET), saved=uuid_of(request.GET.get("saved", "")))
    return access.part(request, membership, "desk/inbox/marked.html", case=row, query=query)


@access.page()
def filters(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What the list can be narrowed by, asked for when the filter is opened."""
    chosen = chips.choices(membership, listing.filters_of(request.GET))
    return access.part(request, membership, "desk/inbox/filters.html", **chosen)


@access.page()
def badge(request: HttpRequest, membership: Membership) -> JsonResponse:  # noqa: ARG001 - every view is given it
    """How many cases wait, for the rail of every page."""
    count = cases.to_do_count(membership.workspace_id)
    return JsonResponse({"count": count, "label": _("%(n)s waiting") % {"n": count}})
