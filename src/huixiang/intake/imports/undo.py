"""Taking an import back: until when, by whom, and how far it is.

What reading made of the messages is above this package, so the job that does it is too (`triage.undo_import`); it takes
the messages from here, lot by lot, and gives back what it let go and what it had to keep.
"""

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.intake import events
from huixiang.intake.imports import uploads
from huixiang.intake.models import (
    IdempotencyKey,
    ImportedMessage,
    ImportKept,
    ImportRun,
    ImportState,
    Message,
    WorkedOn,
)
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused

DAYS: Final = 7
WITHIN: Final = datetime.timedelta(days=DAYS)
TAKEN_BACK: Final = (ImportState.UNDOING, ImportState.UNDONE)
COUNTED: Final = ("messages", "feedback", "cases", "themes", "members")

Kept = Mapping[tuple[str, uuid.UUID], WorkedOn]  # kind and id of what stays → why


def until(run: ImportRun) -> datetime.datetime:
    """When it can no longer be taken back: a week after it ended, or began if it never ended."""
    return (run.finished_at or run.created_at) + WITHIN


def hindrance(run: ImportRun) -> str:
    """Why an import cannot be taken back, in a sentence; "" when it can."""
    if run.state in TAKEN_BACK:
        return _("This import was taken back already.")
    if run.state == ImportState.WAITING:
        return ""
    if timezone.now() > until(run):
        return _("An import can be taken back for %(days)d days; these are over.") % {"days": DAYS}
    if run.state != ImportState.RUNNING and not run.brought.exists():
        return _("Nothing new came in by this import, so there is nothing to take back.")
    return ""


@transaction.atomic
def ask(*, run: ImportRun, actor: Actor) -> ImportRun:
    """Take an import back. One that still runs stops. Job: triage.undo_import. Journal: intake.import_undo_asked.

    Raises Refused when it was taken back already, its days are over or nothing came in by it.
    """
    asked = locked(run.id)
    if hindered := hindrance(asked):
        raise Refused(hindered)
    asked.state, asked.error, asked.undo_asked_at = ImportState.UNDOING, "", timezone.now()
    asked.to_take, asked.left, asked.kept = asked.brought.count(), dict.fromkeys(COUNTED, 0), 0
    asked.save(update_fields=["state", "error", "undo_asked_at", "to_take", "left", "kept"])
    event = events.ImportUndoAsked(subject=asked.id, messages=asked.to_take)
    record(event, workspace_id=asked.workspace_id, actor=actor)
    go_on(asked)
    return asked


def go_on(run: ImportRun) -> None:
    """Queue the job that takes it back, or the rest of it. It takes its turn with the one that reads messages."""
    jobs.queue("triage.undo_import", lock=f"triage.process:{run.workspace_id}", run_id=str(run.id))


def locked(run_id: uuid.UUID) -> ImportRun:
    """The import as it is now; nobody else changes it until the transaction ends."""
    return ImportRun.objects.select_for_update(of=("self",)).select_related("account", "workspace").get(id=run_id)


def next_lot(run: ImportRun, most: int) -> list[uuid.UUID]:
    """Messages it brought that were not gone through yet."""
    return list(run.brought.order_by("message_id").values_list("message_id", flat=True)[:most])


def let_go(run: ImportRun, gone: Mapping[uuid.UUID, str]) -> None:
    """Delete these messages, ids with external ids. Without its key the same row of the next file is new again."""
    Message.objects.filter(workspace_id=run.workspace_id, id__in=list(gone)).delete()
    IdempotencyKey.objects.filter(account_id=run.account_id, external_id__in=list(gone.values())).delete()


def note(run: ImportRun, *, passed: Collection[uuid.UUID], stay: int, kept: Kept, left: Mapping[str, int]) -> None:
    """Keep what became of a lot: `passed` are its messages, `stay` how many of them stay, `left` how much went."""
    ImportedMessage.objects.filter(run=run, message_id__in=passed).delete()
    ImportKept.objects.bulk_create(
        [
            ImportKept(workspace_id=run.workspace_id, run=run, kind=kind, subject_id=subject_id, reason=reason)
            for (kind, subject_id), reason in kept.items()
        ],
        ignore_conflicts=True,
    )
    run.left = {name: run.left.get(name, 0) + left.get(name, 0) for name in COUNTED}
    run.kept += stay
    run.save(update_fields=["left", "kept"])


def finish(run: ImportRun) -> None:
    """All of it was gone through; its file is removed. Journal: intake.import_undone."""
    run.state, run.undone_at = ImportState.UNDONE, timezone.now()
    run.left = dict.fromkeys(COUNTED, 0) | run.left
    run.save(update_fields=["state", "undone_at", "left"])
    counts = {name: run.left[name] for name in ("messages", "feedback", "cases", "themes")}
    event = events.ImportUndone(subject=run.id, kept=run.kept, **counts)
    record(event, workspace_id=run.workspace_id, actor=SYSTEM)
    uploads.remove_done(run)


def forget_old() -> int:
    """Drop which messages came by imports that can no longer be taken back; returns how many. Every night."""
    before = timezone.now() - WITHIN
    over = ImportRun.objects.exclude(state__in=[ImportState.RUNNING, ImportState.UNDOING])
    gone, _by_model = ImportedMessage.objects.filter(
        run__in=over.filter(finished_at__lt=before) | over.filter(finished_at=None, created_at__lt=before)
    ).delete()
    return gone
