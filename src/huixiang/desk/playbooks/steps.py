"""The steps of a case, ticked where one stands; and everybody's own steps over all cases."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id
from huixiang.cases.states import ENDED
from huixiang.desk import access
from huixiang.desk.playbooks.now import line
from huixiang.dialogue.queries import keys as template_keys
from huixiang.kernel.errors import Refused
from huixiang.playbooks import acting, actions, queries, replacing, wording
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.states import OPEN, TO_DO, DoneBy, StepState
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team, team
from huixiang.workspaces.roles import Permission


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as drawn: whose it is, what is awaited of it, and what may be done with it."""

    row: RunStep
    whose: str
    done_when: str
    template: str
    may: bool
    mine: bool

    @property
    def open(self) -> bool:
        """Whether it is still to be done, now or later."""
        return self.row.state in OPEN

    @property
    def to_do(self) -> bool:
        """Whether it is to be done now."""
        return self.row.state in TO_DO

    @property
    def idle(self) -> bool:
        """Whether it was left out because it is not for such a case: nobody skipped it."""
        return self.row.state == StepState.SKIPPED and self.row.by_id is None and not self.row.note


def playbook_of(membership: Membership, case: Case) -> dict[str, Any]:
    """What the case's page shows of its playbook: four statements."""
    runs, offered = queries.runs_of(case.id), case.state not in ENDED and not case.historical
    if not runs:
        return {"run": None, "run_offered": offered}
    accounts = {str(case.account_id): case.account.name}
    steps = shown_steps(membership, runs[0])
    return {
        "run": runs[0],
        "run_offered": offered,
        "run_why": wording.why_in_words(runs[0].why, accounts),
        "run_steps": [one for one in steps if not one.idle],
        "run_left": [one for one in steps if one.idle],
        "run_done": sum(one.row.state == StepState.DONE for one in steps),
        "run_late": sum(one.row.state == StepState.LATE for one in steps),
        "runs_before": runs[1:],
    }


def shown_steps(membership: Membership, run: PlaybookRun) -> list[Shown]:
    """The steps of a run as drawn."""
    templates = dict(template_keys(membership.workspace))
    return [_shown(membership, row, templates, running=run.ended_at is None) for row in queries.steps_of(run)]


def _shown(membership: Membership, row: RunStep, templates: dict[str, str], *, running: bool = True) -> Shown:
    mine = row.owner_id == membership.id or (row.owner_id is None and row.role == membership.role)
    mine = mine or (row.owner_id is None and not row.role and row.case.owner_id == membership.id)
    return Shown(
        row, wording.whose_in_words(row), str(DoneBy(row.step.done_by).label),
        templates.get(row.step.template_key, ""), running and acting.may_act(membership, row), mine,
    )  # fmt: skip


@access.verb(Permission.READ)
def act(request: HttpRequest, membership: Membership, case_id: uuid.UUID, step_id: uuid.UUID) -> HttpResponse:
    """Tick, skip, begin, hand on or take back a step: whoever handles cases any, the others those that are theirs."""
    row = access.found(
        queries.step_of_case(workspace_id=membership.workspace_id, case_id=case_id, step_id=step_id)
    )
    what, note = request.POST.get("do", ""), request.POST.get("note", "")
    if what == "done":
        acting.tick(row=row, by=membership, note=note)
    elif what == "skip":
        acting.skip(row=row, by=membership, reason=note)
    elif what == "begin":
        acting.begin_step(row=row, by=membership)
    elif what == "back":
        acting.take_back(row=row, by=membership)
    elif what in ("hand", "take"):
        acting.hand(row=row, by=membership, to=_taker(request, membership, what))
    else:
        raise Refused(_("Choose what is to be done with the step."))
    return _answer(request, membership, case_id, row)


def _taker(request: HttpRequest, membership: Membership, what: str) -> Membership:
    if what == "take":
        return membership
    wanted = _id(request.POST.get("to", ""))
    found: Membership = access.found(member_of_team(workspace_id=membership.workspace_id, membership_id=wanted))
    return found


def _id(text: str) -> uuid.UUID:
    """An id as it was sent; nobody's for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _answer(request: HttpRequest, membership: Membership, case_id: uuid.UUID, row: RunStep) -> HttpResponse:
    """The card anew where it stood, or the inbox's line; whoever came from elsewhere, or without htmx, goes back."""
    address = f"{reverse('desk:case', args=[membership.workspace.slug, case_id])}?side=1#playbook"
    in_line = request.POST.get("place") == "now"
    if not getattr(request, "htmx", False) or (request.POST.get("next") and not in_line):
        said = _("“%(step)s”: kept.") % {"step": row.step.title}
        return access.done(request, said, access.back(request, address))
    case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    if in_line:
        return line(request, membership, case, row if request.POST.get("do") == "done" else None)
    return _card(request, membership, case)


def _card(request: HttpRequest, membership: Membership, case: Case) -> HttpResponse:
    return access.part(
        request, membership, "desk/playbooks/on_case.html", case=case, team=team(membership.workspace),
        **playbook_of(membership, case),
    )  # fmt: skip


@access.either(Permission.HANDLE)
def start(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Begin the playbook whose conditions hold on a case that has none, begin another one in its place, or stop it.

    By GET the form for the latter two.
    """
    case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    if request.method != "POST":
        run = next((one for one in queries.runs_of(case.id) if one.ended_at is None), None)
        books = [one for one in queries.offered(membership.workspace)
                 if run is None or one.id != run.version.playbook_id]  # fmt: skip
        return access.part(request, membership, "desk/playbooks/choose.html", case=case, run=run, books=books)
    said = _put(request, membership, case)
    if getattr(request, "htmx", False):
        return _card(request, membership, case)
    address = f"{reverse('desk:case', args=[membership.workspace.slug, case_id])}?side=1#playbook"
    return access.done(request, said, address)


def _put(request: HttpRequest, membership: Membership, case: Case) -> str:
    wanted, reason = request.POST.get("playbook", ""), request.POST.get("reason", "")
    if request.POST.get("do") == "stop":
        replacing.stop(case=case, by=membership, reason=reason)
        return _("The playbook was stopped.")
    if not wanted:
        actions.start_late(workspace=membership.workspace, case=case)
        return _("The playbook has begun.")
    book = queries.playbook_by_id(workspace_id=membership.workspace_id, playbook_id=_id(wanted))
    replacing.put(case=case, playbook=access.found(book), by=membership, reason=reason)
    return _("The playbook has begun.")


@access.page()
def mine(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What is up to the reader over all cases: late, today, later, without a time."""
    until, templates = queries.end_of_day(), dict(template_keys(membership.workspace))
    groups: dict[str, list[Shown]] = {"late": [], "today": [], "later": [], "open": []}
    for row in queries.my_steps(membership):
        shown = _shown(membership, row, templates)
        groups[_when(row, until)].append(shown)
    words = {"late": _("Late"), "today": _("Due today"), "later": _("Later"), "open": _("Without a time")}
    return access.shown(
        request, membership, "desk/playbooks/mine.html", "inbox", total=sum(map(len, groups.values())),
        groups=[(name, words[name], rows) for name, rows in groups.items() if rows],
    )  # fmt: skip


def _when(row: RunStep, until: Any) -> str:
    if row.state == StepState.LATE:
        return "late"
    if row.due_at is None:
        return "open"
    return "today" if row.due_at <= until else "later"


@access.page()
def badge(request: HttpRequest, membership: Membership) -> HttpResponse:
    """How many of the reader's steps are due today."""
    number, late = queries.my_count(membership, queries.end_of_day())
    return access.part(request, membership, "desk/playbooks/badge.html", number=number, late=late,
                       most=queries.COUNTED_TO)  # fmt: skip
