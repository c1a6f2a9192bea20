"""A room's record: a page to print, and the same as a file."""

import datetime
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.desk import access
from huixiang.desk.journal_words import tell_all
from huixiang.desk.war_rooms.room import SECTION, context, room_of
from huixiang.insights.exports.spreadsheet import Table, write_xlsx
from huixiang.war_rooms import closing, queries
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

Row = tuple[str, datetime.datetime | None, str, str, str]
STORY: Final = 2_000
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
}


@access.page()
def printed(request: HttpRequest, membership: Membership, room_id: uuid.UUID) -> HttpResponse:
    """The record on paper: everything in order, nothing to press."""
    room = room_of(membership, room_id)
    shown = context(membership, room)
    shown["story"] = tell_all(queries.story(room, limit=STORY), membership.workspace)[::-1]
    shown["figures"] = closing.figures(room)
    return access.shown(request, membership, "desk/war_rooms/print.html", SECTION, **shown)


@access.page(Permission.EXPORT)
def file(
    request: HttpRequest,  # noqa: ARG001 - every view is given it
    membership: Membership,
    room_id: uuid.UUID,
    suffix: str,
) -> HttpResponseBase:
    """The record as XLSX or Markdown. The journal keeps who took it."""
    if suffix not in TYPES:
        raise Http404
    room = room_of(membership, room_id)
    rows = list(_rows(membership, room))
    closing.note_export(room=room, by=membership, form=suffix)
    name = f"war-room-{room.number}.{suffix}"
    if suffix == "md":
        text = "\n".join(_markdown(room, rows))
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(text, content_type=TYPES[suffix], headers=headers)
    return FileResponse(_xlsx(room, rows), as_attachment=True, filename=name, content_type=TYPES[suffix])


def _about(room: Room) -> list[tuple[str, str]]:
    opened, closed = timezone.localtime(room.opened_at), room.closed_at and timezone.localtime(room.closed_at)
    return [
        (_("War room"), f"{room.number} · {room.name}"),
        (_("Opened"), f"{opened:%Y-%m-%d %H:%M}"),
        (_("State"), str(room.get_state_display()) + (f" {closed:%Y-%m-%d %H:%M}" if closed else "")),
    ]


def _xlsx(room: Room, rows: list[Row]) -> Any:
    headings = [_("What"), _("When"), _("Who"), _("State"), _("Words")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.xlsx"
        table = Table(_("Record"), headings, rows, (20, 17, 14, 14, 90))
        write_xlsx(path, table, about=_about(room), about_title=_("War room"))
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        file.write(path.read_bytes())
    file.seek(0)
    return file


def _markdown(room: Room, rows: list[Row]) -> Iterator[str]:
    yield f"# {room.name}"
    yield ""
    for what, value in _about(room):
        yield f"- {what}: {value}"
    part = ""
    for what, at, who, state, words in rows:
        if what != part:
            part = what
            yield from ("", f"## {what}", "")
        when = f"{timezone.localtime(at):%m-%d %H:%M} " if at else ""
        told = " · ".join(filter(None, [who, state]))
        yield f"- {when}{told}: " + words.replace("\n", "\n  ") if told else f"- {when}{words}"


def _rows(membership: Membership, room: Room) -> Iterator[Row]:
    """Everything in the room, part by part."""
    yield from _reviewed(room)
    for seat in queries.seats(room):
        left = f"{timezone.localtime(seat.left_at):%m-%d %H:%M}" if seat.left_at else ""
        who = str(seat.membership)
        yield _("Who is in"), seat.joined_at, who, str(seat.get_part_display()), left and _("until %s") % left
    for fact in queries.facts(room):
        yield _("What is known"), fact.at, _name(fact.by), str(fact.get_state_display()), _joined(fact.text, fact.why)
    for one in queries.questions(room):
        state = _("found out") if one.answered_at else _("open")
        found = one.answer.text if one.answer else ""
        yield _("What is not known"), one.at, _name(one.owner), state, _joined(one.text, found)
    for made in queries.decisions(room):
        state = _("replaced") if made.superseded_by_id else ""
        yield _("Decisions"), made.at, _name(made.by), state, _joined(made.text, made.why)
    yield from _said(room)
    for told in tell_all(queries.story(room, limit=STORY), membership.workspace)[::-1]:
        yield _("Story"), told.at, told.who, told.about, _joined(told.sentence, told.words)


def _reviewed(room: Room) -> Iterator[Row]:
    for review in queries.reviews(room):
        met = _("standard met") if review.met else _("standard not met")
        words = _joined(review.what_happened, review.why)
        yield pgettext("war room", "Review"), review.at, _name(review.by), met, _joined(words, review.met_words)
        for change in review.changes.all():
            state = _("done") if change.done_at else f"{change.due_on:%Y-%m-%d}"
            yield _("What changes"), None, _name(change.owner), state, change.text


def _said(room: Room) -> Iterator[Row]:
    for version in queries.statements(room)[::-1]:
        state = str(version.get_state_display())
        yield _("Holding statement"), version.at, _name(version.by), state, _joined(version.text, version.refusal)
    for note in sorted(queries.notes(room), key=lambda one: (not one.update, one.at, one.id)):
        yield _("Updates") if note.update else _("Notes"), note.at, _name(note.by), "", note.text


def _name(one: Membership | None) -> str:
    return str(one) if one else _("nobody")


def _joined(*parts: str | None) -> str:
    return "\n".join(filter(None, parts))
