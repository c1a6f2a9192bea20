"""The search page, and what the palette shows while somebody types."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from huixiang.desk import access
from huixiang.desk.search import palette as offers
from huixiang.desk.search import results
from huixiang.feedback.models import Grade, Kind
from huixiang.workspaces.models import Membership


@access.page()
def search(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Everything that answers a query, in groups; with htmx only more of one group's rows."""
    wanted = results.asked(request.GET)
    found = results.groups(membership, wanted) if wanted.q else []
    chosen = next((group for group in found if group.key == wanted.group), None)
    context: dict[str, Any] = {"asked": wanted, "groups": found, "chosen": chosen}
    if chosen:
        context["next_skip"] = wanted.skip + results.MANY if chosen.more else 0
    if getattr(request, "htmx", False) and chosen and wanted.skip:
        return access.part(request, membership, "desk/search/more.html", **context, group=chosen)
    context |= {"grades": Grade.choices, "kinds": Kind.choices[:5], "periods": results.PERIODS}
    context["total"] = sum(group.total for group in found)
    return access.shown(request, membership, "desk/search/page.html", "search", **context)


@access.page()
def palette(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What can be opened or done, by a few letters; without any, what the person looked at last and the pages."""
    query = results.asked(request.GET).q
    return access.part(
        request, membership, "desk/search/palette.html", query=query, sections=offers.sections(membership, query)
    )
