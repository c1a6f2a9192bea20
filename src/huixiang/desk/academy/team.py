"""Results of the team, for whoever looks after it: on a page, as a file, and one person's by themselves."""

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.academy import queries
from huixiang.academy import team as results
from huixiang.academy.actions import results_taken_out
from huixiang.academy.library import courses
from huixiang.academy.queries import Person
from huixiang.academy.team import Narrowing
from huixiang.desk import access
from huixiang.desk.academy import words
from huixiang.desk.academy.views import recent_talks, spoken
from huixiang.insights.exports.spreadsheet import Cell, Table, csv_lines, write_xlsx
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission, Role

FORMS = ("csv", "xlsx")


def _wanted(query: QueryDict) -> Narrowing:
    role, course, state = (query.get(name, "") for name in ("role", "course", "state"))
    return Narrowing(
        q=query.get("q", "").replace("\x00", "").strip()[:60],
        role=role if role in Role.values else "",
        course=course if course in courses() else "",
        state=state if state in ("passed", "open") else "",
    )


def _names() -> list[tuple[str, str]]:
    return [(course.key, course.in_language(spoken()).title) for course in courses().values()]


@access.page(Permission.TEAM)
def team(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Who passed what, when, how well, and where they are weak."""
    wanted = _wanted(request.GET)
    people = results.results(membership.workspace, wanted)
    said = {"q": wanted.q, "role": wanted.role, "course": wanted.course, "state": wanted.state}
    return access.shown(
        request, membership, "desk/academy/team.html", "academy",
        rows=[(one, words.spot_names(one.spots)) for one in people], wanted=wanted, roles=Role.choices,
        course_names=_names(), narrowed=any(said.values()), spots=words.spot_names(results.together(people)),
        query=urlencode({name: value for name, value in said.items() if value}),
        nobody_yet=not any(one.tries for one in people),
    )  # fmt: skip


@access.page(Permission.TEAM)
def table(request: HttpRequest, membership: Membership, form: str) -> HttpResponseBase:
    """The same as a file. The journal keeps that it was taken out."""
    access.found(form if form in FORMS else None)
    people = results.results(membership.workspace, _wanted(request.GET))
    results_taken_out(
        workspace_id=membership.workspace_id, people=[one.membership.id for one in people],
        actor=access.actor(membership),
    )  # fmt: skip
    written = Table(_("Academy results"), _headings(), list(_rows(people)), (18, 14))
    name = f"academy-{timezone.localdate():%Y%m%d}.{form}"
    if form == "csv":
        answer = StreamingHttpResponse(list(csv_lines(written)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_xlsx(path, written)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _headings() -> list[str]:
    per_course = [
        heading
        for _key, title in _names()
        for heading in (
            _("%(course)s: passed at") % {"course": title}, _("%(course)s: score") % {"course": title},
        )
    ]  # fmt: skip
    return [
        pgettext("desk", "Name"), _("Role"), *per_course, _("Missing for red cases"), _("Talks"),
        _("Scenarios tried"), _("Mean score"), _("Last talk"), _("Weak spots"),
    ]  # fmt: skip


def _rows(people: Sequence[Person]) -> Iterator[list[Cell]]:
    titles, comma = dict(_names()), pgettext("between courses", ", ")
    for one in people:
        passes = [one.passed.get(key) for key in titles]
        yield [
            str(one.membership), str(one.membership.get_role_display()),
            *[cell for found in passes for cell in ((found.passed_at, found.score) if found else (None, None))],
            comma.join(titles.get(key, key) for key in one.missing), one.tries, one.practised, one.mean, one.last_at,
            comma.join(name for name, _number in words.spot_names(one.spots)),
        ]  # fmt: skip


@access.page(Permission.TEAM)
def person(request: HttpRequest, membership: Membership, membership_id: uuid.UUID) -> HttpResponse:
    """One of the team: their courses, weak spots and talks."""
    who: Membership = access.found(member_of_team(workspace_id=membership.workspace_id, membership_id=membership_id))
    known = queries.standings(who)
    far = queries.progress(who, known)
    return access.shown(
        request, membership, "desk/academy/person.html", "academy", who=who,
        offers=[(one, one.course.in_language(spoken())) for one in far],
        spots=words.spot_names(queries.spots(queries.weak_spots(who))), talks=recent_talks(queries.recent(who, 50)),
    )  # fmt: skip
