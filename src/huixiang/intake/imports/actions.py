"""Keeping a file, starting its import, taking it through."""

import itertools
import re
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.engine.masking import mask
from huixiang.intake.actions import DUPLICATE, STORED, Receipt, receive
from huixiang.intake.events import ImportFinished
from huixiang.intake.imports import mapping as mappings
from huixiang.intake.imports import reading, sources
from huixiang.intake.imports.sources import Item
from huixiang.intake.imports.table import Row
from huixiang.intake.models import ImportedMessage, ImportRefusal, ImportRun, ImportState
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace

KIND = "import"  # the kind of channel account that files come in by
BATCH = 1_000
EXCERPT_SIGNS = 200
READ_SIGNS = 400  # what is looked at for an excerpt
REASON_SIGNS = 300
FILE_NAME_SIGNS = 200

Progress = Callable[[ImportRun], None]


def keep_upload(*, workspace: Workspace, file_name: str, chunks: Iterable[bytes]) -> Path:
    """Keep an uploaded file under a name nobody can guess; raises Refused when it is larger than allowed."""
    folder = Path(settings.MEDIA_ROOT) / "imports" / str(workspace.id)
    folder.mkdir(parents=True, exist_ok=True)
    ending = ".xlsx" if file_name.lower().endswith(".xlsx") else ".csv"
    stored = folder / (secrets.token_hex(16) + ending)
    try:
        with stored.open("xb") as file:
            _write(file.write, chunks)
    except BaseException:
        stored.unlink(missing_ok=True)
        raise
    stored.chmod(0o600)
    return stored


def _write(write: Callable[[bytes], int], chunks: Iterable[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.IMPORT_MAX_BYTES:
            raise Refused(
                _("The file is larger than %(megabytes)d MB; split it and import the parts.")
                % {"megabytes": settings.IMPORT_MAX_BYTES // 1024 // 1024}
            )
        write(chunk)


def start(
    *,
    workspace: Workspace,
    account: ChannelAccount,
    stored: Path,
    file_name: str,
    mapping: Mapping[str, str],
    by: Membership | None,
    chat: bool = False,
) -> ImportRun:
    """Note an import and queue the job that does it. Job: intake.run_import.

    `mapping` says which column is what; of a chat its `group`, `year` and `order`. Raises Refused when the file is
    neither, the mapping does not fit it, or the account takes no files.
    """
    with transaction.atomic():
        run = note(
            workspace=workspace, account=account, stored=stored, file_name=file_name, mapping=mapping, by=by, chat=chat
        )
        jobs.queue("intake.run_import", lock=f"intake.run_import:{run.id}", run_id=str(run.id))
    return run


def note(
    *,
    workspace: Workspace,
    account: ChannelAccount,
    stored: Path,
    file_name: str,
    mapping: Mapping[str, str],
    by: Membership | None,
    chat: bool = False,
) -> ImportRun:
    """Note an import without queueing it, for whoever calls `run` at once. Raises Refused as `start` does."""
    if account.workspace_id != workspace.id or account.kind != KIND:
        raise Refused(_("“%(channel)s” is not a channel for imported files.") % {"channel": account.slug})
    archive, kept, total = (
        sources.settings_of_chat(stored, file_name, mapping) if chat else ("", _fitting(mapping, stored), 0)
    )
    return ImportRun.objects.create(
        workspace=workspace,
        account=account,
        started_by=by.id if by else None,
        file_name=_shown_name(file_name),
        path=str(stored),
        archive=archive,
        mapping=kept,
        total=total,
    )


def _fitting(mapping: Mapping[str, str], stored: Path) -> dict[str, str]:
    with closing(reading.open_table(stored)) as table:
        kept = mappings.checked(mapping, table.columns)
    mappings.check_addresses(kept, table.columns, reading.preview(stored).rows)
    return kept


def _shown_name(file_name: str) -> str:
    """A browser's file name without folders, control signs or anything no database keeps."""
    plain = re.split(r"[\\/]", file_name)[-1]
    return "".join(sign for sign in plain if sign.isprintable())[:FILE_NAME_SIGNS] or "?"


def end_cut_off(*, account: ChannelAccount, stored: Path) -> None:
    """Close the runs of a file that a killed command left open; the next run of it finds what they stored."""
    left = ImportRun.objects.filter(account=account, path=str(stored), state=ImportState.RUNNING)
    left.update(
        state=ImportState.FAILED,
        error=_("The command was stopped in the middle; the file was imported again."),
        finished_at=timezone.now(),
    )


def run(run_id: uuid.UUID, on_progress: Progress | None = None) -> ImportRun:
    """Take a file through, a batch a transaction; `on_progress` is called after each.

    What is stored and how far it came are committed together, so a killed import goes on where it stopped and a
    finished one stays as it is. Journal: intake.import_finished at the end. Raises Refused, noted on the run, when the
    file cannot be read (any more).
    """
    begun = _begin(run_id)
    if begun.state != ImportState.RUNNING:
        return begun
    try:
        begun.total = begun.total or _count(begun)
        _take_through(begun, on_progress or (lambda _run: None))
    except Refused as error:
        ImportRun.objects.filter(id=run_id, state=ImportState.RUNNING).update(
            state=ImportState.FAILED, error=str(error.sentence), finished_at=timezone.now()
        )
        raise
    return _finish(run_id)


@transaction.atomic
def _begin(run_id: uuid.UUID) -> ImportRun:
    begun = _locked(run_id)
    if begun.state in {ImportState.WAITING, ImportState.FAILED}:
        begun.state, begun.error, begun.finished_at = ImportState.RUNNING, "", None
        begun.save(update_fields=["state", "error", "finished_at"])
    return begun


def _locked(run_id: uuid.UUID) -> ImportRun:
    found = ImportRun.objects.select_for_update(of=("self",)).select_related("account", "workspace")
    return found.get(id=run_id)


def _count(begun: ImportRun) -> int:
    """How many rows there will be, for whoever watches the progress."""
    total = sources.total(begun)
    ImportRun.objects.filter(id=begun.id).update(total=total)
    return total


def _take_through(begun: ImportRun, on_progress: Progress) -> None:
    with closing(sources.opened(begun)) as source:
        done = 0
        for items in _batches(source.items):  # those done before are read too: ordinals
            done += len(items)
            if done > begun.read:
                on_progress(_commit(begun.id, items[begun.read - done :], done))


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(itertools.islice(items, BATCH)):
        yield batch


@transaction.atomic
def _commit(run_id: uuid.UUID, messages: Sequence[Item], done: int) -> ImportRun:
    """Store one batch with its refusals and how far the file has come."""
    state = _locked(run_id)
    if state.state in {ImportState.UNDOING, ImportState.UNDONE}:
        raise Refused(_("This import is being taken back."))
    if state.read != done - len(messages):
        raise Refused(_("This import is already being run elsewhere."))
    good = [message for _row, message in messages if isinstance(message, InboundMessage)]
    refusals = [_refused(state, row, reason) for row, reason in messages if isinstance(reason, str)]
    receipts = receive(account=state.account, messages=good) if good else []
    _remember(state, receipts)
    ImportRefusal.objects.bulk_create(refusals, ignore_conflicts=True)
    state.read = done
    state.total = max(state.total, done)
    state.stored += sum(receipt.status == STORED for receipt in receipts)
    state.duplicate += sum(receipt.status == DUPLICATE for receipt in receipts)
    state.refused += len(refusals)
    state.left_out += sum(message is None for _row, message in messages)
    state.save(update_fields=["read", "total", "stored", "duplicate", "refused", "left_out"])
    return state


def _remember(state: ImportRun, receipts: Sequence[Receipt]) -> None:
    """Which messages came by this import, so that it can be taken back."""
    brought = [receipt.id for receipt in receipts if receipt.status == STORED and receipt.id]
    ImportedMessage.objects.bulk_create(
        ImportedMessage(message_id=one, workspace_id=state.workspace_id, run=state) for one in brought
    )


def _refused(state: ImportRun, row: Row, reason: str) -> ImportRefusal:
    shown = " | ".join(cell[:READ_SIGNS] for cell in row.cells)[:READ_SIGNS]
    excerpt = mask(shown).text  # before it is cut: half a number would not be known as one
    return ImportRefusal(
        workspace_id=state.workspace_id,
        run=state,
        row=row.number,
        reason=_storable(reason)[:REASON_SIGNS],
        excerpt=_storable(excerpt)[:EXCERPT_SIGNS],
    )


def _storable(text: str) -> str:
    return text.replace("\0", "�").encode("utf-8", "replace").decode()


@transaction.atomic
def _finish(run_id: uuid.UUID) -> ImportRun:
    done = _locked(run_id)
    if done.state == ImportState.RUNNING:
        done.state, done.total, done.finished_at = ImportState.DONE, done.read, timezone.now()
        done.save(update_fields=["state", "total", "finished_at"])
        event = ImportFinished(subject=done.id, stored=done.stored, duplicate=done.duplicate, refused=done.refused)
        actor = Actor("staff", done.started_by) if done.started_by else SYSTEM
        record(event, workspace_id=done.workspace_id, actor=actor)
    return done
