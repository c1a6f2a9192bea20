"""What the inbox shows beside the list: the views, what is chosen as chips, the words of both."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huixiang.cases import filters as said
from huixiang.cases import inbox
from huixiang.cases.filters import Filters
from huixiang.cases.models import SavedView
from huixiang.feedback.models import Grade
from huixiang.workspaces.models import Membership

VIEWS: dict[str, tuple[str, Promise]] = {
    "todo": ("inbox", gettext_lazy("All to do")),
    "mine": ("user", pgettext_lazy("desk", "Mine")),
    "handed": ("arrow-back-up", gettext_lazy("Handed over to me")),
    "approval": ("user-check", gettext_lazy("Waiting for a yes")),
    "unassigned": ("user-plus", gettext_lazy("Unassigned")),
    "unread": ("mail", gettext_lazy("Unread")),
    "overdue": ("alarm", gettext_lazy("Overdue")),
    "waiting": ("clock", gettext_lazy("Waiting for the member")),
    "snoozed": ("clock-hour-4", pgettext_lazy("inbox", "Put off")),
    "historical": ("archive", gettext_lazy("From imports")),
    "ended": ("checks", gettext_lazy("Ended")),
}
COUNTED: dict[str, Promise] = {  # what a count counts, told where the pointer rests
    "todo": gettext_lazy("unfinished, and waiting for our answer"),
    "mine": gettext_lazy("unfinished, owned by me"),
    "handed": gettext_lazy("handed over to me, not yet taken"),
    "approval": gettext_lazy("with a public answer that waits for a second person's yes"),
    "unassigned": gettext_lazy("unfinished, owned by nobody"),
    "unread": gettext_lazy("unfinished, with something I have not read; also where we wait for the member"),
    "overdue": gettext_lazy("unfinished, with a deadline that has passed"),
    "waiting": gettext_lazy("unfinished, answered by us last"),
    "snoozed": gettext_lazy("unfinished, out of the other lists until their time or until something happens"),
    "historical": gettext_lazy("came in by an import, no clock runs"),
    "ended": gettext_lazy("solved or closed"),
    "unfinished": gettext_lazy("everything unfinished, also where we wait for the member"),
    "all": gettext_lazy("every case, finished or not"),
}
RARE = ("historical", "approval", "snoozed")  # shown only while there are any
OTHERS: dict[str, Promise] = {"unfinished": gettext_lazy("Unfinished"), "all": gettext_lazy("Every case")}
ORDERS: dict[str, Promise] = {
    "urgent": gettext_lazy("Most urgent first"),
    "due": gettext_lazy("Due soonest first"),
    "newest": gettext_lazy("Newest word first"),
    "oldest": gettext_lazy("Oldest word first"),
    "grade": gettext_lazy("By grade, newest first"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the views: where it leads, its word, count and look."""

    address: str
    word: str
    count: int | str | None
    glyph: str = ""
    grade: str = ""
    kind: str = ""
    here: bool = False
    late: bool = False
    view: SavedView | None = None
    counts: str = ""


def filters_of(query: QueryDict) -> Filters:
    """The filters an address names; whatever makes no sense is left open."""
    return said.filters_of(dict(query.lists()))


def query_of(filters: Filters, **more: object) -> str:
    """The filters as the query of an address, "" for the plain inbox."""
    named: Mapping[str, Any] = said.named(filters) | {name: value for name, value in more.items() if value}
    return urlencode(named, doseq=True)


def address(slug: str, filters: Filters, **more: object) -> str:
    """The inbox with these filters."""
    query = query_of(filters, **more)
    return reverse("desk:inbox", args=[slug]) + (f"?{query}" if query else "")


def capped(number: int) -> int | str:
    """A count as it is told: what was not counted to its end says so."""
    return f"{inbox.COUNTED_TO - 1}+" if number >= inbox.COUNTED_TO else number


def _shows(filters: Filters, only: Filters) -> bool:
    return replace(filters, sort="") == only


def views(viewer: Membership, filters: Filters, counts: Mapping[str, int]) -> list[Entry]:
    """The standing views with their counts; imports and answers that wait only while there are any."""
    slug = viewer.workspace.slug
    told = {name: capped(number) if name == "unread" else number for name, number in counts.items()}
    return [
        Entry(
            address(slug, Filters(view=name)), str(word), told.get(name), glyph,
            here=_shows(filters, Filters(view=name)), late=name == "overdue" and counts[name] > 0,
            counts=str(COUNTED[name]),
        )
        for name, (glyph, word) in VIEWS.items()
        if name not in RARE or counts[name] or filters.view == name
    ]  # fmt: skip


def grades(viewer: Membership, filters: Filters, counts: Mapping[str, int]) -> list[Entry]:
    """What is to do, by grade."""
    return [
        Entry(
            address(viewer.workspace.slug, Filters(grades=(grade,))), str(Grade(grade).label), counts[grade],
            grade=grade, here=_shows(filters, Filters(grades=(grade,))),
        )
        for grade in Grade.values
    ]  # fmt: skip


def themes(viewer: Membership, filters: Filters) -> list[Entry]:
    """The themes with most to do."""
    rows = inbox.theme_counts(workspace_id=viewer.workspace_id)
    return [
        Entry(
            address(viewer.workspace.slug, Filters(theme_id=theme_id)), name, number, "stack-2",
            here=_shows(filters, Filters(theme_id=theme_id)),
        )
        for theme_id, name, number in rows
    ]  # fmt: skip


def accounts(viewer: Membership, filters: Filters, numbers: dict[uuid.UUID, int]) -> list[Entry]:
    """The channels with something to do."""
    rows = inbox.account_counts(workspace_id=viewer.workspace_id, numbers=numbers)
    return [
        Entry(
            address(viewer.workspace.slug, Filters(account_id=account_id)), name, number, kind=kind,
            here=_shows(filters, Filters(account_id=account_id)),
        )
        for account_id, name, kind, number in rows
    ]  # fmt: skip


def saved(
    viewer: Membership, kept: Sequence[SavedView], counts: Sequence[int], chosen: uuid.UUID | None
) -> list[Entry]:
    """The saved views, the person's own and the team's."""
    return [
        Entry(
            address(viewer.workspace.slug, said.filters_of(view.filters), saved=view.id), view.name, capped(number),
            "users" if view.shared else "star", here=view.id == chosen, view=view,
            counts=str(COUNTED.get(said.filters_of(view.filters).view, "")),
        )
        for view, number in zip(kept, counts, strict=True)
    ]  # fmt: skip


def heading(groups: Sequence[Sequence[Entry]], filters: Filters, number: int | None) -> Entry:
    """The line whose list is shown; filters that no line stands for are told by the view they narrow."""
    here = [entry for group in groups for entry in group if entry.here]
    if here:
        return here[-1]
    words = {name: word for name, (_glyph, word) in VIEWS.items()} | OTHERS
    count = None if number is None else capped(number)
    return Entry("", str(words[filters.view]), count)


def orders(slug: str, filters: Filters, saved_id: uuid.UUID | None) -> list[Entry]:
    """The orders the list can stand in."""
    return [
        Entry(
            address(slug, replace(filters, sort=order), saved=saved_id), str(ORDERS[order]), None,
            here=filters.order == order,
        )
        for order in said.orders_of(filters.view)
    ]  # fmt: skip


def word_of_order(filters: Filters) -> str:
    """The order of the list in words."""
    return str(ORDERS[filters.order])


def nothing_narrows(filters: Filters) -> bool:
    """Whether the plain inbox is shown, so that an empty one means that nobody waits."""
    return _shows(filters, Filters())


def no_longer_here() -> str:
    """What a row says that left the list while it was shown."""
    return _("No longer in this list")


def filters_of_view(view: SavedView) -> Filters:
    """The filters a saved view keeps."""
    return said.filters_of(view.filters)


def differs(view: SavedView, filters: Filters) -> bool:
    """Whether something else is chosen now than the view keeps."""
    return said.named(filters) != said.named(filters_of_view(view))
