"""Taking an import back: what will happen, doing it, and what stayed."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.desk import access
from huixiang.feedback.models import Feedback
from huixiang.insights.exports.lines import line
from huixiang.intake import queries
from huixiang.intake.imports import undo
from huixiang.intake.models import ImportKept, ImportRun
from huixiang.triage.undoing import outlook
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

SHOWN = 50
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Stayed:
    """Something an import brought that stays: what it is called, why, and where to look at it."""

    name: str
    why: str
    address: str = ""


@access.either(Permission.IMPORT)
def confirm(request: HttpRequest, membership: Membership, run_id: uuid.UUID) -> HttpResponseBase:
    """What taking it back would do, by GET; by POST it is done, in the background."""
    run: ImportRun = access.found(queries.import_run(workspace_id=membership.workspace_id, run_id=run_id))
    here = reverse("desk:import_run", args=[membership.workspace.slug, run.id])
    if request.method == "POST":
        undo.ask(run=run, actor=access.actor(membership))
        return access.done(request, "", here)
    hindered = undo.hindrance(run)
    return access.shown(
        request, membership, "desk/channels/take_back.html", "channels",
        run=run, hindered=hindered, until=undo.until(run), outlook=None if hindered else outlook(run), here=here,
    )  # fmt: skip


@access.page(Permission.IMPORT)
def kept_csv(
    request: HttpRequest,  # noqa: ARG001 - every view is given it
    membership: Membership,
    run_id: uuid.UUID,
) -> StreamingHttpResponse:
    """Everything that stayed, as a file that spreadsheets read."""
    run = access.found(queries.import_run(workspace_id=membership.workspace_id, run_id=run_id))
    heading = line([_("What stays"), _("Reason"), _("Address")])
    response = StreamingHttpResponse(_lines(heading, run, membership), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="kept-{run.id}.csv"'
    return response


def _lines(heading: str, run: ImportRun, membership: Membership) -> Iterator[str]:
    yield "\ufeff" + heading
    rows = list(run.kept_things.order_by("id"))
    for start in range(0, len(rows), AT_A_TIME):
        for one in named(rows[start : start + AT_A_TIME], membership):
            yield line([one.name, one.why, one.address])


def stayed(run: ImportRun, membership: Membership) -> tuple[list[Stayed], int]:
    """The first of what stayed, and how many there are: four statements."""
    found = run.kept_things.order_by("id")
    return named(list(found[:SHOWN]), membership), found.count()


def named(rows: Sequence[ImportKept], membership: Membership) -> list[Stayed]:
    """What stayed as people know it: two statements. What went since is only called what it was."""
    slug, ids = membership.workspace.slug, [row.subject_id for row in rows]
    cases = Case.objects.filter(workspace_id=membership.workspace_id).only("number", "title").in_bulk(ids)
    said = Feedback.objects.filter(workspace_id=membership.workspace_id).only("title").in_bulk(ids)
    return [_named(row, cases, said, slug) for row in rows]


def _named(row: ImportKept, cases: dict[uuid.UUID, Case], said: dict[uuid.UUID, Feedback], slug: str) -> Stayed:
    why = str(row.get_reason_display())
    if case := cases.get(row.subject_id):
        return Stayed(f"{case.label} {case.title}", why, reverse("desk:case", args=[slug, case.id]))
    if feedback := said.get(row.subject_id):
        address = reverse("desk:feedback_detail", args=[slug, feedback.id])
        return Stayed(feedback.title or _("A feedback that was deleted"), why, address)
    return Stayed(_("A message that is no feedback"), why)
