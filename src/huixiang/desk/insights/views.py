"""The funnel of critics, who stands where in it and what to do next, the same as a file."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.desk import access
from huixiang.desk.insights import drawing
from huixiang.desk.insights import narrowing as words
from huixiang.desk.insights.listing import row
from huixiang.feedback.models import Grade
from huixiang.insights.conversion import queries, ways
from huixiang.insights.conversion.queries import Standing
from huixiang.insights.conversion.stages import LOST, RETURNED_BY, STAGES, Returned
from huixiang.insights.conversion.taking_out import taken_out
from huixiang.insights.exports.spreadsheet import Cell, Table, as_here, csv_lines, write_xlsx
from huixiang.insights.models import Format
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission

PAGE: Final = 50
AT_A_TIME: Final = 500
MOST_IN_XLSX: Final = 2_000  # what is written while the person waits; CSV goes out as it is read, whatever the length


@access.page()
def overview(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How far critics got in a period, how long it took, how ways were lost; each number leads to its people."""
    workspace, asked = membership.workspace, words.asked_of(request.GET, membership)
    ways.freshen(workspace.id)
    found = queries.funnel(workspace=workspace, wanted=asked.wanted)
    context: dict[str, Any] = words.choices(membership, asked) | {
        "funnel": found,
        "rows": drawing.rows(found, asked),
        "lost": drawing.lost(found, asked),
        "list_query": words.query_of(asked),
        "definitions": STAGES,
        "returned_by": [(Returned(key).label, sentence) for key, sentence in RETURNED_BY.items()],
        "lost_definitions": list(LOST.values()),
    }
    return access.shown(request, membership, "desk/insights/overview.html", "insights", **context)


@access.page()
def critics(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Who stands at a stage, since when, whose it is, and what to do next."""
    workspace, asked = membership.workspace, words.asked_of(request.GET, membership)
    ways.freshen(workspace.id)
    cursor = request.GET.get("cursor", "")
    page = queries.page(workspace=workspace, wanted=asked.wanted, part=asked.part, cursor=cursor, size=PAGE)
    part = words.part_of(asked)
    context: dict[str, Any] = {
        "rows": [row(standing, workspace) for standing in page.rows],
        "next_query": words.query_of(asked, **part, cursor=page.next_cursor) if page.next_cursor else "",
    }
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/insights/critics_rows.html", **context)
    context |= words.choices(membership, asked) | {
        "part": asked.part, "part_named": part, "query": words.query_of(asked, **part),
        "beside": words.beside(asked), "back_query": words.query_of(asked), "tabs": drawing.tabs(workspace, asked),
        "found": queries.listed(workspace=workspace, wanted=asked.wanted, part=asked.part).count(),
        "title": drawing.title(asked), "sentence": drawing.sentence(asked),
        "searched": bool(asked.part.q or asked.part.mine),
        "cleared": words.query_of(asked, **part | {"q": "", "mine": ""}),
    }  # fmt: skip
    return access.shown(request, membership, "desk/insights/critics.html", "insights", **context)


@access.page(Permission.EXPORT)
def table(request: HttpRequest, membership: Membership, form: str) -> HttpResponseBase:
    """The list as it is narrowed, as a file. The journal keeps who took it."""
    if form not in Format.values:
        raise Http404
    workspace, asked = membership.workspace, words.asked_of(request.GET, membership)
    ways.freshen(workspace.id)
    number = queries.listed(workspace=workspace, wanted=asked.wanted, part=asked.part).count()
    if form == "xlsx" and number > MOST_IN_XLSX:
        raise Refused(
            _("An XLSX file takes up to %(most)d lines at once. Narrow the list, or take the CSV file.")
            % {"most": MOST_IN_XLSX}
        )
    taken_out(workspace_id=workspace.id, ways=number, actor=access.actor(membership))
    written = Table(_("Critics"), _headings(), _lines(workspace, asked), (20, 12, 40, 24, 10))
    name = f"critics-{timezone.localdate():%Y%m%d}.{form}"
    if form == "csv":
        answer = StreamingHttpResponse(as_here(csv_lines(written)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_xlsx(path, written)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _headings() -> list[str]:
    return [
        _("Name"), _("Tier"), _("What it was about"), _("Theme"), _("Grade"), _("Channel"), _("Case"),
        pgettext("conversion", "Stage"), pgettext("conversion", "Since"), pgettext("conversion", "Lost"), _("Owner"),
        _("Next step"), *[str(one.word) for one in STAGES],
    ]  # fmt: skip


def _lines(workspace: Workspace, asked: words.Asked) -> Iterator[list[Cell]]:
    cursor: str | None = ""
    part = replace(asked.part, sort="stuck")
    while cursor is not None:
        page = queries.page(workspace=workspace, wanted=asked.wanted, part=part, cursor=cursor, size=AT_A_TIME)
        yield from (_line(standing, workspace) for standing in page.rows)
        cursor = page.next_cursor


def _line(standing: Standing, workspace: Workspace) -> list[Cell]:
    found, way = row(standing, workspace), standing.way
    owner = found["owner"]
    return [
        drawing.name_of(way.member), way.member.get_tier_display(), standing.title, way.theme.name if way.theme else "",
        str(Grade(way.grade).label) if way.grade else "", way.account.name,
        way.case.label if way.case else "", str(found["stage"].label), way.stage_at, found["lost"],
        owner.user.name if owner else "", str(found["rule"].words), *[getattr(way, one.field) for one in STAGES],
    ]  # fmt: skip
