"""Files that a message only named: noted when it comes in, fetched once it is known to be feedback, tried again.

What is not feedback is never fetched, with one exception: a platform that forgets its files within minutes is asked at
once (`Connector.files_at_once`). Everything is one row a file, taken by one job an account: a process that is killed in
between fetches again, and stores it once.
"""

import datetime
import json
import logging
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import TransportError, connector, connectors
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.intake import events
from huixiang.intake.attachments import actions, kinds
from huixiang.intake.models import Attachment, AttachmentState, Message, RemoteFile
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused

log = logging.getLogger(__name__)

PAUSES: Final = (30, 120, 480, 1_800, 7_200)  # seconds from one try to the next; after the last it is given up
PATIENCE: Final = datetime.timedelta(hours=12)  # how long a platform may ask us to wait again and again
TURN: Final = 60.0  # seconds of one turn of an account, until other jobs are let in
LONGEST_REFERENCE: Final = 4_000
LONGEST_ERROR: Final = 400
LARGEST_NUMBER: Final = 2**40
FETCHED_AS: Final = ("name", "media_type", "size", "sha256", "path", "thumb", "width", "height", "state")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a file is not here. `last`: trying again by itself would not help."""

    sentence: str
    last: bool
    again_in: float | None = None


def note(*, account: ChannelAccount, brought: Mapping[uuid.UUID, Sequence[InboundFile]]) -> int:
    """Note which files came with these messages, by their ids; returns how many. The caller holds the transaction.

    They are asked for at once where the platform forgets them within minutes, else when somebody wants them.
    """
    pairs = [_noted(account, message_id, file) for message_id, files in brought.items() for file in _usable(files)]
    if not pairs:
        return 0
    Attachment.objects.bulk_create([attachment for attachment, _remote in pairs])
    RemoteFile.objects.bulk_create([remote for _attachment, remote in pairs])
    if _at_once(account):
        wake(account.id)
    return len(pairs)


def _at_once(account: ChannelAccount) -> bool:
    return connector(account.kind).files_at_once


def _usable(files: Sequence[InboundFile]) -> list[InboundFile]:
    named = [file for file in files if file.reference and len(_written(file)) <= LONGEST_REFERENCE]
    return named[: actions.MOST_FILES]


def _written(file: InboundFile) -> str:
    return json.dumps(dict(file.reference))


def _noted(account: ChannelAccount, message_id: uuid.UUID, file: InboundFile) -> tuple[Attachment, RemoteFile]:
    at_once = _at_once(account)
    attachment = Attachment(
        workspace_id=account.workspace_id, message_id=message_id, media_type="", sha256="", path="",
        name=actions.shown_name(file.name) if file.name.strip() else "", size=min(max(file.size, 0), LARGEST_NUMBER),
        state=AttachmentState.ASKED if at_once else AttachmentState.REMOTE,
    )  # fmt: skip
    remote = RemoteFile(
        attachment=attachment, workspace_id=account.workspace_id, account=account, sort=file.sort,
        reference=encrypt(_written(file)), until=file.until, due_at=timezone.now() if at_once else None,
    )  # fmt: skip
    return attachment, remote


def want(*, message_ids: Iterable[uuid.UUID]) -> int:
    """These messages are feedback, or belong to one: ask for their files; returns how many. Job: intake.fetch_files."""
    rows = RemoteFile.objects.filter(
        attachment__message_id__in=list(message_ids), attachment__state=AttachmentState.REMOTE
    )
    found = list(rows.values_list("attachment_id", "account_id"))
    if found:
        ids = [attachment_id for attachment_id, _account_id in found]
        Attachment.objects.filter(id__in=ids).update(state=AttachmentState.ASKED)
        RemoteFile.objects.filter(attachment_id__in=ids).update(due_at=timezone.now(), tries=0, error="")
    for account_id in dict.fromkeys(account_id for _attachment_id, account_id in found):
        wake(account_id)
    return len(found)


def kinds_that_keep() -> frozenset[str]:
    """The kinds of channels whose messages only name their files."""
    return frozenset(kind for kind, by in connectors().items() if by.keeps_files)


@transaction.atomic
def ask_again(*, attachment: Attachment, actor: Actor) -> None:
    """Let a file be fetched once more. Journal: intake.file_asked_again. Raises Refused for what is not waited for."""
    remote = RemoteFile.objects.select_for_update(of=("self",)).filter(attachment=attachment).first()
    if remote is None or attachment.message_id is None:
        raise Refused(_("This file is here already, or was erased."))
    if Message.objects.filter(id=attachment.message_id, erased_at__isnull=False).exists():
        raise Refused(_("The message was erased, and its files with it."))
    Attachment.objects.filter(id=attachment.id).update(state=AttachmentState.ASKED)
    RemoteFile.objects.filter(attachment=attachment).update(due_at=timezone.now(), tries=0, error="")
    event = events.FileAskedAgain(subject=attachment.id, message_id=attachment.message_id)
    record(event, workspace_id=attachment.workspace_id, actor=actor)
    wake(remote.account_id)


def wake(account_id: uuid.UUID) -> None:
    """Queue a turn of one account: one after the other, so that no platform is asked twice at a time."""
    key = f"intake.fetch_files:{account_id}"
    jobs.queue("intake.fetch_files", once=key, lock=key, account_id=str(account_id))


def wake_due() -> int:
    """Queue a turn of every account with a file whose time it is; returns how many."""
    due = _due().values_list("account_id", flat=True).distinct()
    ids = list(due)
    for account_id in ids:
        wake(account_id)
    return len(ids)


def _due() -> QuerySet[RemoteFile]:
    waiting = RemoteFile.objects.filter(due_at__lte=timezone.now(), attachment__state=AttachmentState.ASKED)
    return waiting.order_by("due_at", "attachment_id")


def fetch_due(account_id: uuid.UUID) -> int:
    """Fetch what is due of one account, the oldest first; returns how many are here now.

    What is left after a turn's time is left to another job. Journal: intake.file_fetched, intake.file_not_fetched.
    """
    end, number = time.monotonic() + TURN, 0
    while remote := _due().filter(account_id=account_id).select_related("attachment", "account__workspace").first():
        if time.monotonic() > end:
            wake(account_id)
            break
        number += _fetch(remote)
    return number


def _fetch(remote: RemoteFile) -> bool:
    """Fetch one file and keep it; what goes wrong is kept with it in words. Returns whether it is here."""
    try:
        brought = _brought(remote)
        try:
            return _kept(remote, brought)
        finally:
            brought.file.close()
    except Refused as refused:
        return _failed(remote, _Trouble(str(refused.sentence), last=True))
    except TransportError as error:
        return _failed(remote, _Trouble(error.sentence, error.permanent or error.pauses, error.again_in))
    except (OperationalError, InterfaceError):
        raise  # the database's trouble is no file's fault: it stays due
    except Exception as error:  # whatever an answer or a picture makes a library do, the others' turn must come
        log.exception("file %s could not be fetched", remote.attachment_id)
        sentence = _("It could not be read (%(why)s).") % {"why": type(error).__name__}
        return _failed(remote, _Trouble(sentence, last=False))


def _brought(remote: RemoteFile) -> Brought:
    most = kinds.largest()
    if remote.attachment.size > most:
        raise Refused(_("It is too large: up to %(most)d MB can be taken.") % {"most": most // kinds.MEGABYTE})
    reference = {str(name): str(value) for name, value in json.loads(decrypt(remote.reference)).items()}
    return connector(remote.account.kind).fetch_file(remote.account, reference)


def _kept(remote: RemoteFile, brought: Brought) -> bool:
    """Check it as an upload is checked, and let it stand where it was awaited; not when it was erased meanwhile."""
    name = remote.attachment.name or brought.name or _spoken_name(remote.sort)
    made = actions.made(workspace=remote.account.workspace, name=name, file=brought.file, size=brought.size)
    made.state = AttachmentState.KEPT
    with transaction.atomic():
        awaited = Attachment.objects.select_for_update().filter(id=remote.attachment_id, state=AttachmentState.ASKED)
        if not awaited.update(**{field: getattr(made, field) for field in FETCHED_AS}):
            return False  # the file just written is a stray, and is removed with the others
        RemoteFile.objects.filter(attachment_id=remote.attachment_id).delete()
        _tell(remote, fetched=True)
    return True


def _spoken_name(sort: str) -> str:
    names = {FileSort.PICTURE: _("picture"), FileSort.FILM: _("film")}
    return str(names.get(FileSort(sort), _("file")))


@transaction.atomic
def _failed(remote: RemoteFile, trouble: _Trouble) -> bool:
    """Try again later, or give up and say why; never here, so False."""
    awaited = Attachment.objects.select_for_update().filter(id=remote.attachment_id, state=AttachmentState.ASKED)
    if not awaited.exists():
        return False
    row, moment = RemoteFile.objects.filter(attachment_id=remote.attachment_id), timezone.now()
    again_at = _next_try(remote, trouble, moment)
    tries = remote.tries + (trouble.again_in is None)
    row.update(due_at=again_at, tries=tries, error=trouble.sentence[:LONGEST_ERROR])
    if again_at is None:
        awaited.update(state=AttachmentState.FAILED)
        _tell(remote, fetched=False)
    return False


def _next_try(remote: RemoteFile, trouble: _Trouble, moment: datetime.datetime) -> datetime.datetime | None:
    """When to try again; None when that would not help, or the platform will have forgotten the file by then."""
    if trouble.last or remote.tries >= len(PAUSES):
        return None
    if trouble.again_in is not None and moment - remote.attachment.created_at > PATIENCE:
        return None
    seconds = trouble.again_in if trouble.again_in is not None else PAUSES[remote.tries]
    at = moment + datetime.timedelta(seconds=seconds)
    return None if remote.until and at > remote.until else at


def _tell(remote: RemoteFile, *, fetched: bool) -> None:
    message_id, subject = remote.attachment.message_id, remote.attachment_id
    if message_id is not None:
        told = (
            events.FileFetched(subject=subject, message_id=message_id)
            if fetched
            else events.FileNotFetched(subject=subject, message_id=message_id)
        )
        record(told, workspace_id=remote.workspace_id, actor=SYSTEM)
