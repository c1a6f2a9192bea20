"""What was decided about somebody's answers: told to them once, until they put it aside."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import approving
from huixiang.cases.models import PendingAnswer
from huixiang.cases.pending import PendingState
from huixiang.desk import access
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def in_words(pending: PendingAnswer) -> str:
    """One sentence: who decided what on which case, and the reason where one was given."""
    words = {"name": pending.decided_by or _("Somebody who left"), "case": pending.case.label, "why": pending.reason}
    if pending.state == PendingState.RETURNED:
        return _("%(name)s sent your answer on %(case)s back: %(why)s") % words
    if pending.state == PendingState.SENT:
        return _("%(name)s approved your answer on %(case)s: it is sent.") % words
    return _("%(name)s withdrew your answer on %(case)s: nothing was sent.") % words


@access.verb(Permission.REPLY)
def heard(request: HttpRequest, membership: Membership, pending_id: uuid.UUID) -> HttpResponse:
    """Its writer has read it."""
    workspace_id = membership.workspace_id
    pending = access.found(approving.pending_by_id(workspace_id=workspace_id, pending_id=pending_id))
    approving.hear(pending=pending, by=membership)
    address = reverse("desk:case", args=[membership.workspace.slug, pending.case_id])
    return access.done(request, "", access.back(request, address))
