"""Two people at one case: what a colleague did since the page was loaded is told and asked about, not overwritten."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from huixiang.cases import changes
from huixiang.cases.queries import case_by_id
from huixiang.desk import access
from huixiang.kernel.pagination import moment
from huixiang.workspaces.models import Membership

Verb = Callable[[HttpRequest, Membership, uuid.UUID], HttpResponse]
OWN = ("csrfmiddlewaretoken", "seen_at", "anyway")  # fields that are not part of what was chosen


def careful(view: Verb) -> Verb:
    """Ask first when a colleague was at the case after the moment the form was loaded; `anyway` goes ahead."""

    @wraps(view)
    def guarded(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
        return _question(request, membership, case_id) or view(request, membership, case_id)

    return guarded


def _question(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse | None:
    try:
        since = moment(request.POST.get("seen_at", ""))
    except ValueError:
        return None
    if request.POST.get("anyway"):
        return None
    entry = changes.by_others(by=membership, case_ids=[case_id], since=since).get(case_id)
    if entry is None:
        return None
    case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    [told] = changes.sentences(by=membership, entries=[entry])
    page = access.shown(
        request, membership, "desk/cases/collision.html", "inbox", case=case, told=told, here=request.path,
        fields=[(name, value) for name, value in request.POST.items() if name not in OWN],
        back=access.back(request, reverse("desk:case", args=[membership.workspace.slug, case_id])),
    )  # fmt: skip
    page.status_code = 409
    return page
