"""Merging themes: choose, see whom it concerns, do it, take it back; and what looks like one matter."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.desk import access
from huixiang.desk.themes import narrowing
from huixiang.desk.themes.consequences import joining
from huixiang.desk.themes.telling import address_of, done, theme_of
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, proposals, queries
from huixiang.themes.models import Merge, Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

MOST = 20  # themes merged at once


@dataclass(frozen=True, slots=True)
class Chosen:
    """The themes to become one, and the one that stays."""

    themes: list[Theme]
    into: Theme | None

    @property
    def sources(self) -> list[Theme]:
        """Those that go up in it."""
        return [theme for theme in self.themes if theme != self.into]


def _chosen(request: HttpRequest, membership: Membership) -> Chosen:
    wanted = narrowing.identifiers(request.GET, "theme")[:MOST]
    found = queries.themes_by_id(workspace_id=membership.workspace_id, ids=wanted)
    themes = [found[one] for one in wanted if one in found and found[one].status != ThemeStatus.MERGED]
    into = narrowing.identifier(request.GET.get("into", ""))
    named = next((theme for theme in themes if theme.id == into), None)
    return Chosen(themes, named or max(themes, key=lambda theme: theme.impact, default=None))


@access.page(Permission.THEMES)
def merging(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The themes chosen, more to choose from, which one stays, and whom it concerns. Nothing happens yet."""
    chosen, q = _chosen(request, membership), request.GET.get("q", "").replace("\x00", "")[:100]
    ids = [theme.id for theme in chosen.themes]
    context: dict[str, Any] = {
        "chosen": chosen,
        "concerns": joining(chosen.themes) if chosen.sources else None,
        "q": q,
        "found": queries.to_pick(workspace=membership.workspace, q=q, without=ids) if q else [],
        "near": _near(chosen, ids) if not q else [],
    }
    return access.shown(request, membership, "desk/themes/merging.html", "themes", **context)


def _near(chosen: Chosen, ids: list[uuid.UUID]) -> list[tuple[Theme, int]]:
    if chosen.into is None:
        return []
    near = queries.nearby(chosen.into, limit=3 + len(ids))
    found = [(theme, round(100 * (1 - theme.distance))) for theme in near if theme.id not in ids]  # type: ignore[attr-defined]
    return found[:3]


@access.verb(Permission.THEMES)
def merge(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Take other themes into this one; their feedback, votes and cases come along. The toast takes it back."""
    target = theme_of(membership, theme_id)
    wanted = narrowing.identifiers(request.POST, "source")[:MOST]
    sources = [theme_of(membership, source_id) for source_id in wanted if source_id != target.id]
    if not sources:
        raise Refused(_("Choose the theme to merge."))
    merges = actions.merge_many(sources=sources, target=target, actor=access.actor(membership))
    said = ngettext(
        "“%(source)s” is part of “%(target)s” now.", "%(number)d themes are part of “%(target)s” now.", len(sources)
    ) % {"source": sources[0].name, "target": target.name, "number": len(sources)}
    address = access.back(request, address_of(membership, target.id)) if "stay" in request.POST else ""
    return done(request, said, address or address_of(membership, target.id), undo=_undo(membership, merges))


def _undo(membership: Membership, merges: list[Merge]) -> str:
    address = reverse("desk:merges_undo", args=[membership.workspace.slug])
    return f"{address}?{urlencode({'merge': [str(one.id) for one in merges]}, doseq=True)}"


@access.verb(Permission.THEMES)
def undo_merges(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Part several themes again that were merged at once, the last one first."""
    wanted = narrowing.identifiers(request.GET, "merge")[::-1]
    for merge_id in wanted:
        access.found(queries.merge_by_id(workspace_id=membership.workspace_id, merge_id=merge_id))
    if not wanted:
        raise Refused(_("This merge was undone already."))
    parted = actions.undo_merges(
        merge_ids=wanted, workspace_id=membership.workspace_id, actor=access.actor(membership)
    )
    default = address_of(membership, parted[-1].target_id)
    return done(request, _("The themes are parted again."), access.back(request, default))


@access.verb(Permission.THEMES)
def undo_merge(request: HttpRequest, membership: Membership, merge_id: uuid.UUID) -> HttpResponse:
    """Part two themes again."""
    access.found(queries.merge_by_id(workspace_id=membership.workspace_id, merge_id=merge_id))
    parted = actions.undo_merge(
        merge_id=merge_id, workspace_id=membership.workspace_id, actor=access.actor(membership)
    )
    return done(request, _("The themes are parted again."), address_of(membership, parted.source_id))


@access.verb(Permission.THEMES)
def part(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Say that two themes are not one matter: never proposed again, unless it is taken back."""
    data = request.GET if "again" in request.GET else request.POST
    one, other = theme_of(membership, theme_id), theme_of(membership, narrowing.identifier(data.get("other", "")))
    dismissed = "again" not in request.GET
    proposals.dismiss(one=one, other=other, actor=access.actor(membership), dismissed=dismissed)
    address = reverse("desk:theme_part", args=[membership.workspace.slug, one.id])
    undo = f"{address}?{urlencode({'again': '1', 'other': str(other.id)})}" if dismissed else ""
    said = _("These two will not be proposed again.") if dismissed else _("They may be proposed again.")
    return done(request, said, access.back(request, address_of(membership, one.id)), undo=undo)
