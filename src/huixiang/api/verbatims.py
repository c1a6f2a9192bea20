"""What was said about themes, in the words of the members: to read, and as a file."""

import datetime
import uuid
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.feedback import FeedbackItem, items
from huixiang.api.themes import THEME, one_of
from huixiang.insights.exports import actions, files
from huixiang.insights.exports.words import Words, said_in_words
from huixiang.insights.models import Export
from huixiang.kernel import pagination
from huixiang.themes import verbatims
from huixiang.themes.queries import themes_by_id
from huixiang.workspaces.models import Scope, Workspace
from huixiang.workspaces.roles import Permission

router = Router(tags=["Themes"])
EXPORT = "/exports/{uuid:export_id}"
MOST_THEMES = 2_000
PLACES: dict[str, tuple[Any, ...]] = {
    "influence": (filters.whole, filters.whole, pagination.moment, uuid.UUID),
    "latest": (pagination.moment, uuid.UUID),
}


class Narrowed(Schema):
    """What narrows verbatims; what is left out leaves everything in."""

    channel: filters.Word = Field("", description="A channel's slug.", examples=["owners-app"])
    version: filters.Word = Field("", description="The version they named; - for those who named none.")
    kind: filters.KindName | None = None
    tier: Literal["plain", "active", "koc", "core"] | None = None
    since: datetime.date | None = Field(None, description="From this day on, as days begin in the workspace.")


class VerbatimFilter(Narrowed, filters.Paged):
    """In which order, and how much of it."""

    order: Literal["influence", "latest"] = "influence"
    limit: int = Field(20, ge=1, le=filters.MOST, description="Rows on a page.")


class Verbatims(Schema):
    """Give next_cursor back as cursor, with the same filters, until it is null."""

    feedback: list[FeedbackItem]
    next_cursor: str | None


class WantedFile(Narrowed, shapes.Body):
    """What kind of file, and what of the theme goes into it."""

    format: Literal["xlsx", "csv"] = "xlsx"
    unmasked: bool = Field(False, description="Texts as they arrived; needs the scope personal.")


class WantedFileOfMany(WantedFile):
    """The same of several themes."""

    themes: Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST_THEMES)]


class ExportItem(Schema):
    """A file on its way out; it can be fetched for three days."""

    id: uuid.UUID
    state: Literal["waiting", "running", "done", "failed", "gone"]
    total: int
    written: int
    format: Literal["xlsx", "csv"]
    unmasked: bool
    error: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None


def _filters(workspace: Workspace, asked: Narrowed) -> verbatims.Filters:
    """The filters as the themes package reads them. 422 for a channel there is not."""
    account = workspace.channel_accounts.filter(slug=asked.channel).first() if asked.channel else None
    if asked.channel and account is None:
        said = _("channel: there is no channel “%(slug)s” in this workspace.")
        raise HttpError(422, said % {"slug": asked.channel[:60]})
    return verbatims.Filters(
        account_id=account.id if account else None, version=asked.version, kind=asked.kind or "",
        tier=asked.tier or "", since=asked.since,
    )  # fmt: skip


@router.get(THEME + "/verbatims", auth=keys.read, response=shapes.answers(Verbatims), summary="Verbatims of a theme")
def listing(request: keys.KeyedRequest, theme_id: uuid.UUID, asked: Query[VerbatimFilter]) -> Any:
    """What was said about it: by the weight of who said it, or the latest first. Deleted words are left out."""
    workspace, row = request.auth.workspace, one_of(request, theme_id)
    if asked.cursor and pagination.decode(asked.cursor, *PLACES[asked.order]) is None:
        raise HttpError(422, _("cursor must be a next_cursor of this list."))
    wanted = _filters(workspace, asked)
    row.workspace = workspace  # the key's, read already
    with timezone.override(ZoneInfo(workspace.time_zone)):
        page = verbatims.page(theme=row, filters=wanted, order=asked.order, cursor=asked.cursor, size=asked.limit)
    return {"feedback": items(workspace.id, page.rows), "next_cursor": page.next_cursor}


@router.post(THEME + "/export", auth=keys.themes, response=shapes.changes(ExportItem), summary="Export verbatims")
def export_theme(request: keys.KeyedRequest, theme_id: uuid.UUID, wanted: WantedFile) -> Any:
    """Have what was said about a theme written as a file. Up to 2,000 rows are ready at once, more in a while."""
    keys.acting(request, Permission.EXPORT)
    row = one_of(request, theme_id)
    return _asked(request, wanted, [row.id], [(_("Theme"), row.name)])


@router.post(
    "/themes/export", auth=keys.themes, response=shapes.changes(ExportItem), summary="Export verbatims of themes"
)
def export_themes(request: keys.KeyedRequest, wanted: WantedFileOfMany) -> Any:
    """The same of several themes in one file."""
    keys.acting(request, Permission.EXPORT)
    ids = list(dict.fromkeys(wanted.themes))
    known = themes_by_id(workspace_id=request.auth.workspace_id, ids=ids)
    if len(known) < len(ids):
        raise HttpError(422, _("themes: one of these is no theme of this workspace."))
    return _asked(request, wanted, ids, [(_("Themes"), str(len(ids)))])


def _asked(request: keys.KeyedRequest, wanted: WantedFile, theme_ids: list[uuid.UUID], words: Words) -> dict[str, Any]:
    by, workspace = keys.acting(request, Permission.EXPORT), request.auth.workspace
    if wanted.unmasked and Scope.PERSONAL.value not in request.auth.scopes:
        raise HttpError(403, _("The key has not the scope “%(scope)s”; make one that has.") % {"scope": "personal"})
    chosen = _filters(workspace, wanted)
    words += said_in_words(chosen, accounts=list(workspace.channel_accounts.all()))
    with timezone.override(ZoneInfo(workspace.time_zone)):
        asked = actions.ask(
            by=by, theme_ids=theme_ids, filters=chosen, words=words, file_format=wanted.format,
            unmasked=wanted.unmasked,
        )  # fmt: skip
        if asked.total <= actions.AT_ONCE_UP_TO:
            asked = actions.write(export_id=asked.id)
    return _item(asked)


def _item(row: Export) -> dict[str, Any]:
    plain = ("id", "state", "total", "written", "format", "unmasked", "error", "created_at", "finished_at")
    return {name: getattr(row, name) for name in plain}


def _own(request: keys.KeyedRequest, export_id: uuid.UUID) -> Export:
    """An export the person asked for, by a key or in the desk. One with personal data: only with the scope."""
    by = keys.acting(request, Permission.EXPORT)
    found: Export = keys.found(actions.of_person(by=by, export_id=export_id))
    if found.unmasked and Scope.PERSONAL.value not in request.auth.scopes:
        raise HttpError(403, _("The key has not the scope “%(scope)s”; make one that has.") % {"scope": "personal"})
    return found


@router.get(EXPORT, auth=keys.themes, response=shapes.answers(ExportItem), summary="How far an export is")
def export(request: keys.KeyedRequest, export_id: uuid.UUID) -> Any:
    """Ask again until it is done or failed. Only whoever asked for the file finds it."""
    return _item(_own(request, export_id))


@router.get(
    EXPORT + "/file",
    auth=keys.themes,
    response=shapes.answers(None),
    openapi_extra=shapes.file_of(*files.TYPES.values()),
    summary="The file of an export",
)
def export_file(request: keys.KeyedRequest, export_id: uuid.UUID) -> Any:
    """The file as a download. 404 until it is done, and after three days."""
    ready: files.Ready = keys.found(files.ready(_own(request, export_id)))
    return FileResponse(ready.path.open("rb"), as_attachment=True, filename=ready.name, content_type=ready.media_type)
