"""The playbook on a case: begun, replaced, stopped; its steps done, skipped, handed on. And whose steps wait."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any, Final, Literal

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.api.cases import one_of
from huixiang.api.playbooks import BookName, StepKindName, name_of
from huixiang.cases.models import Case
from huixiang.kernel.errors import Refused
from huixiang.playbooks import acting, actions, queries, replacing
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.workspaces import queries as workspaces
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

router = Router(tags=["Playbooks"])
CASE = "/cases/{uuid:case_id}"
STEP = CASE + "/steps/{uuid:step_id}"
LAST: Final = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)  # where steps without a time stand
StateName = Literal["waiting", "active", "late", "done", "skipped", "stopped"]


class CaseStep(Schema):
    """A step on a case. Without owner and role it is up to whoever owns the case."""

    id: uuid.UUID
    key: str = Field(examples=["contact"])
    kind: StepKindName
    title: str = Field(examples=["私下联系本人"])
    state: StateName
    owner: shapes.StaffName | None
    role: str
    begun_at: datetime.datetime | None
    due_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    by: shapes.StaffName | None = Field(description="Who ticked or skipped it; null when it followed from a fact.")
    note: str = Field(examples=["已经通过电话"])


class RunItem(Schema):
    """A playbook that is, or was, at work on a case."""

    id: uuid.UUID
    playbook: BookName
    version: int
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    end_reason: Literal["", "complete", "regraded", "closed", "confirmed", "changed", "stopped"]


class RunDetail(RunItem):
    """The same with its steps in order."""

    steps: list[CaseStep]


class CasePlaybook(Schema):
    """What is at work on a case, or was last, and what was before that."""

    run: RunDetail | None
    before: list[RunItem]


class WaitingStep(CaseStep):
    """A step somebody has to do now."""

    case: uuid.UUID
    number: str = Field(examples=["HX-1042"])
    case_title: str = Field(examples=["低温无法启动"])
    grade: str
    playbook: BookName


class StepPage(Schema):
    """The most urgent first, those without a time last; give next_cursor back as cursor until it is null."""

    steps: list[WaitingStep]
    next_cursor: str | None


class StepFilter(filters.Paged):
    """Whose steps."""

    owner: uuid.UUID | None = Field(
        None, description="Id of somebody of the team, as GET /team lists them; whom the key acts for when left out."
    )
    state: Literal["active", "late"] | None = None


class Chosen(shapes.Body):
    """Which playbook; null: the one whose conditions hold, for a case that has none at work."""

    playbook: uuid.UUID | None = None
    reason: shapes.Line = Field("", description="Why another one; needed when one is at work.")


class Why(shapes.Body):
    """Why."""

    reason: shapes.Line


class Remark(shapes.Body):
    """What came of it."""

    note: shapes.Said = ""


class Taker(shapes.Body):
    """Who does it from now on."""

    to: uuid.UUID


@router.get("/steps", auth=keys.read, response=shapes.answers(StepPage), summary="Whose steps wait")
def waiting(request: keys.KeyedRequest, asked: Query[StepFilter]) -> Any:
    """What playbooks put on somebody now, on every case: by name, by their role, or because the case is theirs."""
    rows = queries.steps_up_to(_owner(request, asked.owner))
    if asked.state:
        rows = rows.filter(state=asked.state)
    rows = rows.annotate(by_then=Coalesce(F("due_at"), Value(LAST))).select_related("by__user")
    page = filters.page(rows, asked, "by_then", rising=True)
    return {"steps": [_waiting(row) for row in page.rows], "next_cursor": page.next_cursor}


def _owner(request: keys.KeyedRequest, wanted: uuid.UUID | None) -> Membership:
    if wanted is None:
        found = workspaces.person_of(request.auth)
        if found is None:
            raise HttpError(422, _("owner is missing: the key acts for nobody."))
        return found
    there = workspaces.member_of_team(workspace_id=request.auth.workspace_id, membership_id=wanted)
    if there is None:
        raise HttpError(422, _("Nobody of the team has this id; GET /team lists them."))
    return there


def _waiting(row: RunStep) -> dict[str, Any]:
    return _step(row) | {
        "case": row.case_id,
        "number": row.case.label,
        "case_title": row.case.title,
        "grade": row.case.grade,
        "playbook": name_of(row.run.version.playbook),
    }


def _step(row: RunStep) -> dict[str, Any]:
    plain = ("id", "state", "role", "begun_at", "due_at", "ended_at", "note")
    return {name: getattr(row, name) for name in plain} | {
        "key": row.step.key,
        "kind": row.step.kind,
        "title": row.step.title or row.step.get_kind_display(),
        "owner": shapes.staff_name(row.owner),
        "by": shapes.staff_name(row.by),
    }


@router.get(
    CASE + "/playbook", auth=keys.read, response=shapes.answers(CasePlaybook), summary="The playbook of a case"
)
def of_case(request: keys.KeyedRequest, case_id: uuid.UUID) -> Any:
    """Its steps with how far each is, whose it is, and when it is due."""
    return detail(one_of(request, case_id))


def detail(case: Case) -> dict[str, Any]:
    """What is at work on a case as CasePlaybook: two statements."""
    runs = queries.runs_of(case.id)
    if not runs:
        return {"run": None, "before": []}
    steps = [_step(row) for row in queries.steps_of(runs[0])]
    return {"run": _run(runs[0]) | {"steps": steps}, "before": [_run(run) for run in runs[1:]]}


def _run(run: PlaybookRun) -> dict[str, Any]:
    plain = ("id", "started_at", "ended_at", "end_reason")
    return {name: getattr(run, name) for name in plain} | {
        "playbook": name_of(run.version.playbook),
        "version": run.version.number,
    }


@router.post(
    CASE + "/playbook", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Put a playbook on a case"
)
def put(request: keys.KeyedRequest, case_id: uuid.UUID, wanted: Chosen) -> Any:
    """Begin one, or put another in place of what is at work: what was done counts for the same kind of step.

    409 with a sentence when it is switched off or at work already, and when a replacement has no reason.
    """
    by = keys.acting(request, Permission.HANDLE)
    case = one_of(request, case_id)
    if wanted.playbook is None:
        actions.start_late(workspace=request.auth.workspace, case=case)
        return detail(case)
    book = queries.playbook_by_id(workspace_id=case.workspace_id, playbook_id=wanted.playbook)
    if book is None:
        raise Refused(_("No playbook has this id; GET /playbooks lists them."))
    replacing.put(case=case, playbook=book, by=by, reason=wanted.reason)
    return detail(case)


@router.post(
    CASE + "/playbook/stop", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Stop a case's playbook"
)
def stop(request: keys.KeyedRequest, case_id: uuid.UUID, why: Why) -> Any:
    """End what is at work on a case; its open steps are to be done no more."""
    by = keys.acting(request, Permission.HANDLE)
    case = one_of(request, case_id)
    replacing.stop(case=case, by=by, reason=why.reason)
    return detail(case)


def _act(
    request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID, act: Callable[[RunStep, Membership], None]
) -> dict[str, Any]:
    """Do something with a step in the name of the key's person, and tell how the playbook stands then."""
    by = keys.acting(request, Permission.READ)
    case = one_of(request, case_id)
    row: RunStep = keys.found(
        queries.step_of_case(workspace_id=case.workspace_id, case_id=case.id, step_id=step_id)
    )
    act(row, by)
    return detail(case)


@router.post(STEP + "/done", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="A step is done")
def done(request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID, said: Remark) -> Any:
    """Tick a step; what follows begins. Who handles cases may tick any, others what is theirs or their role's."""
    return _act(request, case_id, step_id, lambda row, by: acting.tick(row=row, by=by, note=said.note))


@router.post(STEP + "/skip", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Skip a step")
def skip(request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID, why: Why) -> Any:
    """Leave a step out, with a reason; what follows begins."""
    return _act(request, case_id, step_id, lambda row, by: acting.skip(row=row, by=by, reason=why.reason))


@router.post(STEP + "/begin", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Begin a step")
def begin(request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID) -> Any:
    """Begin a step now, whatever it waited for."""
    return _act(request, case_id, step_id, lambda row, by: acting.begin_step(row=row, by=by))


@router.post(STEP + "/hand-over", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Hand a step on")
def hand_over(request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID, wanted: Taker) -> Any:
    """Give a step to somebody of the team; they hear of it at once."""

    def hand(row: RunStep, by: Membership) -> None:
        to = workspaces.member_of_team(workspace_id=row.workspace_id, membership_id=wanted.to)
        if to is None:
            raise Refused(_("Nobody of the team has this id; GET /team lists them."))
        acting.hand(row=row, by=by, to=to)

    return _act(request, case_id, step_id, hand)


@router.post(STEP + "/undo", auth=keys.cases, response=shapes.changes(CasePlaybook), summary="Take a step back")
def undo(request: keys.KeyedRequest, case_id: uuid.UUID, step_id: uuid.UUID) -> Any:
    """A step that was done or skipped is to be done after all; what began because of it stays."""
    return _act(request, case_id, step_id, lambda row, by: acting.take_back(row=row, by=by))
