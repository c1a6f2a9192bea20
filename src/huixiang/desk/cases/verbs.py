"""What can be done with a case."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import actions, queries
from huixiang.cases.collision import Overtaken
from huixiang.cases.models import Case
from huixiang.cases.red_lines import Crossed
from huixiang.cases.states import ENDED, CaseState, Lane
from huixiang.desk import access
from huixiang.desk.cases.collision import careful
from huixiang.desk.cases.reading import case_context
from huixiang.desk.cases.views import side
from huixiang.desk.inbox.listing import filters_of
from huixiang.intake.actions import show_unmasked
from huixiang.intake.models import Attachment
from huixiang.intake.queries import message_by_id
from huixiang.kernel.errors import Refused
from huixiang.kernel.pagination import moment
from huixiang.triage.actions import correct_grade
from huixiang.ui import files
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _address(membership: Membership, case: Case) -> str:
    return reverse("desk:case", args=[membership.workspace.slug, case.id])


@access.verb(Permission.REPLY)
def reply(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Answer in public or private, or write a note; the pane comes back with the new turn.

    An answer somebody else was faster with is held back: theirs is shown, the words stay, sending again sends.
    So is one that crosses a red line, until it is said why it has to, or a number is sent in private.
    """
    case = _case(membership, case_id)
    sent = files.sent_with(request, membership.workspace)
    text = files.words_beside(request.POST.get("text", ""), sent)
    try:
        _say(request, membership, case, text, sent)
    except (Overtaken, Crossed) as held:
        return _held(request, membership, case, held, sent)
    if not getattr(request, "htmx", False):
        return access.done(request, "", access.back(request, _address(membership, case)))
    return access.part(request, membership, "desk/cases/pane.html", **_pane(request, membership, case), swapped=True)


def _say(request: HttpRequest, membership: Membership, case: Case, text: str, sent: Sequence[Attachment]) -> None:
    lane = _lane(request)
    if lane == Lane.INTERNAL:
        actions.note(case=case, by=membership, text=text, attachments=sent)
    elif lane in (Lane.PUBLIC, Lane.PRIVATE):
        actions.reply(
            case=case, by=membership, text=text, lane=lane, attachments=sent,
            seen_at=_moment(request, "loaded_at"), heard_at=_moment(request, "heard_at"),
            anyway=request.POST.get("anyway", ""),
        )  # fmt: skip
    else:
        raise Refused(_("Choose who shall read it."))


def _lane(request: HttpRequest) -> str:
    """The chosen lane; `instead` when an answer held back is sent on another one."""
    return request.POST.get("instead") or request.POST.get("lane", "")


def _moment(request: HttpRequest, name: str) -> datetime.datetime | None:
    """When the writer's page was made, or the member's last word on it was heard; None when the form does not tell."""
    try:
        return moment(request.POST.get(name, ""))
    except ValueError:
        return None


def _pane(request: HttpRequest, membership: Membership, case: Case) -> dict[str, Any]:
    place = "inbox" if request.POST.get("place") == "inbox" else "case"
    return case_context(membership, _case(membership, case.id), place=place, filters=filters_of(request.GET))


def _held(
    request: HttpRequest, membership: Membership, case: Case, held: Overtaken | Crossed, sent: Sequence[Attachment]
) -> HttpResponse:
    context = _pane(request, membership, case) | {
        "held": held,
        "anyway": request.POST.get("anyway", ""),
        "text": request.POST.get("text", "")[: actions.LONGEST_REPLY],
        "sent": files.tickets(sent),
        "lane": _lane(request),
    }
    if getattr(request, "htmx", False):
        response = access.part(request, membership, "desk/cases/pane.html", **context, swapped=True)
    else:
        context |= {"place": "case", **side(membership, case)}
        response = access.shown(request, membership, "desk/cases/case.html", "inbox", **context)
    response.status_code = 422  # the page takes it in, and the draft on the device is kept
    return response


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
