"""What a search shows: groups of rows with the words asked for marked."""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.announcements import search as announcements
from huixiang.cases import search as cases
from huixiang.engine.searching import excerpt, marked
from huixiang.feedback import search as feedback
from huixiang.feedback.models import Grade, Kind
from huixiang.members import search as members
from huixiang.themes import search as themes
from huixiang.themes.queries import themes_by_id
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds
from huixiang.workspaces.search import Hits

Pieces = list[tuple[str, bool]]
GROUPS = ("cases", "feedback", "themes", "members", "announcements")
NARROWED = ("cases", "feedback")  # what has a grade and a day
PERIODS = (7, 30, 90, 365)
FEW = 4
MANY = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for, and what narrows it. Whatever makes no sense is left open."""

    q: str = ""
    group: str = ""
    grade: str = ""
    kind: str = ""
    days: int = 0
    skip: int = 0

    @property
    def since(self) -> datetime.datetime | None:
        """From when on; None for always."""
        return timezone.now() - datetime.timedelta(days=self.days) if self.days else None

    @property
    def narrow(self) -> bool:
        """Whether anything but words and group is chosen."""
        return bool(self.grade or self.kind or self.days)


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found, as the page shows it; `address` is "" where the desk has no page of it."""

    row: Any
    address: str
    title: Pieces
    text: Pieces = field(default_factory=list)
    theme: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one sort."""

    key: str
    word: str
    glyph: str
    total: int
    results: list[Result]
    more: bool


def asked(values: Any) -> Asked:
    """What an address asks for."""
    days, skip = values.get("days", ""), values.get("skip", "")
    return Asked(
        q=" ".join(values.get("q", "").replace("\x00", " ").split())[:200],
        group=values.get("in", "") if values.get("in", "") in GROUPS else "",
        grade=values.get("grade", "") if values.get("grade", "") in Grade.values else "",
        kind=values.get("kind", "") if values.get("kind", "") in Kind.values else "",
        days=int(days) if days in {str(period) for period in PERIODS} else 0,
        skip=int(skip) if skip.isascii() and skip.isdecimal() and len(skip) < 4 else 0,  # noqa: PLR2004 - ranked() ends there
    )


def groups(membership: Membership, wanted: Asked) -> list[Group]:
    """Every sort with its count; a few of each, or many of the one that was chosen."""
    keys = [key for key in GROUPS if key in NARROWED or not wanted.narrow]
    if wanted.kind:
        keys = ["feedback"]
    made = [_group(key, membership, wanted) for key in keys]
    return [one for one in made if one.total or one.key == wanted.group]


def _group(key: str, membership: Membership, wanted: Asked) -> Group:
    chosen = wanted.group == key
    skip, size = (wanted.skip, MANY) if chosen else (0, 0 if wanted.group else FEW)
    hits = FINDERS[key](membership, wanted, skip, size)
    word, glyph = _words(key)
    shown = SHOWN[key](membership, wanted.q, hits.rows)
    return Group(key, word, glyph, hits.total, shown, hits.more)


def _words(key: str) -> tuple[str, str]:
    return {
        "cases": (_("Cases"), "inbox"),
        "feedback": (pgettext("page", "Feedback"), "message-report"),
        "themes": (pgettext("page", "Themes"), "stack-2"),
        "members": (_("Members"), "users"),
        "announcements": (pgettext("page", "Notices"), "speakerphone"),
    }[key]


def address_of(membership: Membership, view: str, **arguments: uuid.UUID) -> str:
    """The address of a page of this desk; "" where there is no such page."""
    try:
        return reverse(f"desk:{view}", kwargs={"workspace": membership.workspace.slug, **arguments})
    except NoReverseMatch:
        return ""


def may_see_contacts(membership: Membership) -> bool:
    """Whether somebody may find people by address."""
    return holds(membership, Permission.UNMASK)


def _find_cases(membership: Membership, wanted: Asked, skip: int, size: int) -> Hits[Any]:
    narrow: dict[str, object] = {"grade": wanted.grade, "opened_at__gte": wanted.since}
    within = Q(**{name: value for name, value in narrow.items() if value})
    return cases.ranked(workspace_id=membership.workspace_id, query=wanted.q, within=within, skip=skip, size=size)


def _find_feedback(membership: Membership, wanted: Asked, skip: int, size: int) -> Hits[Any]:
    filters = feedback.Filters(
        kinds=[wanted.kind] if wanted.kind else (), grades=[wanted.grade] if wanted.grade else (), since=wanted.since
    )
    return feedback.ranked(
        workspace_id=membership.workspace_id, query=wanted.q, within=filters.condition(), skip=skip, size=size
    )


def _find_themes(membership: Membership, wanted: Asked, skip: int, size: int) -> Hits[Any]:
    return themes.ranked(workspace_id=membership.workspace_id, query=wanted.q, skip=skip, size=size)


def _find_members(membership: Membership, wanted: Asked, skip: int, size: int) -> Hits[Any]:
    contacts = may_see_contacts(membership)
    return members.ranked(
        workspace_id=membership.workspace_id, query=wanted.q, contacts=contacts, skip=skip, size=size
    )


def _find_announcements(membership: Membership, wanted: Asked, skip: int, size: int) -> Hits[Any]:
    return announcements.ranked(workspace_id=membership.workspace_id, query=wanted.q, skip=skip, size=size)


def _show_cases(membership: Membership, query: str, rows: Sequence[Any]) -> list[Result]:
    said = cases.said(workspace_id=membership.workspace_id, query=query, case_ids=[row.id for row in rows])
    return [
        Result(
            row, address_of(membership, "case", case_id=row.id), marked(row.title, query),
            excerpt(said.get(row.id, row.last_line), query),
        )
        for row in rows
    ]  # fmt: skip


def _show_feedback(membership: Membership, query: str, rows: Sequence[Any]) -> list[Result]:
    about = themes_by_id(workspace_id=membership.workspace_id, ids=[row.theme_id for row in rows]) if rows else {}
    return [
        Result(
            row, address_of(membership, "feedback_detail", feedback_id=row.id), marked(row.title, query),
            excerpt(row.text, query), about.get(row.theme_id),
        )
        for row in rows
    ]  # fmt: skip


def _show_themes(membership: Membership, query: str, rows: Sequence[Any]) -> list[Result]:
    return [
        Result(
            row, address_of(membership, "theme", theme_id=row.id), marked(row.name, query),
            excerpt("\n".join(filter(None, (row.summary, row.root_cause, row.fix))), query),
        )
        for row in rows
    ]  # fmt: skip


def _show_members(membership: Membership, query: str, rows: Sequence[Any]) -> list[Result]:
    return [
        Result(row, address_of(membership, "member", member_id=row.id), marked(row.known_as, query))
        for row in rows
    ]


def _show_announcements(membership: Membership, query: str, rows: Sequence[Any]) -> list[Result]:
    return [
        Result(
            row, address_of(membership, "announcement", announcement_id=row.id), marked(row.title, query),
            excerpt(f"{row.what_happened}\n{row.how_fixed}\n{row.what_next}".strip(), query),
        )
        for row in rows
    ]  # fmt: skip


FINDERS: dict[str, Callable[[Membership, Asked, int, int], Hits[Any]]] = {
    "cases": _find_cases,
    "feedback": _find_feedback,
    "themes": _find_themes,
    "members": _find_members,
    "announcements": _find_announcements,
}
SHOWN: dict[str, Callable[[Membership, str, Sequence[Any]], list[Result]]] = {
    "cases": _show_cases,
    "feedback": _show_feedback,
    "themes": _show_themes,
    "members": _show_members,
    "announcements": _show_announcements,
}
