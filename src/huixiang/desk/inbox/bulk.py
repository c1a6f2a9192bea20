"""One thing done to many cases: the form of the list, its progress and result, taking it back, doing it anyway."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huixiang.cases import bulk, inbox
from huixiang.cases.models import BulkRun, BulkState
from huixiang.cases.queries import cases_by_id
from huixiang.desk import access
from huixiang.desk.inbox import listing
from huixiang.desk.inbox.asked import since_of, uuid_of
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

REASONS_SHOWN = 50


def _run(membership: Membership, bulk_id: uuid.UUID) -> BulkRun:
    found: BulkRun = access.found(bulk.run_by_id(by=membership, run_id=bulk_id))
    return found


def _address(request: HttpRequest, membership: Membership, run: BulkRun) -> str:
    """The list it was done in, with the result on top."""
    saved = uuid_of(request.GET.get("saved", ""))
    return listing.address(membership.workspace.slug, listing.filters_of(request.GET), saved=saved, run=run.id)


@access.verb(Permission.READ)
def start(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Do it to the ticked cases, or to every case of the view; each act asks for its own permission."""
    if request.POST.get("all") == "1":
        filters = listing.filters_of(request.GET)
        case_ids = inbox.ids(viewer=membership, filters=filters, most=bulk.MOST + 1)
    else:
        case_ids = [one for one in map(uuid_of, request.POST.getlist("case")) if one]
    act = request.POST.get("act", "")
    chosen = {
        "owner": request.POST.get("owner", ""),
        "grade": request.POST.get("grade", ""),
        "reason": request.POST.get("reason-grade" if act == "grade" else "reason-close", ""),
        "tag": request.POST.get("tag", ""),
        "macro": request.POST.get("macro", ""),
    }
    run = bulk.start(by=membership, act=act, chosen=chosen, case_ids=case_ids, loaded_at=since_of(request))
    return access.done(request, "", _address(request, membership, run))


@access.page()
def progress(request: HttpRequest, membership: Membership, bulk_id: uuid.UUID) -> HttpResponse:
    """How far it is; asked for again until it is done."""
    query = listing.query_of(listing.filters_of(request.GET), saved=uuid_of(request.GET.get("saved", "")))
    context = told(membership, _run(membership, bulk_id)) | {"query": query}
    return access.part(request, membership, "desk/inbox/run.html", **context)


@access.verb(Permission.READ)
def undo(request: HttpRequest, membership: Membership, bulk_id: uuid.UUID) -> HttpResponse:
    """Take it back."""
    run = _run(membership, bulk_id)
    bulk.undo(run=run, by=membership)
    return access.done(request, "", _address(request, membership, run))


@access.verb(Permission.READ)
def anyway(request: HttpRequest, membership: Membership, bulk_id: uuid.UUID) -> HttpResponse:
    """Do it also to the cases somebody else had changed meanwhile."""
    run = _run(membership, bulk_id)
    again = bulk.start_anyway(run=run, by=membership)
    return access.done(request, "", _address(request, membership, again))


def run_of(request: HttpRequest, membership: Membership) -> dict[str, Any]:
    """The run whose result the address asks to show, as the page needs it; nothing without one."""
    wanted = uuid_of(request.GET.get("run", ""))
    run = bulk.run_by_id(by=membership, run_id=wanted) if wanted else None
    return told(membership, run) if run else {}


def told(membership: Membership, run: BulkRun) -> dict[str, Any]:
    """A run with its sentence, and the cases that were left with their reasons."""
    shown = bulk.refusals(run, most=REASONS_SHOWN) if run.left else []
    cases = cases_by_id(workspace_id=membership.workspace_id, ids=[case_id for case_id, _sentence in shown])
    undoing = run.state == BulkState.UNDOING
    return {
        "run": run,
        "run_size": run.changed if undoing else len(run.case_ids),
        "run_so_far": run.undone if undoing else run.taken,
        "run_going": run.state in {BulkState.RUNNING, BulkState.UNDOING},
        "run_undoing": undoing,
        "run_stopped": run.state == BulkState.STOPPED,
        "run_undone": run.state == BulkState.UNDONE,
        "run_can_undo": bulk.can_undo(run, membership),
        "run_left": [(cases.get(case_id), sentence) for case_id, sentence in shown],
        "run_left_more": max(0, run.left - REASONS_SHOWN),
        "run_by_others": len(bulk.left_by_others(run)),
        "run_word": _word(run),
    }


def _word(run: BulkRun) -> str:
    words = {
        "assign": _("Assigned") if run.arguments.get("owner") else _("Owner taken off"),
        "grade": _("Grade changed"),
        "close": _("Closed"),
        "read": _("Marked as read"),
        "unread": _("Marked as unread"),
        "tag": _("Tagged"),
        "macro": _("Macro run"),
    }
    return words.get(run.act, run.act)
