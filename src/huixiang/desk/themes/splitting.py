"""Taking part of a theme elsewhere: to a theme of its own or to one that exists; and back."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.desk import access
from huixiang.desk.themes import narrowing
from huixiang.desk.themes.consequences import parting
from huixiang.desk.themes.telling import address_of, done, theme_of
from huixiang.engine.naming import name as name_by_words
from huixiang.feedback.models import Feedback
from huixiang.kernel.errors import Refused
from huixiang.themes import moving, proposals, queries
from huixiang.themes.models import Move, Theme
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

NEW = "new"


@access.page(Permission.THEMES)
def splitting(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """What was said in parts that sound unlike each other, to tick; what was ticked before stays ticked."""
    theme = theme_of(membership, theme_id)
    ticked = set(narrowing.identifiers(request.GET, "feedback"))
    parts = proposals.parts(theme)
    shown = {one.id for part in parts for one in part.feedbacks}
    if ticked - shown:  # older than what is grouped
        older = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, id__in=ticked - shown)
        parts.append(proposals.Part(_("Older"), list(older.select_related("member", "account").defer("embedding"))))
    context: dict[str, Any] = {
        "theme": theme, "parts": parts, "ticked": ticked, "read": len(shown), "most": proposals.READ,
        "near": queries.nearby(theme, limit=5), "first": parts[0] if parts else None,
    } | _concerns(theme, ticked)  # fmt: skip
    return access.shown(request, membership, "desk/themes/splitting.html", "themes", **context)


def _concerns(theme: Theme, ticked: set[uuid.UUID]) -> dict[str, Any]:
    if not ticked:
        return {"concerns": None}
    said = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, id__in=ticked, removed_at=None)
    texts = list(said.order_by("-said_at", "id").values_list("text", flat=True)[: queries.NAMED_FROM])
    return {"concerns": parting(theme, list(ticked)), "proposed": name_by_words(texts) if texts else ""}


@access.verb(Permission.THEMES)
def preview(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Whom it concerns, for what is ticked just now. Nothing happens."""
    theme = theme_of(membership, theme_id)
    context = {"theme": theme} | _concerns(theme, set(narrowing.identifiers(request.POST, "feedback")))
    return access.part(request, membership, "desk/themes/split_concerns.html", **context)


@access.page(Permission.THEMES)
def pick(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Themes to take feedback to, found by words."""
    q = request.GET.get("q", "").replace("\x00", "")[:100]
    found = queries.to_pick(workspace=membership.workspace, q=q, without=[theme_of(membership, theme_id).id])
    return access.part(request, membership, "desk/themes/picks.html", near=found)


@access.verb(Permission.THEMES)
def split(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Take what is ticked to a new theme, or to one that exists; the toast takes it back."""
    theme, to = theme_of(membership, theme_id), request.POST.get("to", NEW)
    wanted = narrowing.identifiers(request.POST, "feedback")
    if to == NEW:
        name, votes = request.POST.get("name", "").replace("\x00", ""), request.POST.get("votes") == "go"
        taken = moving.split(
            source=theme, feedback_ids=wanted, name=name, votes_go=votes, actor=access.actor(membership)
        )
    else:
        target = theme_of(membership, narrowing.identifier(to))
        taken = moving.move_feedback(
            source=theme, target=target, feedback_ids=wanted, actor=access.actor(membership)
        )
    return _told(request, membership, taken)


def _told(request: HttpRequest, membership: Membership, taken: Move) -> HttpResponse:
    number = len(taken.feedback_ids)
    said = ngettext(
        "%(number)d piece of feedback is about “%(name)s” now.",
        "%(number)d pieces of feedback are about “%(name)s” now.",
        number,
    ) % {"number": number, "name": taken.target.name}
    undo = reverse("desk:theme_move_undo", args=[membership.workspace.slug, taken.id])
    stay = access.back(request, "") if "stay" in request.POST else ""
    return done(request, said, stay or address_of(membership, taken.target_id), undo=undo)


@access.verb(Permission.THEMES)
def undo(request: HttpRequest, membership: Membership, move_id: uuid.UUID) -> HttpResponse:
    """Take back what was moved or split off."""
    access.found(queries.move_by_id(workspace_id=membership.workspace_id, move_id=move_id))
    back = moving.undo(move_id=move_id, workspace_id=membership.workspace_id, actor=access.actor(membership))
    return done(request, _("It is back where it was."), address_of(membership, back.source_id))


@access.verb(Permission.THEMES)
def take(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """What was ticked among a theme's verbatims goes on to the page where one chooses where it goes."""
    theme = theme_of(membership, theme_id)
    wanted = narrowing.identifiers(request.POST, "feedback")
    if not wanted:
        raise Refused(_("Choose at least one feedback of this theme."))
    query = "&".join(f"feedback={one}" for one in wanted)
    address = reverse("desk:theme_splitting", args=[membership.workspace.slug, theme.id])
    return access.done(request, "", f"{address}?{query}")
