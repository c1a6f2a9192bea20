"""What the inbox shows: the filters of an address, the views beside the list, the list itself."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huixiang.cases import queries
from huixiang.cases.queries import Filters
from huixiang.feedback.models import Grade
from huixiang.workspaces.models import Membership

VIEWS: dict[str, tuple[str, Promise]] = {
    "todo": ("inbox", _("All to do")),
    "mine": ("user", pgettext_lazy("desk", "Mine")),
    "unassigned": ("user-plus", _("Unassigned")),
    "overdue": ("alarm", _("Overdue")),
    "waiting": ("clock", _("Waiting for the member")),
    "historical": ("archive", _("From imports")),
}
ENDED = ("ended", "checks", _("Ended"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the views: where it leads, its word, count and look."""

    address: str
    word: str
    count: int | None
    glyph: str = ""
    grade: str = ""
    kind: str = ""
    here: bool = False
    late: bool = False


def filters_of(query: QueryDict) -> Filters:
    """The filters an address names; whatever makes no sense is left open."""
    view, grade = query.get("view", ""), query.get("grade", "")
    return Filters(
        view=view if view in queries.VIEWS else "todo",
        grade=grade if grade in Grade.values else "",
        theme_id=_uuid(query.get("theme", "")),
        account_id=_uuid(query.get("channel", "")),
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def query_of(filters: Filters, **more: object) -> str:
    """The filters as the query of an address, "" for the plain inbox."""
    named = {
        "view": "" if filters.view == "todo" else filters.view,
        "grade": filters.grade,
        "theme": filters.theme_id,
        "channel": filters.account_id,
    } | more
    return urlencode({name: value for name, value in named.items() if value})


def address(slug: str, filters: Filters, **more: object) -> str:
    """The inbox with these filters."""
    query = query_of(filters, **more)
    return reverse("desk:inbox", args=[slug]) + (f"?{query}" if query else "")


def views(viewer: Membership, filters: Filters, counts: dict[str, int]) -> list[Entry]:
    """The standing views with their counts; imports only while there are any."""
    slug = viewer.workspace.slug
    plain = not (filters.grade or filters.theme_id or filters.account_id)
    shown = [name for name in VIEWS if name != "historical" or counts["historical"]]
    entries = [
        Entry(
            address(slug, Filters(view=name)), str(VIEWS[name][1]), counts[name], VIEWS[name][0],
            here=plain and filters.view == name, late=name == "overdue" and counts[name] > 0,
        )
        for name in shown
    ]  # fmt: skip
    name, glyph, word = ENDED
    return [*entries, Entry(address(slug, Filters(view=name)), str(word), None, glyph, here=filters.view == name)]


def grades(viewer: Membership, filters: Filters, counts: dict[str, int]) -> list[Entry]:
    """What is to do, by grade."""
    return [
        Entry(
            address(viewer.workspace.slug, Filters(grade=grade)), str(Grade(grade).label), counts[grade],
            grade=grade, here=filters.grade == grade,
        )
        for grade in Grade.values
    ]  # fmt: skip


def themes(viewer: Membership, filters: Filters) -> list[Entry]:
    """The themes with most to do."""
    rows = queries.theme_counts(workspace_id=viewer.workspace_id)
    return [
        Entry(
            address(viewer.workspace.slug, Filters(theme_id=theme_id)), name, number, "stack-2",
            here=filters.theme_id == theme_id,
        )
        for theme_id, name, number in rows
    ]  # fmt: skip


def accounts(viewer: Membership, filters: Filters) -> list[Entry]:
    """The channels with something to do."""
    rows = queries.account_counts(workspace_id=viewer.workspace_id)
    return [
        Entry(
            address(viewer.workspace.slug, Filters(account_id=account_id)), name, number, kind=kind,
            here=filters.account_id == account_id,
        )
        for account_id, name, kind, number in rows
    ]  # fmt: skip


def heading(groups: list[list[Entry]]) -> Entry:
    """The line whose list is shown: the narrowest one, else all that is to do."""
    here = [entry for group in groups for entry in group if entry.here]
    return here[-1] if here else groups[0][0]
