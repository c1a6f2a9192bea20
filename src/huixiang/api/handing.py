"""Cases from one person to another: handing over with a note, taking, giving back."""

import uuid
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.api.cases import CaseDetail, detail, one_of
from huixiang.cases import handing
from huixiang.kernel.errors import Refused
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

router = Router(tags=["Cases"])
CASE = "/cases/{uuid:case_id}"
Handed = Annotated[shapes.Said, Field(max_length=handing.LONGEST_NOTE)]


class HandOver(shapes.Body):
    """Who gets the case, and what they have to know."""

    to: uuid.UUID
    text: Handed


class GiveBack(shapes.Body):
    """Why it goes back."""

    text: Handed


@router.post(CASE + "/hand-over", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Hand a case over")
def hand_over(request: keys.KeyedRequest, case_id: uuid.UUID, wanted: HandOver) -> Any:
    """Give the case to somebody else with a note for them. It is theirs at once, and waits to be taken."""
    by = keys.acting(request, Permission.HANDLE)
    case = one_of(request, case_id)
    to = member_of_team(workspace_id=case.workspace_id, membership_id=wanted.to)
    if to is None:
        raise Refused(_("Nobody of the team has this id; GET /team lists them."))
    handing.hand_over(case=case, by=by, to=to, text=wanted.text)
    return detail(one_of(request, case_id))


@router.post(CASE + "/take", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Take a case")
def take(request: keys.KeyedRequest, case_id: uuid.UUID) -> Any:
    """Accept a case that was handed over to the person the key acts for."""
    by = keys.acting(request, Permission.REPLY)
    handing.take(case=one_of(request, case_id), by=by)
    return detail(one_of(request, case_id))


@router.post(CASE + "/give-back", auth=keys.cases, response=shapes.changes(CaseDetail), summary="Give a case back")
def give_back(request: keys.KeyedRequest, case_id: uuid.UUID, why: GiveBack) -> Any:
    """Return a case that was handed over, with a reason the giver reads; nobody's when they left the team."""
    by = keys.acting(request, Permission.REPLY)
    handing.give_back(case=one_of(request, case_id), by=by, text=why.text)
    return detail(one_of(request, case_id))
