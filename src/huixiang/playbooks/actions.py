"""Starting what a grade calls for."""

import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.cases import clocks
from huixiang.cases.events import Assigned
from huixiang.cases.models import Case, ClockName
from huixiang.cases.queries import team_load
from huixiang.feedback.models import Grade
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.events import StandardsChanged
from huixiang.playbooks.models import ResponseStandard
from huixiang.workspaces import calendars
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import FIRST_ASKED, Permission, holds

LONGEST_MINUTES = 60 * 24 * 60
# Minutes of working time until the first answer: half an hour, 4 hours, 24 hours, 3 days. Working time is counted
# in working days of nine hours, so "24 hours" is one working day and "3 days" are three.
DEFAULT_STANDARDS = {
    Grade.RED: (30, True),
    Grade.ORANGE: (4 * 60, False),
    Grade.YELLOW: (9 * 60, False),
    Grade.BLUE: (3 * 9 * 60, False),
}


def furnish(*, workspace: Workspace) -> None:
    """Give a new workspace the default standards."""
    ResponseStandard.objects.bulk_create(
        [
            ResponseStandard(
                workspace=workspace, grade=grade, first_answer_minutes=minutes, around_the_clock=always
            )
            for grade, (minutes, always) in DEFAULT_STANDARDS.items()
        ],
        ignore_conflicts=True,
    )


def start(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Give new cases an owner each and start their first-answer clocks. Historical cases get neither."""
    current = [case for case in cases if not case.historical]
    if not current:
        return
    _share_out(workspace, current)
    standards = _standards(workspace)
    due = [_due(case, standards[case.grade], workspace) for case in current]
    clocks.start_many(cases=current, due=due, name=ClockName.FIRST_ANSWER)


def regraded(*, workspace: Workspace, case: Case) -> None:
    """A case has another grade: its first answer is due by that grade's standard."""
    regraded_many(workspace=workspace, cases=[case])


def regraded_many(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """The same for many: the standards are read once."""
    current = [case for case in cases if not case.historical]
    found = _standards(workspace) if current else {}
    for case in current:
        clocks.shorten_first_answer(case, _due(case, found[case.grade], workspace))


def regraded_at_once(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """The same for many by a few statements, when nothing else is due with them."""
    current = [case for case in cases if not case.historical]
    if not current:
        return
    found = _standards(workspace)
    clocks.shorten_first_answers(cases=current, due=[_due(case, found[case.grade], workspace) for case in current])


def _standards(workspace: Workspace) -> dict[str, ResponseStandard]:
    """The workspace's standard of each grade; one without any gets the default ones first."""
    if not workspace.response_standards.exists():
        furnish(workspace=workspace)
    return {standard.grade: standard for standard in workspace.response_standards.all()}


def standards(workspace: Workspace) -> list[ResponseStandard]:
    """The workspace's standards, red first; the default ones are made where there are none."""
    found = _standards(workspace)
    return [found[grade] for grade in Grade.values if grade in found]


@transaction.atomic
def set_standards(
    *, workspace: Workspace, wanted: Mapping[str, tuple[int, bool]], actor: Actor
) -> None:
    """Say for each grade how many minutes its first answer may take, and whether nights count.

    Clocks that run keep the time they were given. Journal: playbooks.standards_changed.
    """
    for minutes, _always in wanted.values():
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise Refused(_("The time must lie between one minute and sixty days."))
    for grade, (minutes, always) in wanted.items():
        ResponseStandard.objects.update_or_create(
            workspace=workspace,
            grade=grade,
            defaults={"first_answer_minutes": minutes, "around_the_clock": always},
        )
    record(StandardsChanged(subject=workspace.id, grades=sorted(wanted)), workspace_id=workspace.id, actor=actor)


def _due(case: Case, standard: ResponseStandard, workspace: Workspace) -> datetime.datetime:
    allowed = datetime.timedelta(minutes=standard.first_answer_minutes)
    hours = None if standard.around_the_clock else calendars.WorkingHours.of(workspace)
    return calendars.due(case.begins_at, allowed, hours)


def _share_out(workspace: Workspace, cases: Sequence[Case]) -> None:
    """Each case goes to whoever may answer and has least to do; two statements whatever the number."""
    team = Membership.objects.filter(workspace=workspace).select_related("user").order_by("created_at")
    able = [membership for membership in team if holds(membership, Permission.REPLY)]
    operators = [membership for membership in able if membership.role in FIRST_ASKED] or able
    if not operators:
        return
    load: dict[uuid.UUID, int] = team_load(workspace)
    for case in cases:
        owner = min(operators, key=lambda membership: load.get(membership.id, 0))
        load[owner.id] = load.get(owner.id, 0) + 1
        case.owner = owner
    Case.objects.bulk_update(cases, ["owner"], batch_size=500)
    record_all(
        [Note(Assigned(subject=case.id, owner_id=case.owner_id)) for case in cases], workspace_id=workspace.id
    )
