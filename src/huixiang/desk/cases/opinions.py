"""What a language model has to say about a case: second opinions to take or put aside, drafts to change."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.triage.opinions import actions
from huixiang.triage.opinions.models import Opinion
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.verb(Permission.HANDLE)
def settle(request: HttpRequest, membership: Membership, opinion_id: uuid.UUID) -> HttpResponse:
    """Take an opinion, or put it aside."""
    opinion: Opinion = access.found(
        actions.opinion_by_id(workspace_id=membership.workspace_id, opinion_id=opinion_id)
    )
    wanted, said = request.POST.get("act", ""), _("It is put aside.")
    if wanted == "accept":
        actions.accept(opinion=opinion, by=membership)
        said = _("Its severity is taken, and the grade judged anew.")
    elif wanted == "aside":
        actions.put_aside(opinion=opinion, by=membership)
    else:
        raise Refused(_("Choose what to do."))
    address = reverse("desk:feedback_detail", args=[membership.workspace.slug, opinion.feedback_id])
    return access.done(request, said, access.back(request, address))


@access.verb(Permission.REPLY)
def draft(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """A draft beside the composer; it goes into the answer only by a click."""
    case: Case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return access.part(request, membership, "desk/cases/machine_draft.html", draft=actions.draft(case))
