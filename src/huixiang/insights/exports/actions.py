"""Asking for a file of verbatims, writing it, letting it go."""

import datetime
import secrets
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huixiang.insights.events import VerbatimsExported
from huixiang.insights.exports.rows import AT_ONCE, WIDTHS, headings, rows
from huixiang.insights.exports.spreadsheet import MOMENT, Cell, Table, write_csv, write_xlsx
from huixiang.insights.models import Export, ExportState, Format
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.themes import verbatims
from huixiang.themes.verbatims import Filters
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

AT_ONCE_UP_TO: Final = 2_000  # rows written while the person waits; more are written by a job
KEPT: Final = datetime.timedelta(days=3)
LOST_AFTER: Final = datetime.timedelta(hours=2)
ERROR_SIGNS: Final = 300


@transaction.atomic
def ask(
    *, by: Membership, theme_ids: Sequence[uuid.UUID], filters: Filters, words: Sequence[tuple[str, str]],
    file_format: str, unmasked: bool = False,
) -> Export:  # fmt: skip
    """Ask for the verbatims of these themes as a file in the active language; a long one is queued.

    Journal: insights.verbatims_exported. Job: insights.write_export beyond AT_ONCE_UP_TO rows. Raises Refused for an
    unknown format, for nothing to write, and for personal data without the permission.
    """
    if file_format not in Format.values:
        raise Refused(_("Choose XLSX or CSV."))
    if unmasked and not holds(by, Permission.UNMASK):
        raise Refused(_("Your role sees personal data masked: export it masked."))
    total = verbatims.narrowed(workspace=by.workspace, theme_ids=theme_ids, filters=filters).count()
    if not total:
        raise Refused(_("There is nothing to export: no verbatim fits what is chosen."))
    asked = Export.objects.create(
        workspace_id=by.workspace_id, by=by, format=file_format, language=translation.get_language() or "zh-hans",
        unmasked=unmasked, themes=[str(theme_id) for theme_id in theme_ids], filters=_as_text(filters),
        words=[list(pair) for pair in words], total=total,
    )  # fmt: skip
    event = VerbatimsExported(
        subject=asked.id, feedbacks=total, themes=len(theme_ids), unmasked=unmasked, format=file_format,
        theme_id=theme_ids[0] if len(theme_ids) == 1 else None,
    )  # fmt: skip
    record(event, workspace_id=by.workspace_id, actor=Actor("staff", by.id))
    if total > AT_ONCE_UP_TO:
        jobs.queue("insights.write_export", export_id=str(asked.id))
    return asked


def _as_text(filters: Filters) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(filters).items() if value}


def _filters(stored: dict[str, str]) -> Filters:
    values: dict[str, Any] = dict(stored)
    if "account_id" in values:
        values["account_id"] = uuid.UUID(values["account_id"])
    if "since" in values:
        values["since"] = datetime.date.fromisoformat(values["since"])
    return Filters(**values)


def write(*, export_id: uuid.UUID) -> Export:
    """Write the file that was asked for; how far it is can be seen meanwhile. One that is ready stays as it is.

    Where it goes is kept before the first sign is written, and whatever stops the writing takes the file along. Raises
    what stopped it; of an OSError the words are kept.
    """
    asked = Export.objects.select_related("workspace", "by__user").get(id=export_id)
    if asked.state in (ExportState.DONE, ExportState.GONE):
        return asked
    path = _place(asked)
    try:
        with translation.override(asked.language), timezone.override(ZoneInfo(asked.workspace.time_zone)):
            _write(asked, path)
    except BaseException as error:
        path.unlink(missing_ok=True)
        words = str(error.strerror)[:ERROR_SIGNS] if isinstance(error, OSError) else ""
        failed = {"state": ExportState.FAILED, "error": words, "path": "", "finished_at": timezone.now()}
        _running(asked).update(**failed)
        raise
    if not _running(asked).update(state=ExportState.DONE, finished_at=timezone.now(), written=asked.total):
        path.unlink(missing_ok=True)  # it was taken back meanwhile, as somebody in it asked to be erased
    asked.refresh_from_db()
    return asked


def _running(asked: Export) -> QuerySet[Export]:
    return Export.objects.filter(id=asked.id, state=ExportState.RUNNING)


def _place(asked: Export) -> Path:
    """A file nobody else reads, under a name nobody can guess, noted before it is there; an earlier one goes."""
    folder = Path(settings.MEDIA_ROOT) / "exports" / str(asked.workspace_id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.{asked.format}"
    if asked.path:
        Path(asked.path).unlink(missing_ok=True)
    wanted = Export.objects.filter(id=asked.id).exclude(state=ExportState.GONE)
    wanted.update(state=ExportState.RUNNING, written=0, path=str(path))
    path.touch(mode=0o600)
    return path


def _write(asked: Export, path: Path) -> None:
    theme_ids = [uuid.UUID(theme_id) for theme_id in asked.themes]
    found = verbatims.every(workspace=asked.workspace, theme_ids=theme_ids, filters=_filters(asked.filters))
    lines = _counted(asked, rows(found, workspace_id=asked.workspace_id, unmasked=asked.unmasked))
    table = Table(_("Verbatims"), headings(), lines, WIDTHS)
    if asked.format == Format.CSV:
        write_csv(path, table)
    else:
        write_xlsx(path, table, about=_about(asked), about_title=_("About this file"))


def _counted(asked: Export, lines: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % AT_ONCE == 0:
            Export.objects.filter(id=asked.id).update(written=number)


def _about(asked: Export) -> list[tuple[str, str]]:
    masked = _("shown, as the role allows; the journal keeps who took it") if asked.unmasked else _("masked")
    return [
        (_("Workspace"), asked.workspace.name),
        *[(what, value) for what, value in asked.words],
        (_("Verbatims"), str(asked.total)),
        (_("Personal data"), masked),
        (_("Exported by"), asked.by.user.name),
        (_("Exported at"), f"{timezone.localtime(asked.created_at).strftime(MOMENT)} {asked.workspace.time_zone}"),
    ]


def forget_old() -> int:
    """Delete the files older than KEPT; returns how many. What was exported, by whom and when stays in the journal."""
    old = Export.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(state=ExportState.GONE)
    forgotten = _let_go(old)
    _sweep()
    return forgotten


@transaction.atomic
def forget_about(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> int:
    """Delete the files with verbatims of these themes, ready or being written; returns how many."""
    wanted = Q()
    for theme_id in theme_ids:
        wanted |= Q(themes__contains=[str(theme_id)])
    found = Export.objects.filter(wanted, workspace_id=workspace_id).exclude(state=ExportState.GONE)
    return _let_go(found) if theme_ids else 0


def _let_go(exports: QuerySet[Export]) -> int:
    paths = dict(exports.values_list("id", "path"))
    done = Export.objects.filter(id__in=list(paths)).update(state=ExportState.GONE, path="", filters={}, words=[])
    transaction.on_commit(lambda: _unlink(paths.values()))
    return done


def _unlink(paths: Iterable[str]) -> None:
    for path in filter(None, paths):
        Path(path).unlink(missing_ok=True)


def _sweep() -> None:
    """Remove files no export knows of: a killed worker, or one of an earlier release, left them."""
    before = (timezone.now() - LOST_AFTER).timestamp()
    known = set(Export.objects.exclude(path="").values_list("path", flat=True))
    for path in (Path(settings.MEDIA_ROOT) / "exports").glob("*/*"):
        if path.suffix[1:] in Format.values and str(path) not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def of_person(*, by: Membership, export_id: uuid.UUID) -> Export | None:
    """An export somebody asked for; nobody else finds it."""
    return Export.objects.filter(workspace_id=by.workspace_id, by=by, id=export_id).first()
