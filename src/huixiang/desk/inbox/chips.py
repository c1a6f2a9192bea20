"""What narrows the list, each as a chip that can be taken away, and the choices the filter offers."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from huixiang.cases import inbox
from huixiang.cases.filters import Filters
from huixiang.cases.states import CaseState, Stage
from huixiang.cases.tag_queries import tag_by_id, tags
from huixiang.channels.queries import accounts
from huixiang.desk.inbox import listing
from huixiang.feedback.models import Grade
from huixiang.members.models import Tier
from huixiang.themes.queries import theme_by_id
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team, team

THEMES_OFFERED = 40


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that narrows the list, and the address without it."""

    word: str
    address: str
    grade: str = ""


def of(viewer: Membership, filters: Filters, saved: uuid.UUID | None) -> list[Chip]:
    """The chips of the chosen filters; the view itself is told by the heading."""
    slug = viewer.workspace.slug

    def chip(word: str, grade: str = "", **without: Any) -> Chip:
        return Chip(word, listing.address(slug, replace(filters, **without), saved=saved), grade)

    several: list[tuple[str, Any]] = [("grades", Grade), ("states", CaseState), ("stages", Stage), ("tiers", Tier)]
    found = [
        chip(
            str(choices(value).label), value if field == "grades" else "",
            **{field: tuple(other for other in getattr(filters, field) if other != value)},
        )
        for field, choices in several
        for value in getattr(filters, field)
    ]  # fmt: skip
    open_ = Filters()
    return found + [chip(word, **{field: getattr(open_, field)}) for field, word in _single(viewer, filters)]


def _single(viewer: Membership, filters: Filters) -> list[tuple[str, str]]:
    plain = [
        ("unread", filters.unread, _("Unread")),
        ("overdue", filters.overdue, _("Overdue")),
        ("failed", filters.failed, _("An answer did not arrive")),
        ("since", filters.since, _("since %(day)s") % {"day": filters.since}),
        ("until", filters.until, _("until %(day)s") % {"day": filters.until}),
        ("q", filters.q, _("“%(words)s”") % {"words": filters.q}),
    ]
    return _looked_up(viewer, filters) + [(field, word) for field, on, word in plain if on]


def _looked_up(viewer: Membership, filters: Filters) -> list[tuple[str, str]]:
    """What is chosen by id, by its name; one statement each, only when chosen."""
    at: dict[str, Any] = {"workspace_id": viewer.workspace_id}
    gone = _("(no longer there)")
    found = []
    if filters.owner:
        found.append(("owner", _owner(viewer, filters.owner)))
    if filters.theme_id:
        theme = theme_by_id(**at, theme_id=filters.theme_id)
        found.append(("theme_id", theme.name if theme else gone))
    if filters.account_id:
        account = next((one for one in accounts(viewer.workspace) if one.id == filters.account_id), None)
        found.append(("account_id", account.name if account else gone))
    if filters.tag_id:
        tag = tag_by_id(**at, tag_id=filters.tag_id)
        found.append(("tag_id", f"#{tag.name}" if tag else gone))
    return found


def _owner(viewer: Membership, owner: str) -> str:
    if owner == "me":
        return _("Owned by me")
    if owner == "none":
        return _("Nobody owns it")
    who = member_of_team(workspace_id=viewer.workspace_id, membership_id=uuid.UUID(owner))
    return _("Owned by %(name)s") % {"name": who or _("(no longer there)")}


def choices(viewer: Membership, filters: Filters) -> dict[str, Any]:
    """What the filter offers, asked for when it is opened."""
    return {
        "filters": filters,
        "grade_choices": Grade.choices,
        "state_choices": CaseState.choices,
        "stage_choices": Stage.choices,
        "tier_choices": Tier.choices,
        "team": team(viewer.workspace),
        "theme_choices": inbox.theme_counts(workspace_id=viewer.workspace_id, limit=THEMES_OFFERED),
        "account_choices": accounts(viewer.workspace),
        "tag_choices": tags(viewer.workspace_id),
        "view_choices": [(name, word) for name, (_glyph, word) in listing.VIEWS.items()] + [*listing.OTHERS.items()],
    }
