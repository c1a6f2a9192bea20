"""What a program can do with cases, each in the name of the person its key acts for."""

import uuid
from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.cases import CaseDetail, detail, one_of
from huixiang.cases import actions, approving, tag_queries, tagging
from huixiang.cases.holding import NeedsApproval
from huixiang.cases.models import Case
from huixiang.cases.red_lines import Crossed
from huixiang.cases.states import ENDED
from huixiang.kernel.errors import Refused
from huixiang.triage.actions import correct_grade
from huixiang.workspaces import queries as workspaces
from huixiang.workspaces.roles import Permission

router = Router(tags=["Cases"])
CASE = "/cases/{uuid:case_id}"


class Reply(shapes.Body):
    """An answer to the member; anyway: why it goes out although it crosses a red line of the workspace."""

    text: shapes.Said
    lane: Literal["public", "private"]
    anyway: shapes.Line = ""
    seen_at: filters.Moment | None = Field(
        None, description="When the case was read: 409 when a colleague answered after this moment."
    )


class Note(shapes.Body):
    """Something only staff can read."""

    text: shapes.Said


class Owner(shapes.Body):
    """Who owns the case from now on; null: nobody."""

    owner: uuid.UUID | None


class NewGrade(shapes.Body):
    """Another grade, and why."""

    grade: filters.GradeName
    reason: shapes.Line


class Ending(shapes.Body):
    """How it ended: solved, or closed without a solution and with a reason."""

    state: Literal["solved", "closed"]
    reason: shapes.Line = ""


class TagName(shapes.Body):
    """A tag by its name; one nobody used yet is made."""

    tag: shapes.Line


class TagList(Schema):
    """Every tag of the workspace by name."""

    tags: list[str]


def _detail(request: keys.KeyedRequest, case: Case) -> dict[str, Any]:
    """The case as it is now."""
    return detail(one_of(request, case.id))


@router.post(CASE + "/reply", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Answer the member")
def reply(request: keys.KeyedRequest, case_id: uuid.UUID, said: Reply) -> Any:
    """Answer on the board (public) or alone (private), on the best way there is.

    409 with a sentence when there is no way to the member, and when the answer crosses a red line (a threat, a phone
    number or the like in public) and anyway does not say why it has to go out like this.
    """
    by = keys.acting(request, Permission.REPLY)
    case = one_of(request, case_id)
    try:
        actions.reply(case=case, by=by, text=said.text, lane=said.lane, anyway=said.anyway, seen_at=said.seen_at)
    except NeedsApproval as wants:
        approving.ask(case=case, by=by, text=said.text, seen_at=said.seen_at)
        how = _("It waits on the case for somebody who may publish; nothing was sent yet.")
        raise Refused(f"{wants.sentence} {how}") from wants
    except Crossed as crossed:
        how = _("Send it again with the reason in anyway, and the journal keeps it.")
        raise Refused(f"{crossed.sentence} {how}") from crossed
    return _detail(request, case)


@router.post(CASE + "/notes", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Write a note")
def note(request: keys.KeyedRequest, case_id: uuid.UUID, said: Note) -> Any:
    """Write down something the member cannot read."""
    by = keys.acting(request, Permission.REPLY)
    case = one_of(request, case_id)
    actions.note(case=case, by=by, text=said.text)
    return _detail(request, case)


@router.post(CASE + "/assign", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Assign a case")
def assign(request: keys.KeyedRequest, case_id: uuid.UUID, to: Owner) -> Any:
    """Give the case to somebody of the team, or to nobody."""
    actor = keys.actor(request, Permission.HANDLE)
    case, owner = one_of(request, case_id), None
    if to.owner:
        owner = workspaces.member_of_team(workspace_id=case.workspace_id, membership_id=to.owner)
        if owner is None:
            raise Refused(_("Nobody of the team has this id; GET /team lists them."))
    actions.assign(case=case, owner=owner, actor=actor)
    return _detail(request, case)


@router.post(CASE + "/grade", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Change the grade")
def grade(request: keys.KeyedRequest, case_id: uuid.UUID, wanted: NewGrade) -> Any:
    """Change the grade with a reason; its clocks follow, and the correction is kept."""
    by = keys.acting(request, Permission.HANDLE)
    case = one_of(request, case_id)
    correct_grade(case=case, grade=wanted.grade, reason=wanted.reason, by=by)
    return _detail(request, case)


@router.post(CASE + "/close", auth=keys.cases, response=shapes.changes(CaseDetail), summary="End a case")
def close(request: keys.KeyedRequest, case_id: uuid.UUID, ending: Ending) -> Any:
    """Solve the case, or close it without a solution and with a reason."""
    actor = keys.actor(request, Permission.HANDLE)
    case = one_of(request, case_id)
    if case.state in ENDED:
        raise Refused(_("It has ended already."))
    actions.end(case=case, state=ending.state, actor=actor, reason=ending.reason)
    return _detail(request, case)


@router.post(CASE + "/reopen", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Take a case up again")
def reopen(request: keys.KeyedRequest, case_id: uuid.UUID, why: shapes.Reason) -> Any:
    """Let an ended case wait for us again."""
    actor = keys.actor(request, Permission.HANDLE)
    case = one_of(request, case_id)
    if case.state not in ENDED:
        raise Refused(_("It is still open."))
    actions.reopen(case=case, actor=actor, reason=why.reason)
    return _detail(request, case)


@router.get("/tags", auth=keys.read, response=shapes.answers(TagList), summary="List tags")
def tags(request: keys.KeyedRequest) -> Any:
    """The words cases are sorted by."""
    return {"tags": [tag.name for tag in tag_queries.tags(request.auth.workspace_id)]}


@router.post(CASE + "/tags", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Tag a case")
def put_tag(request: keys.KeyedRequest, case_id: uuid.UUID, named: TagName) -> Any:
    """Put a tag on; a tag it has already changes nothing."""
    actor = keys.actor(request, Permission.HANDLE)
    case = one_of(request, case_id)
    tag = tagging.tag_named(workspace_id=case.workspace_id, name=named.tag, actor=actor)
    tagging.tag(cases=[case], tag=tag, actor=actor)
    return _detail(request, case)


@router.post(CASE + "/untag", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Take a tag off")
def take_tag(request: keys.KeyedRequest, case_id: uuid.UUID, named: TagName) -> Any:
    """Take a tag off; one it has not changes nothing."""
    actor = keys.actor(request, Permission.HANDLE)
    case = one_of(request, case_id)
    tag = case.tags.filter(folded=tagging.fold(named.tag)).first()
    if tag:
        tagging.untag(cases=[case], tag=tag, actor=actor)
    return _detail(request, case)
