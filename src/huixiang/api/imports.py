"""Files of messages brought in by a program: a table or the export of a chat, how far it is, and taking it back."""

import datetime
import json
import uuid
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status, UploadedFile
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.errors import Error
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import account_by_slug
from huixiang.insights.exports.lines import line
from huixiang.intake import queries
from huixiang.intake.imports import actions, choosing, reading, undo
from huixiang.intake.imports.mapping import FIELDS
from huixiang.intake.models import ImportRun
from huixiang.triage.undoing import outlook
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.queries import person_of
from huixiang.workspaces.roles import Permission

router = Router(tags=["Imports"])
RUN = "/imports/{uuid:run_id}"
SHOWN = 50
ACCEPTED = 202
SheetKind = Literal["", "table", "chat"]


class ImportForm(Schema):
    """How a file is to be read; what is left out is found out, as in the desk."""

    channel: filters.Word = Field(description="Slug of a channel for imported files.", examples=["files"])
    sort: SheetKind = Field("", description="table or chat; found out when left out.", examples=["table"])
    by: filters.Word = Field(
        "", description="Of a table: a known export (xiaohongshu, bilibili …) or a mapping the team saved, by name."
    )
    columns: Annotated[str, Field(max_length=5_000)] = Field(
        "",
        description="Of a table: which column is what, as a JSON object from field to heading. Fields: text, time, "
        "external_id, author_id, author_email, author_name, thread.",
        examples=['{"text": "评论内容", "time": "评论时间"}'],
    )
    group: filters.Word = Field("", description="Of a chat: the group's name; by it the next export is known.")
    year: filters.Word = Field("", description="Of a chat whose lines have no year: the year it begins in.")
    order: Literal["", "dm", "md"] = Field("", description="Of a chat: md when 5/1/2026 is the first of May.")


class RefusedRow(Schema):
    """A row that did not come in, and why."""

    row: int = Field(description="As a spreadsheet counts: the headings are row 1.")
    reason: str
    excerpt: str = Field(description="How it begins, masked.")


class KeptThing(Schema):
    """Something that stays although the import was taken back."""

    kind: Literal["case", "feedback", "message"]
    id: uuid.UUID
    reason: Literal[
        "answered", "assigned", "announced", "merged", "corrected", "war_room", "joined", "handled"
    ]  # fmt: skip


class Gone(Schema):
    """How much went when it was taken back, and what stays."""

    messages: int
    feedback: int
    cases: int
    themes: int
    members: int
    stay: int = Field(description="Messages that stay because somebody had worked on what they became.")
    kept: list[KeptThing] = Field(description="The first fifty things that stay.")


class ImportItem(Schema):
    """An import and how far it is."""

    id: uuid.UUID
    channel: str
    file_name: str = Field(examples=["评论.csv"])
    sort: Literal["table", "chat"]
    columns: dict[str, str] = Field(description="Which column is what; of a chat its group, year and order.")
    state: Literal["waiting", "running", "done", "failed", "undoing", "undone"]
    error: str = Field(description="Why it stopped.")
    rows: int = Field(description="How many rows there are, as far as known.")
    read: int
    stored: int
    duplicate: int
    refused: int
    left_out: int = Field(description="Of a chat: joins, recalls, pictures without words.")
    refused_rows: list[RefusedRow] = Field(description="The first fifty; refused_file has all of them.")
    refused_file: str | None = Field(description="Address of the refused rows as CSV; null when there are none.")
    undo_until: datetime.datetime | None = Field(description="Until when it can be taken back; null when it cannot.")
    taken_back: Gone | None
    created_at: datetime.datetime
    finished_at: datetime.datetime | None


class ImportName(Schema):
    """An import in the list."""

    id: uuid.UUID
    channel: str
    file_name: str = Field(examples=["评论.csv"])
    state: Literal["waiting", "running", "done", "failed", "undoing", "undone"]
    stored: int
    duplicate: int
    refused: int
    created_at: datetime.datetime


class ImportNames(Schema):
    """The latest twenty."""

    imports: list[ImportName]


class WhyItem(Schema):
    """Why something stays, and how many things."""

    reason: str
    number: int


class UndoOutlook(Schema):
    """What would go if the import were taken back now, and what would stay."""

    messages: int
    feedback: int
    cases: int
    stay: int = Field(description="Messages.")
    reasons: list[WhyItem]


@router.post(
    "/imports",
    auth=keys.ingest,
    response={ACCEPTED: ImportItem, shapes.WRITE_ERRORS: Error},
    summary="Import a file",
)
def start(request: keys.KeyedRequest, form: Form[ImportForm], file: File[UploadedFile]) -> Any:
    """Bring in a table (CSV, XLSX) or a chat exported as text or JSON, as multipart/form-data.

    Rows are read in the background. The same checks hold as in the desk; the same row of a channel comes in once.
    """
    workspace = request.auth.workspace
    account, given = _account(workspace, form.channel), _columns(form.columns)
    name = file.name or "file"
    stored = actions.keep_upload(workspace=workspace, file_name=name, chunks=file.chunks())
    try:
        chat = choosing.is_chat(stored, name, form.sort)
        mapping = (
            {"group": form.group, "year": form.year, "order": form.order}
            if chat
            else choosing.columns(workspace.id, reading.preview(stored), given=given, by=form.by)
        )
        run = actions.start(
            workspace=workspace, account=account, stored=stored, file_name=name, mapping=mapping,
            by=person_of(request.auth), chat=chat,
        )  # fmt: skip
    except BaseException:
        stored.unlink(missing_ok=True)
        raise
    return Status(ACCEPTED, _item(run))


def _account(workspace: Workspace, slug: str) -> ChannelAccount:
    found = account_by_slug(workspace=workspace, slug=slug)
    if found is None:
        raise HttpError(422, _("channel: there is no channel “%(slug)s” in this workspace.") % {"slug": slug[:60]})
    return found


def _columns(written: str) -> dict[str, str]:
    """The mapping as it was sent. Raises HttpError 422 for what is none."""
    if not written:
        return {}
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise HttpError(422, _("columns must be a JSON object from field to heading; fields: %(fields)s.") % {
            "fields": ", ".join(FIELDS)
        })  # fmt: skip
    return found


@router.get("/imports", auth=keys.read, response=shapes.answers(ImportNames), summary="Imports")
def listing(request: keys.KeyedRequest) -> Any:
    """The latest imports, those of the desk too, newest first."""
    return {"imports": [_named(run) for run in queries.import_runs(request.auth.workspace)]}


def _named(run: ImportRun) -> dict[str, Any]:
    plain = ("id", "file_name", "state", "stored", "duplicate", "refused", "created_at")
    return {name: getattr(run, name) for name in plain} | {"channel": run.account.slug}


def _one(request: keys.KeyedRequest, run_id: uuid.UUID) -> ImportRun:
    found: ImportRun = keys.found(queries.import_run(workspace_id=request.auth.workspace_id, run_id=run_id))
    return found


@router.get(RUN, auth=keys.read, response=shapes.answers(ImportItem), summary="How far an import is")
def progress(request: keys.KeyedRequest, run_id: uuid.UUID) -> Any:
    """How many rows are read, came in, were known already or refused and why; ask again until it is done."""
    return _item(_one(request, run_id))


@router.get(
    RUN + "/refused",
    auth=keys.read,
    response=shapes.answers(None),
    openapi_extra=shapes.file_of("text/csv"),
    summary="Refused rows of an import",
)
def refused(request: keys.KeyedRequest, run_id: uuid.UUID) -> Any:
    """Every row that did not come in, with its reason, as CSV (UTF-8 with its mark)."""
    answer = StreamingHttpResponse(_lines(_one(request, run_id)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{run_id}.csv"'
    return answer


def _lines(run: ImportRun) -> Iterator[str]:
    yield "\ufeff" + line(["row", "reason", "excerpt"])
    for one in queries.every_refusal(run=run):
        yield line([one.row, one.reason, one.excerpt])


@router.get(RUN + "/undo", auth=keys.read, response=shapes.answers(UndoOutlook), summary="What taking back would do")
def ask_undo(request: keys.KeyedRequest, run_id: uuid.UUID) -> Any:
    """How much would go, and how much stays because somebody has worked on it. Nothing is changed."""
    told = outlook(_one(request, run_id))
    plain = ("messages", "feedback", "cases", "stay")
    why = [{"reason": reason, "number": number} for reason, number in told.kept.most_common()]
    return {name: getattr(told, name) for name in plain} | {"reasons": why}


@router.post(RUN + "/undo", auth=keys.feedback, response=shapes.changes(ImportItem), summary="Take an import back")
def take_back(request: keys.KeyedRequest, run_id: uuid.UUID) -> Any:
    """Within seven days its messages leave, with the feedback, cases, themes and members that came only from them.

    What somebody has worked on stays and is named in kept. It is done in the background: ask the import again.
    """
    actor, run = keys.actor(request, Permission.IMPORT), _one(request, run_id)
    undo.ask(run=run, actor=actor)
    return _item(_one(request, run_id))


def _item(run: ImportRun) -> dict[str, Any]:
    """A run as ImportItem: up to three statements."""
    plain = (
        "id", "file_name", "state", "error", "read", "stored", "duplicate", "refused", "left_out", "created_at",
        "finished_at",
    )  # fmt: skip
    rows = queries.refusals(run=run, limit=SHOWN) if run.refused else []
    return {name: getattr(run, name) for name in plain} | {
        "channel": run.account.slug,
        "sort": choosing.CHAT if run.archive else choosing.TABLE,
        "columns": run.mapping,
        "rows": run.total,
        "refused_rows": [{"row": one.row, "reason": one.reason, "excerpt": one.excerpt} for one in rows],
        "refused_file": f"/api/v1/imports/{run.id}/refused" if run.refused else None,
        "undo_until": None if undo.hindrance(run) else undo.until(run),
        "taken_back": _gone(run) if run.undo_asked_at else None,
    }


def _gone(run: ImportRun) -> dict[str, Any]:
    kept = run.kept_things.order_by("id")[:SHOWN] if run.kept else []
    counts = {name: run.left.get(name, 0) for name in undo.COUNTED}
    return counts | {
        "stay": run.kept,
        "kept": [{"kind": one.kind, "id": one.subject_id, "reason": one.reason} for one in kept],
    }
