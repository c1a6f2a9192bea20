"""What can be done with a case."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import actions, queries
from huixiang.cases.models import Case
from huixiang.cases.states import ENDED, CaseState
from huixiang.desk import access
from huixiang.desk.cases.collision import careful
from huixiang.intake.actions import show_unmasked
from huixiang.intake.queries import message_by_id
from huixiang.kernel.errors import Refused
from huixiang.triage.actions import correct_grade
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _address(membership: Membership, case: Case) -> str:
    return reverse("desk:case", args=[membership.workspace.slug, case.id])


@access.verb(Permission.HANDLE)
@careful
def assign(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Give the case to somebody of the team, or to nobody."""
    case, wanted = _case(membership, case_id), request.POST.get("owner", "")
    owner = None
    if wanted:
        try:
            owner_id = uuid.UUID(wanted)
        except ValueError:
            owner_id = uuid.UUID(int=0)
        owner = access.found(member_of_team(workspace_id=membership.workspace_id, membership_id=owner_id))
    actions.assign(case=case, owner=owner, actor=access.actor(membership))
    said = _("%(case)s is with %(name)s now.") % {"case": case.label, "name": owner} if owner else _("Nobody owns it.")
    return access.done(request, said, access.back(request, _address(membership, case)))


@access.verb(Permission.HANDLE)
@careful
def grade(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Change the grade with a reason."""
    case = _case(membership, case_id)
    correct_grade(case=case, grade=request.POST.get("grade", ""), reason=request.POST.get("reason", ""), by=membership)
    return access.done(request, _("The grade is changed."), access.back(request, _address(membership, case)))


@access.verb(Permission.HANDLE)
@careful
def end(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Solve the case, or close it without a solution and with a reason."""
    case = _case(membership, case_id)
    state = request.POST.get("state", "")
    if state not in (CaseState.SOLVED, CaseState.CLOSED):
        raise Refused(_("Choose how it ended."))
    if case.state in ENDED:
        raise Refused(_("It has ended already."))
    actions.end(case=case, state=state, actor=access.actor(membership), reason=request.POST.get("reason", ""))
    said = _("%(case)s has ended.") % {"case": case.label}
    return access.done(request, said, access.back(request, _address(membership, case)))


@access.verb(Permission.HANDLE)
def reopen(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Take an ended case up again."""
    case = _case(membership, case_id)
    if case.state not in ENDED:
        raise Refused(_("It is still open."))
    actions.reopen(case=case, actor=access.actor(membership), reason=request.POST.get("reason", ""))
    return access.done(request, _("It waits for us again."), access.back(request, _address(membership, case)))


@access.verb(Permission.UNMASK)
def original(request: HttpRequest, membership: Membership, case_id: uuid.UUID, turn_id: uuid.UUID) -> HttpResponse:
    """Show a turn as it arrived, numbers and addresses included; the journal keeps who looked."""
    case = _case(membership, case_id)
    turn = access.found(case.turns.filter(id=turn_id, message_id__isnull=False).first())
    message = access.found(message_by_id(workspace_id=membership.workspace_id, message_id=turn.message_id))
    text = show_unmasked(message=message, actor=access.actor(membership), case_id=case.id)
    return access.part(request, membership, "desk/cases/original.html", text=text)
