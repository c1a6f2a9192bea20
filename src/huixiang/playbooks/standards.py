"""How fast each grade wants its answers: the workspace's standards, and the clocks they set."""

import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huixiang.cases import clocks
from huixiang.cases.models import Case, ClockName
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.events import StandardsChanged
from huixiang.playbooks.models import ResponseStandard
from huixiang.workspaces import calendars
from huixiang.workspaces.models import Workspace

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


def start_clocks(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Start what a grade allows on new cases; historical ones are the caller's to leave out."""
    found = _by_grade(workspace)
    due = [_due(case, found[case.grade], workspace) for case in cases]
    clocks.start_many(cases=cases, due=due, name=ClockName.FIRST_ANSWER)


def move_clocks(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Cases have another grade: their first answers are due by that grade's standard."""
    current = [case for case in cases if not case.historical]
    found = _by_grade(workspace) if current else {}
    for case in current:
        clocks.shorten_first_answer(case, _due(case, found[case.grade], workspace))


def move_clocks_at_once(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """The same for many by a few statements."""
    current = [case for case in cases if not case.historical]
    if not current:
        return
    found = _by_grade(workspace)
    clocks.shorten_first_answers(cases=current, due=[_due(case, found[case.grade], workspace) for case in current])


def _by_grade(workspace: Workspace) -> dict[str, ResponseStandard]:
    """The workspace's standard of each grade; one without any gets the default ones first."""
    if not workspace.response_standards.exists():
        furnish(workspace=workspace)
    return {standard.grade: standard for standard in workspace.response_standards.all()}


def standards(workspace: Workspace) -> list[ResponseStandard]:
    """The workspace's standards, red first; the default ones are made where there are none."""
    found = _by_grade(workspace)
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
