"""Keeping files, letting them belong to what is said, erasing them. Every verb writes its journal event."""

import datetime
import hashlib
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.intake import events
from huixiang.intake.attachments import budgets, kinds, storage
from huixiang.intake.attachments.pictures import encode
from huixiang.intake.models import Attachment, AttachmentState, RemoteFile
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace

MOST_FILES = 9  # of one message
LONGEST_NAME = 100
CHUNK = 256 * 1024
WAITS = datetime.timedelta(hours=24)  # an upload nobody sends
SALT = "huixiang.attachment"


def shown_name(name: str) -> str:
    """A name that can be shown and saved: its last part, one line, no signs that hide or turn the writing round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    ending = Path(kept).suffix[:12]
    return (kept[: LONGEST_NAME - len(ending)] if len(kept) <= LONGEST_NAME else kept[:LONGEST_NAME] + ending) or "file"


@transaction.atomic
def upload(
    *, workspace: Workspace, name: str, file: IO[bytes], size: int, films: bool = True, visitor: bool = False
) -> Attachment:
    """Take a file in; it waits until it is sent with something, for a day at most.

    Pictures are encoded anew. Raises Refused, in words, for what is too large, damaged or not taken, for a film where
    `films` says so, when the disk is nearly full, and for a `visitor` when too much waits in the workspace already.
    """
    if visitor:
        budgets.waiting(workspace, size)
    kept = made(workspace=workspace, name=name, file=file, size=size, films=films)
    kept.save()
    return kept


def made(*, workspace: Workspace, name: str, file: IO[bytes], size: int, films: bool = True) -> Attachment:
    """The file checked and written to its place, as a row that is not stored yet. Raises Refused as `upload` does."""
    name = shown_name(name)
    budgets.disk(size)
    kind = kinds.kind_of(file, name)
    if kind.group == kinds.VIDEO and not films:
        raise Refused(_("“%(name)s” is a film. Sign in to send films; pictures go without.") % {"name": name})
    most = kinds.most_bytes(kind.group)
    if size > most:
        told = {"name": name, "most": most // kinds.MEGABYTE}
        raise Refused(_("“%(name)s” is too large: up to %(most)d MB can be taken.") % told)
    return _picture(workspace, name, file) if kind.group == kinds.PICTURE else _as_it_is(workspace, name, file, kind)


def _picture(workspace: Workspace, name: str, file: IO[bytes]) -> Attachment:
    encoded = encode(file, name)
    return Attachment(
        workspace=workspace, name=Path(name).stem[:LONGEST_NAME] + encoded.ending, media_type=encoded.media_type,
        size=len(encoded.data), sha256=hashlib.sha256(encoded.data).hexdigest(),
        path=storage.write(workspace.id, [encoded.data]), thumb=storage.write(workspace.id, [encoded.thumb]),
        width=encoded.width, height=encoded.height,
    )  # fmt: skip


def _as_it_is(workspace: Workspace, name: str, file: IO[bytes], kind: kinds.Kind) -> Attachment:
    ending = Path(name).suffix.lower()
    digest, size = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    file.seek(0)
    path = storage.write(workspace.id, chunks())
    named = name if ending in kind.endings else Path(name).stem + kind.endings[0]
    return Attachment(
        workspace=workspace, name=named, media_type=kind.media_type, size=size, sha256=digest.hexdigest(), path=path,
    )  # fmt: skip


def ticket(attachment: Attachment) -> str:
    """What proves, in a form, that its sender uploaded this file: signed, good for a day."""
    return signing.dumps(str(attachment.id), salt=SALT)


def claimed(*, workspace_id: uuid.UUID, tickets: Sequence[str]) -> list[Attachment]:
    """The waiting files these tickets stand for, in their order; a ticket that is none, or is used up, is left out.

    Raises Refused for more files than a message can have.
    """
    ids = []
    for one in tickets:
        try:
            ids.append(uuid.UUID(signing.loads(one, salt=SALT, max_age=WAITS)))
        except (signing.BadSignature, ValueError):
            continue
    if len(set(ids)) > MOST_FILES:
        raise Refused(_("Up to %(most)d files can be sent at once.") % {"most": MOST_FILES})
    rows = Attachment.objects.filter(workspace_id=workspace_id, id__in=ids, state=AttachmentState.WAITING)
    found = {one.id: one for one in rows}
    return [found[one] for one in dict.fromkeys(ids) if one in found]


@transaction.atomic
def keep(
    *,
    attachments: Sequence[Attachment],
    message_id: uuid.UUID | None = None,
    turn_id: uuid.UUID | None = None,
    member_id: uuid.UUID | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Let waiting files belong to a message or a turn; returns how many. Journal: intake.attachments_kept."""
    if not attachments:
        return 0
    waiting = Attachment.objects.filter(id__in=[one.id for one in attachments], state=AttachmentState.WAITING)
    number = waiting.update(
        state=AttachmentState.KEPT, message_id=message_id, turn_id=turn_id, member_id=member_id
    )
    if number:
        event = events.AttachmentsKept(subject=attachments[0].id, files=number)
        record(event, workspace_id=attachments[0].workspace_id, actor=actor)
    return number


@transaction.atomic
def opened(*, attachment: Attachment, actor: Actor) -> None:
    """Somebody of the team takes the file itself, where nothing is masked. Journal: intake.attachment_opened."""
    record(events.AttachmentOpened(subject=attachment.id), workspace_id=attachment.workspace_id, actor=actor)


@transaction.atomic
def erase_of_messages(*, workspace_id: uuid.UUID, message_ids: Iterable[Any]) -> int:
    """Erase the files that came with these messages; returns how many. Journal: intake.attachments_erased."""
    return _told(workspace_id, _erase(Q(workspace_id=workspace_id, message_id__in=message_ids)))


@transaction.atomic
def erase_of_members(*, workspace_id: uuid.UUID, member_ids: Sequence[uuid.UUID]) -> int:
    """Erase every file these members sent, or were sent; returns how many. Journal: intake.attachments_erased."""
    return _told(workspace_id, _erase(Q(workspace_id=workspace_id, member_id__in=list(member_ids))))


def _erase(which: Q) -> int:
    """Mark rows; the files themselves go by a job, so that none stays behind and none goes for a change undone.

    What still lies with its platform is never fetched: the way to it is forgotten.
    """
    RemoteFile.objects.filter(attachment__in=Attachment.objects.filter(which)).delete()
    number = Attachment.objects.filter(which).exclude(state=AttachmentState.ERASED).update(
        state=AttachmentState.ERASED, name="", sha256=""
    )
    if number:
        jobs.queue("intake.remove_files", once="intake.remove_files")
    return number


def _told(workspace_id: uuid.UUID, number: int) -> int:
    if number:
        record(events.AttachmentsErased(subject=workspace_id, files=number), workspace_id=workspace_id)
    return number


def remove_files() -> int:
    """Remove the files of what was erased and of uploads nobody sent within a day; returns how many rows."""
    old = Q(state=AttachmentState.WAITING, created_at__lt=timezone.now() - WAITS)
    gone = list(Attachment.objects.filter(Q(state=AttachmentState.ERASED) & ~Q(path="") | old)[:1_000])
    for one in gone:
        storage.remove([one.path, one.thumb])
    Attachment.objects.filter(id__in=[one.id for one in gone]).update(
        state=AttachmentState.ERASED, name="", sha256="", path="", thumb=""
    )
    return len(gone)


def remove_strays() -> int:
    """Remove files no row knows of: a transaction that kept them was undone. Returns how many."""
    before = (timezone.now() - WAITS).timestamp()
    places = list(storage.left_since(before))
    known: set[str] = set()
    for start in range(0, len(places), 500):
        some = places[start : start + 500]
        rows = Attachment.objects.filter(Q(path__in=some) | Q(thumb__in=some)).values_list("path", "thumb")
        known |= {place for row in rows for place in row}
    strays = [place for place in places if place not in known]
    storage.remove(strays)
    return len(strays)
