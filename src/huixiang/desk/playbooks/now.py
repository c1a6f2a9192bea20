"""What is to be done now on a case, as one line in the inbox's pane."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id
from huixiang.desk import access
from huixiang.playbooks import acting, queries, wording
from huixiang.playbooks.models import RunStep
from huixiang.workspaces.models import Membership


def now_of(membership: Membership, case: Case) -> dict[str, Any]:
    """The steps to be done now, each with whose it is and whether the reader may tick it: one statement."""
    rows = queries.steps_now(case)
    for row in rows:
        row.case = case
    shown = [(row, wording.whose_in_words(row), acting.may_act(membership, row)) for row in rows]
    return {"now_steps": shown, "now_more": len(shown) - 1, "now_book": rows[0].run.version.playbook if rows else None}


@access.page()
def now(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The line anew: an answer that has just gone out may have done a step meanwhile."""
    case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return line(request, membership, case)


def line(request: HttpRequest, membership: Membership, case: Case, moved: RunStep | None = None) -> HttpResponse:
    """The line by itself; `moved` is the step that was just ticked, to be taken back with one click."""
    return access.part(
        request, membership, "desk/playbooks/now.html", case=case, **now_of(membership, case), moved=moved, alone=True
    )
