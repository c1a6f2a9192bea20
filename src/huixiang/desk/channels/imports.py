"""Importing a file: choose, map its columns, watch it come in, read what was refused."""

import secrets
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import account_by_slug, accounts
from huixiang.desk import access
from huixiang.desk.channels import chats, mappings
from huixiang.desk.channels.accounts import open_named
from huixiang.desk.channels.mappings import FIELDS
from huixiang.desk.channels.undoing import stayed
from huixiang.engine.masking import mask
from huixiang.insights.exports.lines import line
from huixiang.intake import queries
from huixiang.intake.acceptance import is_address
from huixiang.intake.imports import actions, reading, saved, undo
from huixiang.intake.imports.choosing import is_chat
from huixiang.intake.imports.mapping import check_addresses, checked
from huixiang.intake.imports.rows import RowReader
from huixiang.intake.imports.table import Row
from huixiang.intake.models import ImportRun, ImportState, SavedMapping
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

KIND: Final = "import"
SHOWN_ROWS: Final = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """An uploaded file that waits for its mapping; only the session that brought it knows its token."""

    path: Path
    file_name: str
    account: ChannelAccount
    chat: bool = False


@access.page(Permission.IMPORT)
def choose(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Choose the channel and the file; saved mappings and earlier imports below."""
    workspace = membership.workspace
    return access.shown(
        request, membership, "desk/channels/choose.html", "channels",
        accounts=[account for account in accounts(workspace) if account.kind == KIND],
        runs=queries.import_runs(workspace), mappings=saved.listed(workspace.id),
    )  # fmt: skip


@access.verb(Permission.IMPORT)
def upload(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the file and go on to its columns."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused(_("Choose a table (CSV, XLSX) or the text export of a chat."))
    account = _account(request, membership)
    name = file.name or "file"
    stored = actions.keep_upload(workspace=membership.workspace, file_name=name, chunks=file.chunks())
    try:
        chat = is_chat(stored, name, request.POST.get("sort", ""))
    except Refused:
        stored.unlink(missing_ok=True)
        raise
    token = secrets.token_urlsafe(12)
    kept = {"path": str(stored), "file_name": name, "channel": account.slug, "chat": chat}
    request.session[_key(membership, token)] = kept
    return access.done(request, "", reverse("desk:import_mapping", args=[membership.workspace.slug, token]))


def _key(membership: Membership, token: str) -> str:
    return f"import:{membership.workspace_id}:{token}"


def _account(request: HttpRequest, membership: Membership) -> ChannelAccount:
    """The chosen account, or a new one by its name."""
    slug, name = request.POST.get("channel", ""), request.POST.get("name", "").strip()
    if name:
        return open_named(membership, kind=KIND, name=name)
    account = account_by_slug(workspace=membership.workspace, slug=slug)
    if account is None or account.kind != KIND:
        raise Refused(_("Choose a channel for imported files, or name a new one."))
    return account


def _kept(request: HttpRequest, membership: Membership, token: str) -> Kept:
    kept: dict[str, Any] = access.found(request.session.get(_key(membership, token)))
    account = access.found(account_by_slug(workspace=membership.workspace, slug=kept["channel"]))
    path = Path(kept["path"])
    return Kept(access.found(path if path.is_file() else None), kept["file_name"], account, kept["chat"])


@access.page(Permission.IMPORT)
def mapping(request: HttpRequest, membership: Membership, token: str) -> HttpResponse:
    """The first rows as they stand and as they will be read, and which column is what; of a chat, what is in it."""
    kept = _kept(request, membership, token)
    if kept.chat:
        shown = chats.context(kept.path, kept.file_name, request.GET.dict(), membership.workspace)
        return access.shown(request, membership, "desk/channels/chat.html", "channels", kept=kept, token=token, **shown)
    preview = reading.preview(kept.path)
    by, guessed = mappings.chosen(request, membership, preview)
    own, presets = mappings.offered(membership)
    return access.shown(
        request, membership, "desk/channels/mapping.html", "channels",
        preview=preview, rows=preview.rows[:SHOWN_ROWS], kept=kept, token=token, by=by, own=own, presets=presets,
        read=_read(preview, guessed, membership), own_name=next((one.name for one in own if str(one.id) == by), ""),
        fields=[(name, *FIELDS[name], guessed.get(name, "")) for name in FIELDS],
    )  # fmt: skip


def _read(preview: reading.Preview, chosen: dict[str, str], membership: Membership) -> dict[str, Any]:
    """What the first rows become by these columns: messages, or why they are none; a fault of the columns as words."""
    try:
        kept = checked(chosen, preview.columns)
        check_addresses(kept, preview.columns, preview.rows)
    except Refused as error:
        return {"fault": str(error.sentence)}
    reader = RowReader(mapping=kept, columns=preview.columns, zone=membership.workspace.time_zone)
    rows = [reader.message(Row(number, list(cells))) for number, cells in enumerate(preview.rows[:SHOWN_ROWS], start=2)]
    return {"rows": [(None, row) if isinstance(row, str) else (_shown(row), "") for row in rows]}


def _shown(message: InboundMessage) -> dict[str, str]:
    """A message as the desk would show it: addresses and numbers masked."""
    return {
        "text": mask(message.text).text,
        "name": mask(message.author_name).text,
        "email": mask(message.author_email).text if is_address(message.author_email) else "",
        "sent_at": date_format(timezone.localtime(message.sent_at), "Y-m-d H:i"),
    }


@access.verb(Permission.IMPORT)
def save(request: HttpRequest, membership: Membership, token: str) -> HttpResponse:
    """Keep the columns chosen for this file under a name, for the whole team."""
    kept = _kept(request, membership, token)
    row = _saved(request, membership, kept)
    address = reverse("desk:import_mapping", args=[membership.workspace.slug, token])
    said = _("“%(name)s” is saved for the team: files with these columns are read by it.")
    return access.done(request, said % {"name": row.name}, f"{address}?by={row.id}")


def _saved(request: HttpRequest, membership: Membership, kept: Kept) -> SavedMapping:
    columns = reading.preview(kept.path).columns
    return saved.save(
        by=membership, name=request.POST.get("save_as", ""), mapping=_chosen(request, FIELDS), columns=columns
    )


def _chosen(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    return {name: request.POST[name] for name in names if request.POST.get(name)}


@access.verb(Permission.IMPORT)
def start(request: HttpRequest, membership: Membership, token: str) -> HttpResponse:
    """Start the import with the chosen columns, kept under a name when one is given; of a chat, for its group."""
    kept = _kept(request, membership, token)
    with transaction.atomic():
        run = actions.start(
            workspace=membership.workspace, account=kept.account, stored=kept.path, file_name=kept.file_name,
            mapping=_chosen(request, chats.SETTINGS if kept.chat else FIELDS), by=membership, chat=kept.chat,
        )  # fmt: skip
        if not kept.chat and request.POST.get("save_as", "").strip():
            _saved(request, membership, kept)
    del request.session[_key(membership, token)]
    return access.done(request, "", reverse("desk:import_run", args=[membership.workspace.slug, run.id]))


def _run(membership: Membership, run_id: uuid.UUID) -> ImportRun:
    found: ImportRun = access.found(queries.import_run(workspace_id=membership.workspace_id, run_id=run_id))
    return found


def _progress(membership: Membership, run: ImportRun) -> dict[str, Any]:
    pending = queries.counts(membership.workspace)["pending"]
    going_on = run.state in (ImportState.WAITING, ImportState.RUNNING, ImportState.UNDOING)
    kept, kept_total = stayed(run, membership) if run.kept else ([], 0)
    return {
        "hindered": undo.hindrance(run),
        "until": undo.until(run),
        "passed": run.left.get("messages", 0) + run.kept,
        "kept": kept,
        "kept_total": kept_total,
        "run": run,
        "pending": pending,
        "going_on": going_on,
        "reading_on": not going_on and pending > 0,
        "refusals": queries.refusals(run=run),
    }


@access.page(Permission.IMPORT)
def run(request: HttpRequest, membership: Membership, run_id: uuid.UUID) -> HttpResponse:
    """How far an import is; it goes on when the page is left."""
    context = _progress(membership, _run(membership, run_id))
    return access.shown(request, membership, "desk/channels/run.html", "channels", **context)


@access.page(Permission.IMPORT)
def progress(request: HttpRequest, membership: Membership, run_id: uuid.UUID) -> HttpResponse:
    """The moving part of the same."""
    context = _progress(membership, _run(membership, run_id))
    return access.part(request, membership, "desk/channels/progress.html", **context)


@access.page(Permission.IMPORT)
def refused_csv(
    request: HttpRequest,  # noqa: ARG001 - every view is given it
    membership: Membership,
    run_id: uuid.UUID,
) -> StreamingHttpResponse:
    """Every refused row with its reason, as a file that spreadsheets read (UTF-8 with its mark)."""
    run = _run(membership, run_id)
    heading = line([_("Row"), _("Reason"), _("Excerpt")])
    response = StreamingHttpResponse(_lines(heading, run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{run.id}.csv"'
    return response


def _lines(heading: str, run: ImportRun) -> Iterator[str]:
    yield "\ufeff" + heading
    for refusal in queries.every_refusal(run=run):
        yield line([refusal.row, refusal.reason, refusal.excerpt])
