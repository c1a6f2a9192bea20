"""Handing a case over, and who else is at it."""

import datetime
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from huixiang.cases import handing, queries
from huixiang.cases.collision import be_here
from huixiang.cases.files import put_files
from huixiang.cases.models import Case, Clock, Turn
from huixiang.cases.states import Direction
from huixiang.desk import access
from huixiang.desk.dialogue.reading import details_of
from huixiang.dialogue import scheduling
from huixiang.dialogue.models import ScheduledState
from huixiang.engine.coach.reading import advise
from huixiang.engine.coach.rules import Merit
from huixiang.feedback.queries import of_case
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team, team
from huixiang.workspaces.roles import Permission, holds

QUOTED = 120  # characters of an answer
MOST_PROMISES = 5


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _back(request: HttpRequest, membership: Membership, case: Case) -> str:
    return access.back(request, reverse("desk:case", args=[membership.workspace.slug, case.id]))


@access.verb(Permission.READ)
def here(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Tell that the case is open here, and whether an answer is being written; returns who else is at it."""
    case, writing = _case(membership, case_id), request.POST.get("writing") == "1"
    may_write = holds(membership, Permission.REPLY)
    others = be_here(case=case, by=membership, writing=writing and may_write)
    return access.part(request, membership, "desk/cases/others.html", others=others)


@access.page(Permission.HANDLE)
def form(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The form, its note prefilled from the case."""
    case = _case(membership, case_id)
    takers = [one for one in team(membership.workspace) if one != membership and holds(one, Permission.REPLY)]
    context = {"case": case, "takers": takers, "draft": draft(case)}
    return access.part(request, membership, "desk/cases/hand_over.html", **context)


@access.verb(Permission.HANDLE)
def hand_over(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Give the case to the other with the note."""
    case = _case(membership, case_id)
    to = access.found(_chosen(membership, request.POST.get("to", "")))
    handing.hand_over(case=case, by=membership, to=to, text=request.POST.get("text", ""))
    said = _("%(case)s is handed over to %(name)s.") % {"case": case.label, "name": to}
    return access.done(request, said, _back(request, membership, case))


def _chosen(membership: Membership, wanted: str) -> Membership | None:
    try:
        return member_of_team(workspace_id=membership.workspace_id, membership_id=uuid.UUID(wanted))
    except ValueError:
        return None


@access.verb(Permission.REPLY)
def take(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Accept what was handed over."""
    case = _case(membership, case_id)
    handing.take(case=case, by=membership)
    return access.done(request, _("It is yours."), _back(request, membership, case))


@access.verb(Permission.REPLY)
def give_back(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Return it with a reason."""
    case = _case(membership, case_id)
    giver = handing.give_back(case=case, by=membership, text=request.POST.get("text", ""))
    said = _("It is with %(name)s again.") % {"name": giver} if giver else _("Nobody owns it.")
    return access.done(request, said, _back(request, membership, case))


def draft(case: Case) -> str:
    """What the next person has to know, taken from the case: what was said, asked, promised, is missing and due."""
    feedbacks = of_case(workspace_id=case.workspace_id, case_id=case.id)
    turns = queries.turns(case)
    put_files(turns)
    details = details_of(case, feedbacks, turns)
    told = [
        _("- %(label)s: %(text)s") % {"label": one.label, "text": one.words or _("sent as a file")}
        for one in details
        if one.state == "told"
    ]
    answered = [turn for turn in turns if turn.direction == Direction.OUTBOUND]
    lines = [
        _("Known:"), *(told or [f"- {case.title}"]),
        *_named(_("Stage"), [str(case.get_stage_display())]),
        *_named(_("They said last"), _heard(turns)),
        *_named(_("Asked, not answered yet"), [one.label for one in details if one.state == "asked"]),
        _("Still missing: %(list)s") % {"list": ", ".join(one.label for one in details if one.lacking) or _("nothing")},
        *_promised(answered),
        _("Last answer and promise: %(words)s") % {"words": _last(answered)},
        _("Due: %(list)s") % {"list": ", ".join(_running(queries.clocks(case))) or _("nothing")},
        *_named(_("Goes out later"), _waiting(case)),
    ]  # fmt: skip
    return "\n".join(lines)


def _named(name: str, told: list[str]) -> list[str]:
    """A line of its own for what there is; nothing for what there is not."""
    return [_("%(name)s: %(list)s") % {"name": name, "list": ", ".join(told)}] if told else []


def _heard(turns: list[Turn]) -> list[str]:
    said = [turn.text for turn in turns if turn.direction == Direction.INBOUND and turn.text]
    return [_quoted(said[-1])] if len(said) > 1 else []  # the first words are told as facts


def _promised(answered: list[Turn]) -> list[str]:
    """Who does what until when, in our own sentences, each with when it was said and by whom."""
    promises = [(turn, advise(turn.text).merits[Merit.PROMISED]) for turn in answered]
    lines = [f"- {_day(turn.at)} {turn.by or ''}: {_quoted(words)}" for turn, words in promises if words]
    return [_("Promised:"), *lines[-MOST_PROMISES:]] if lines else []


def _waiting(case: Case) -> list[str]:
    rows = [row for row in scheduling.of_case(case) if row.state == ScheduledState.WAITING]
    return [f"{_day(row.send_at)} {_quoted(row.text)}" for row in rows]


def _day(at: datetime.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "m-d H:i")


def _quoted(text: str) -> str:
    return f"“{text[:QUOTED]}{'…' if len(text) > QUOTED else ''}”"


def _last(answered: list[Turn]) -> str:
    if not answered:
        return _("nothing, nobody has answered yet")
    return _quoted(answered[-1].text)


def _running(clocks: list[Clock]) -> list[str]:
    return [
        f"{clock.get_name_display()} {_day(clock.due_at)}"
        for clock in clocks
        if clock.running
    ]
