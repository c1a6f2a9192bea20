"""The composer: answering now or later, in public, alone or both, writing a note; and what holds an answer back."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import actions, answering, approving, holding, queries
from huixiang.cases.answering import Manner
from huixiang.cases.clearing import NotCleared
from huixiang.cases.collision import Overtaken
from huixiang.cases.holding import NeedsApproval, Quoting, Unfilled
from huixiang.cases.models import Case
from huixiang.cases.red_lines import Crossed
from huixiang.cases.states import ENDED, CaseState, Lane
from huixiang.desk import access
from huixiang.desk.cases.reading import case_context
from huixiang.desk.cases.views import side
from huixiang.desk.inbox.asked import uuid_of
from huixiang.desk.inbox.listing import filters_of
from huixiang.dialogue import scheduling, templates, times
from huixiang.dialogue.scheduling import Later
from huixiang.intake.models import Attachment
from huixiang.kernel.errors import Refused
from huixiang.kernel.pagination import moment
from huixiang.ui import files
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

Held = Overtaken | Crossed | Unfilled | Quoting | NotCleared
CHECKS = (holding.UNFILLED, holding.QUOTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the composer sent: the words, who is to read them, what goes with them, and what is to follow."""

    text: str
    lane: str
    also: bool
    publicly: str
    offers: bool
    then: str
    later: Later | None
    anyway: str
    knowingly: tuple[str, ...]
    files: Sequence[Attachment]
    seen_at: datetime.datetime | None
    heard_at: datetime.datetime | None

    @property
    def manner(self) -> Manner:
        """How the answer is meant."""
        return Manner(self.anyway, self.knowingly, self.offers)


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


@access.verb(Permission.REPLY)
def reply(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Answer in public or private, now or later, or write a note; the pane comes back with the new turn.

    An answer somebody else was faster with is held back: theirs is shown, the words stay, sending again sends. So is
    one that crosses a red line, until it is said why it has to, one with places nobody filled in, and a public one
    with what the member said in private. One that wants a second person's yes waits for it. What is refused for good
    comes back with its words where no script keeps them.
    """
    case, draft = _case(membership, case_id), None
    try:
        draft = _draft(request, membership, case)
        said = _say(membership, case, draft)
    except (Overtaken, Crossed, Unfilled, Quoting, NotCleared) as held:
        return _held(request, membership, case, held, draft or _draft(request, membership, case))
    except Refused as refused:
        if getattr(request, "htmx", False):
            raise
        return _refused(request, membership, case, refused, draft)
    _count_templates(request, membership)
    address = access.back(request, reverse("desk:case", args=[membership.workspace.slug, case.id]))
    if not getattr(request, "htmx", False) or (draft.then and said):
        return access.done(request, said, address)
    pane = _pane(request, membership, case)
    return access.part(request, membership, "desk/cases/pane.html", **pane, said=said, swapped=True)


def _draft(request: HttpRequest, membership: Membership, case: Case) -> Draft:
    sent, told = files.sent_with(request, membership.workspace), request.POST
    return Draft(
        text=files.words_beside(told.get("text", ""), sent),
        lane=told.get("instead") or told.get("lane", ""),
        also=bool(told.get("also")),
        publicly=told.get("publicly", "").strip() if told.get("also") else "",
        offers=bool(told.get("offers")),
        then=told.get("then", ""),
        later=_later(request, case),
        anyway=told.get("anyway", ""),
        knowingly=tuple(check for check in CHECKS if check in told.getlist("knowingly")),
        files=sent,
        seen_at=_moment(request, "loaded_at"),
        heard_at=_moment(request, "heard_at"),
    )


def _moment(request: HttpRequest, name: str) -> datetime.datetime | None:
    """When the writer's page was made, or the member's last word on it was heard; None when the form does not tell."""
    try:
        return moment(request.POST.get(name, ""))
    except ValueError:
        return None


def _later(request: HttpRequest, case: Case) -> Later | None:
    wanted, zone = request.POST.get("later", ""), case.workspace.time_zone
    if not wanted:
        return None
    ways = {"tomorrow": lambda: times.tomorrow(zone), "morning": lambda: times.their_morning(case)}
    at = ways[wanted]() if wanted in ways else local_time(request.POST.get("send_at", ""), zone)
    return Later(at, bool(request.POST.get("until_they_write")))


def local_time(told: str, zone: str) -> datetime.datetime:
    """A time as a form's field tells it, in the workspace's time zone. Raises Refused."""
    try:
        at = datetime.datetime.fromisoformat(told)
    except ValueError as wrong:
        raise Refused(_("Choose when it goes out.")) from wrong
    return at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at


def _say(membership: Membership, case: Case, draft: Draft) -> str:
    """Do what the draft wants; returns what there is to tell, "" when the pane shows it by itself."""
    if draft.lane == Lane.INTERNAL:
        actions.note(case=case, by=membership, text=draft.text, attachments=draft.files)
        return ""
    if draft.lane not in (Lane.PUBLIC, Lane.PRIVATE):
        raise Refused(_("Choose who shall read it."))
    if draft.later:
        scheduling.schedule(
            case=case, by=membership, text=draft.text, lane=draft.lane, later=draft.later, attachments=draft.files,
            anyway=draft.anyway, knowingly=draft.knowingly,
        )  # fmt: skip
        return _("It goes out later.")
    both = draft.also and draft.lane == Lane.PRIVATE
    if both and not draft.publicly:
        raise Refused(_("Write what everybody reads, or leave it out."))
    try:
        _send(membership, case, draft, both=both)
    except NeedsApproval:
        approving.ask(
            case=case, by=membership, text=draft.publicly if both else draft.text,
            privately=draft.text if both else "", attachments=draft.files, seen_at=draft.seen_at,
        )  # fmt: skip
        return _("It waits for a second person's yes.")
    return _follow(membership, case, draft)


def _send(membership: Membership, case: Case, draft: Draft, *, both: bool) -> None:
    answer: dict[str, Any] = {
        "case": case, "by": membership, "text": draft.text, "attachments": draft.files, "seen_at": draft.seen_at,
        "heard_at": draft.heard_at, "manner": draft.manner,
    }  # fmt: skip
    if both:
        answering.reply_twice(**answer, publicly=draft.publicly)
    else:
        answering.reply(**answer, lane=draft.lane)


def _follow(membership: Membership, case: Case, draft: Draft) -> str:
    """What is to follow an answer that went out: the case is solved with it."""
    if draft.then != CaseState.SOLVED or case.state in ENDED or not holds(membership, Permission.HANDLE):
        return ""
    actions.end(case=case, state=CaseState.SOLVED, actor=access.actor(membership))
    return _("%(case)s is answered and solved.") % {"case": case.label}


def _count_templates(request: HttpRequest, membership: Membership) -> None:
    ids = [one for one in map(uuid_of, request.POST.getlist("template")[:9]) if one]
    if ids:
        templates.note_used(workspace_id=membership.workspace_id, template_ids=ids)


def _pane(request: HttpRequest, membership: Membership, case: Case) -> dict[str, Any]:
    place = "inbox" if request.POST.get("place") == "inbox" else "case"
    return case_context(membership, _case(membership, case.id), place=place, filters=filters_of(request.GET))


def _refused(
    request: HttpRequest, membership: Membership, case: Case, refused: Refused, draft: Draft | None
) -> HttpResponse:
    """The whole page once more, with the sentence and what was typed; files are chosen anew when it was about them."""
    told = request.POST
    context = _pane(request, membership, case) | {
        "refused": refused.sentence,
        "text": told.get("text", "")[: actions.LONGEST_REPLY],
        "publicly": told.get("publicly", "").strip() if told.get("also") else "",
        "templates_used": told.getlist("template")[:9],
        "sent": files.tickets(draft.files) if draft else [],
        **({"lane": told["lane"]} if told.get("lane") in Lane.values else {}),
    }
    return _whole_page(request, membership, case, context)


def _held(request: HttpRequest, membership: Membership, case: Case, held: Held, draft: Draft) -> HttpResponse:
    context = _pane(request, membership, case) | {
        "held": held,
        "anyway": draft.anyway,
        "knowingly": draft.knowingly,
        "text": draft.text[: actions.LONGEST_REPLY],
        "publicly": draft.publicly,
        "offers": draft.offers,
        "then": draft.then,
        "templates_used": request.POST.getlist("template")[:9],
        "sent": files.tickets(draft.files),
        "lane": draft.lane,
    }
    if getattr(request, "htmx", False):
        response = access.part(request, membership, "desk/cases/pane.html", **context, swapped=True)
        response.status_code = 422  # the page takes it in, and the draft on the device is kept
        return response
    return _whole_page(request, membership, case, context)


def _whole_page(request: HttpRequest, membership: Membership, case: Case, context: dict[str, Any]) -> HttpResponse:
    context |= {"place": "case", **side(membership, case)}
    response = access.shown(request, membership, "desk/cases/case.html", "inbox", **context)
    response.status_code = 422
    return response


@access.verb(Permission.REPLY)
def decide(request: HttpRequest, membership: Membership, pending_id: uuid.UUID) -> HttpResponse:
    """Approve an answer that waits, with other words perhaps, send it back with a reason, or withdraw it."""
    workspace_id = membership.workspace_id
    pending = access.found(approving.pending_by_id(workspace_id=workspace_id, pending_id=pending_id))
    address = access.back(request, reverse("desk:case", args=[membership.workspace.slug, pending.case_id]))
    act, told = request.POST.get("act", ""), request.POST
    if act == "approve":
        approving.approve(pending=pending, by=membership, text=told.get("text", ""), anyway=told.get("reason", ""))
        return access.done(request, _("It is sent."), address)
    if act == "back":
        approving.send_back(pending=pending, by=membership, reason=told.get("reason", ""))
        return access.done(request, _("It is with %(name)s again.") % {"name": pending.by}, address)
    if act == "withdraw":
        approving.withdraw(pending=pending, by=membership)
        return access.done(request, _("It is withdrawn."), address)
    raise Refused(_("Choose what to do with it."))


@access.verb(Permission.REPLY)
def scheduled(request: HttpRequest, membership: Membership, scheduled_id: uuid.UUID) -> HttpResponse:
    """An answer that is to go out later: other words or time, now, not at all; or the notice that it did not."""
    workspace_id = membership.workspace_id
    row = access.found(scheduling.scheduled_by_id(workspace_id=workspace_id, scheduled_id=scheduled_id))
    address = access.back(request, reverse("desk:case", args=[membership.workspace.slug, row.case_id]))
    act = request.POST.get("act", "")
    said = {"change": _("It goes out at its new time."), "now": _("It is sent."), "cancel": _("It does not go out.")}
    if act == "change":
        at = local_time(request.POST.get("send_at", ""), membership.workspace.time_zone)
        later = Later(at, bool(request.POST.get("until_they_write")))
        scheduling.change(scheduled=row, by=membership, text=request.POST.get("text", ""), later=later)
    elif act == "now":
        scheduling.send_now(scheduled=row, by=membership)
    elif act == "cancel":
        scheduling.cancel(scheduled=row, by=membership)
    elif act == "aside":
        scheduling.put_aside(scheduled=row)
    else:
        raise Refused(_("Choose what to do with it."))
    return access.done(request, said.get(act, ""), address)
