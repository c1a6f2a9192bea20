"""Verbatims as a file: of one theme or of the themes listed, at once or with a progress bar."""

import uuid
from dataclasses import replace
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.themes import narrowing
from huixiang.desk.themes.telling import theme_of
from huixiang.insights.exports import actions, files
from huixiang.insights.exports.words import Words, said_in_words
from huixiang.insights.models import Export, ExportState
from huixiang.kernel.errors import Refused
from huixiang.themes import browsing
from huixiang.themes.verbatims import Filters
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission

MOST_THEMES: Final = 2_000


@access.verb(Permission.EXPORT)
def export_theme(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """What was said about one theme, narrowed as on its page."""
    theme, filters = theme_of(membership, theme_id), narrowing.said(request.GET)
    words = [(_("Theme"), theme.name)]
    words += said_in_words(filters, accounts=narrowing.channels(membership.workspace))
    return _asked(request, membership, [theme.id], filters, words)


@access.verb(Permission.EXPORT)
def export_listed(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What was said about the themes listed, narrowed as in the list; its channel and day narrow the verbatims too."""
    filters, workspace = narrowing.themes(request.GET), membership.workspace
    if request.GET.get("view") == "board":
        filters = replace(filters, status="")  # the board shows every status
    found = browsing.narrowed(workspace, filters).order_by("-impact", "-id").values_list("id", flat=True)
    theme_ids = list(found[: MOST_THEMES + 1])
    if len(theme_ids) > MOST_THEMES:
        raise Refused(_("These are too many themes for one file: narrow the list first."))
    words = narrowing.themes_in_words(filters, accounts=narrowing.channels(workspace), team=team(workspace))
    words.append((_("Themes"), str(len(theme_ids))))
    return _asked(request, membership, theme_ids, Filters(account_id=filters.account_id, since=filters.since), words)


def _asked(
    request: HttpRequest, membership: Membership, theme_ids: list[uuid.UUID], filters: Filters, words: Words
) -> HttpResponse:
    asked = actions.ask(
        by=membership, theme_ids=theme_ids, filters=filters, words=words,
        file_format=request.POST.get("format", ""), unmasked="unmasked" in request.POST,
    )  # fmt: skip
    if asked.total <= actions.AT_ONCE_UP_TO:
        actions.write(export_id=asked.id)
    return access.done(request, "", reverse("desk:export", args=[membership.workspace.slug, asked.id]))


def _own(membership: Membership, export_id: uuid.UUID) -> Export:
    found: Export = access.found(actions.of_person(by=membership, export_id=export_id))
    return found


def _context(asked: Export) -> dict[str, Any]:
    running = asked.state in (ExportState.WAITING, ExportState.RUNNING)
    return {"asked": asked, "running": running, "ready": asked.state == ExportState.DONE, "kept": actions.KEPT.days}


@access.page(Permission.EXPORT)
def export(request: HttpRequest, membership: Membership, export_id: uuid.UUID) -> HttpResponse:
    """How far the file is, and the file; it goes on when the page is left."""
    context = _context(_own(membership, export_id))
    return access.shown(request, membership, "desk/themes/export.html", "themes", **context)


@access.page(Permission.EXPORT)
def progress(request: HttpRequest, membership: Membership, export_id: uuid.UUID) -> HttpResponse:
    """The moving part of the same."""
    return access.part(request, membership, "desk/themes/export_progress.html", **_context(_own(membership, export_id)))


@access.page(Permission.EXPORT)
def export_file(
    request: HttpRequest,  # noqa: ARG001 - every view is given it
    membership: Membership,
    export_id: uuid.UUID,
) -> HttpResponseBase:
    """The file itself, as a download, for who asked for it."""
    found: files.Ready = access.found(files.ready(_own(membership, export_id)))
    return FileResponse(
        found.path.open("rb"), as_attachment=True, filename=found.name, content_type=found.media_type
    )
