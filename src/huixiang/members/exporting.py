"""Everything stored about one member: what there is, and all of it as one file."""

import datetime
import json
import os
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.members import events, traces
from huixiang.members.models import DataExport, ExportState, Member
from huixiang.members.traces import Person, Trace

KEPT: Final = datetime.timedelta(days=7)
UNFINISHED: Final = ".part"
LOST_AFTER: Final = datetime.timedelta(hours=2)
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """One kind of thing that is kept: how many, for how long, and what becomes of it when the person is erased."""

    word: Promise | str
    count: int
    retention: Promise | str
    fate: Promise | str


def stored(member: Member) -> list[Stored]:
    """What is kept of a member, kind by kind; kinds of which there is nothing are left out."""
    who = traces.person(member)
    found = [
        Stored(trace.word, trace.rows(who).count(), trace.retention, trace.fate)
        for trace in traces.table.traces[::-1]
        if trace.word
    ]
    return [one for one in found if one.count]


@transaction.atomic
def ask(*, member: Member, actor: Actor) -> DataExport:
    """Have the file put together; one that is on its way is not begun twice. Journal: members.export_asked."""
    member = Member.objects.select_for_update(of=("self",)).get(id=member.id)
    if member.erasing_at or member.erased_at:
        raise Refused(_("Everything is hidden for the erasure. Take it back first, then export."))
    going_on = latest(member, of=actor)
    if going_on and going_on.state in (ExportState.WAITING, ExportState.RUNNING):
        return going_on
    made = DataExport.objects.create(
        workspace_id=member.workspace_id, member=member, asked_by_kind=actor.kind, asked_by_id=actor.id
    )
    event = events.ExportAsked(subject=member.id, export_id=made.id)
    record(event, workspace_id=member.workspace_id, actor=actor)
    jobs.queue("members.export", export_id=str(made.id))
    return made


def latest(member: Member, *, of: Actor) -> DataExport | None:
    """The newest export that this side (staff, or the member) asked for and that has not expired."""
    asked = member.exports.filter(asked_by_kind=of.kind).exclude(state=ExportState.GONE)
    return asked.order_by("-asked_at").first()


def ready(*, workspace_id: uuid.UUID, export_id: uuid.UUID, kind: str) -> DataExport | None:
    """A file that can be fetched; None for another side's, an unfinished or an expired one."""
    found = DataExport.objects.filter(
        workspace_id=workspace_id, id=export_id, asked_by_kind=kind, state=ExportState.READY, expires_at__gt=Now(),
        member__erasing_at=None, member__erased_at=None,
    )  # fmt: skip
    export = found.select_related("member").first()
    return export if export and path_of(export.id).is_file() else None


@transaction.atomic
def fetched(*, export: DataExport, actor: Actor) -> Path:
    """The file, for whoever may have it. Journal: members.export_fetched."""
    event = events.ExportFetched(subject=export.member_id, export_id=export.id)
    record(event, workspace_id=export.workspace_id, actor=actor)
    return path_of(export.id)


def path_of(export_id: uuid.UUID) -> Path:
    """Where an export rests."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"{export_id}.zip"


def run(export_id: uuid.UUID) -> None:
    """Put the file together; safe to run again. What stopped it stands in the state, not in the file."""
    export = DataExport.objects.select_related("member", "workspace").filter(id=export_id).first()
    if export is None or export.state not in (ExportState.WAITING, ExportState.RUNNING, ExportState.FAILED):
        return
    told = [trace for trace in traces.table.traces[::-1] if trace.word]
    DataExport.objects.filter(id=export_id).update(state=ExportState.RUNNING, total=len(told), done=0)
    path = path_of(export_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(UNFINISHED)
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            _write(file, export, told, lambda done: DataExport.objects.filter(id=export_id).update(done=done))
    except BaseException:  # a worker that is stopped leaves nothing behind, either
        draft.unlink(missing_ok=True)
        DataExport.objects.filter(id=export_id).update(state=ExportState.FAILED)
        raise
    draft.rename(path)
    now = timezone.now()
    changed = {"state": ExportState.READY, "size": path.stat().st_size, "ready_at": now, "expires_at": now + KEPT}
    if not DataExport.objects.filter(id=export_id, member__erasing_at=None, member__erased_at=None).update(**changed):
        path.unlink(missing_ok=True)  # the member asked to be erased meanwhile


def _write(file: Any, export: DataExport, told: list[Trace], on_progress: Callable[[int], Any]) -> None:
    who = traces.person(export.member)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"community": export.workspace.community_name or export.workspace.name, "made_at": timezone.now()}
        about["contents"] = [{"file": f"{trace.key}.json", "what": str(trace.word)} for trace in told]
        archive.writestr("about.json", _json(about))
        for done, trace in enumerate(told, start=1):
            archive.writestr(f"{trace.key}.json", _json(_rows(trace, who)))
            if trace.files:
                _add_files(archive, trace, who)
            on_progress(done)


def _rows(trace: Trace, who: Person) -> list[dict[str, Any]]:
    return list(trace.rows(who).order_by("pk").values(*trace.told).iterator(chunk_size=AT_A_TIME))


def _add_files(archive: zipfile.ZipFile, trace: Trace, who: Person) -> None:
    home = Path(settings.MEDIA_ROOT).resolve()
    for row in trace.rows(who).order_by("pk").iterator(chunk_size=AT_A_TIME):
        for place in list(trace.files(row) if trace.files else [])[:1]:
            path = (home / place).resolve()
            if path.is_relative_to(home) and path.is_file():
                name = "".join(sign for sign in str(row) if sign not in '/\\:*?"<>|' and sign.isprintable())
                archive.write(path, f"files/{str(row.pk)[-6:]}-{name[-80:] or 'file'}")


def _json(value: Any) -> str:
    return json.dumps(value, cls=traces.Exact, ensure_ascii=False, indent=1)


def expire() -> int:
    """Remove what was ready for a week, or was begun and never ended; returns how many."""
    now = timezone.now()
    old = DataExport.objects.filter(state=ExportState.READY, expires_at__lte=now)
    ids = list(old.values_list("id", flat=True))
    for export_id in ids:
        path_of(export_id).unlink(missing_ok=True)
    DataExport.objects.filter(id__in=ids).update(state=ExportState.GONE, size=0)
    DataExport.objects.filter(
        state__in=[ExportState.WAITING, ExportState.RUNNING], asked_at__lt=now - LOST_AFTER
    ).update(state=ExportState.FAILED)
    _sweep(before=now - LOST_AFTER)
    return len(ids)


def _sweep(*, before: datetime.datetime) -> None:
    """Remove what a killed worker left: beginnings, and files whose export does not know of them."""
    folder = Path(settings.MEDIA_ROOT) / "exports"
    old = [one for one in folder.glob("*.*") if one.is_file() and one.stat().st_mtime < before.timestamp()]
    ready = DataExport.objects.filter(state=ExportState.READY).values_list("id", flat=True)
    known = {path_of(export_id).name for export_id in ready}
    for path in old:
        if path.suffix == UNFINISHED or (path.suffix == ".zip" and path.name not in known):
            path.unlink(missing_ok=True)
