"""How fast each grade wants its answers: the workspace's standards, and the clocks they set."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import clocks, clocks_public
from huixiang.cases.clocks_allowed import AROUND_THE_CLOCK, DEFAULTS, Allowance, Allowances
from huixiang.cases.clocks_models import RUNS, Clock, ClockName
from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.events import StandardsChanged
from huixiang.playbooks.models import ResponseStandard
from huixiang.workspaces.models import Workspace

LONGEST_MINUTES = 60 * 24 * 366
WARN_SHARES = (0, 50, 60, 70, 75, 80, 90)  # per cent; 0 warns never


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a grade: minutes by clock (None: no such clock), how they are counted, when it warns."""

    minutes: Mapping[str, int | None]
    around_the_clock: bool = False
    warn_share: int = 75


def furnish(*, workspace: Workspace) -> None:
    """Give a new workspace the default standards."""
    ResponseStandard.objects.bulk_create(
        [
            ResponseStandard(
                workspace=workspace, grade=grade, around_the_clock=grade in AROUND_THE_CLOCK,
                **{f"{name}_minutes": minutes for name, minutes in by_clock.items()},
            )
            for grade, by_clock in DEFAULTS.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def allowances(workspace_id: uuid.UUID) -> Allowances:
    """How long each clock may take, by grade: what clocks are counted by (see cases.clocks_allowed)."""
    return {
        standard.grade: {
            name: Allowance(minutes, standard.around_the_clock, standard.warn_share)
            for name in ClockName.values
            if (minutes := minutes_of(standard, name))
        }
        for standard in _found(workspace_id)
    }


def minutes_of(standard: ResponseStandard, name: str) -> int | None:
    """What a standard says of one clock; None where there is none."""
    minutes: int | None = getattr(standard, f"{name}_minutes")
    return minutes


def start_clocks(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Start what a grade allows on new cases; historical ones are the caller's to leave out."""
    clocks.start_many(workspace=workspace, cases=cases)


def move_clocks(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Cases have another grade: what runs may take what that grade's standard says. A few statements for many."""
    clocks.regraded(workspace=workspace, cases=[case for case in cases if not case.historical])


move_clocks_at_once = move_clocks


def _found(workspace_id: uuid.UUID) -> list[ResponseStandard]:
    """The workspace's standards; one that lacks some gets the default ones first."""
    found = list(ResponseStandard.objects.filter(workspace_id=workspace_id))
    if len(found) < len(Grade.values):
        furnish(workspace=Workspace.objects.get(id=workspace_id))
        found = list(ResponseStandard.objects.filter(workspace_id=workspace_id))
    return found


def standards(workspace: Workspace) -> list[ResponseStandard]:
    """The workspace's standards, red first; the default ones are made where there are none."""
    return sorted(_found(workspace.id), key=lambda standard: list(Grade.values).index(standard.grade))


@transaction.atomic
def set_standards(
    *, workspace: Workspace, wanted: Mapping[str, Wanted], actor: Actor, also_running: bool = False
) -> int:
    """Say for each grade how long each clock may take; returns how many running clocks were counted anew.

    Clocks that run keep the time they were given, unless `also_running`. Journal: playbooks.standards_changed.
    """
    for one in wanted.values():
        _check(one)
    for grade, one in wanted.items():
        ResponseStandard.objects.update_or_create(
            workspace=workspace,
            grade=grade,
            defaults={f"{name}_minutes": minutes for name, minutes in one.minutes.items()}
            | {"around_the_clock": one.around_the_clock, "warn_share": one.warn_share},
        )
    record(StandardsChanged(subject=workspace.id, grades=sorted(wanted)), workspace_id=workspace.id, actor=actor)
    return _renew(workspace, sorted(wanted)) if also_running else 0


def _check(wanted: Wanted) -> None:
    if not wanted.minutes.get(ClockName.FIRST_ANSWER):
        raise Refused(_("Every grade needs a time for its first answer."))
    if any(minutes is not None and not 1 <= minutes <= LONGEST_MINUTES for minutes in wanted.minutes.values()):
        raise Refused(_("The time must lie between one minute and a year."))
    if wanted.warn_share not in WARN_SHARES:
        raise Refused(_("Choose when to warn."))


def _renew(workspace: Workspace, grades: Sequence[str]) -> int:
    """Count what runs by the standards of now, but for what was breached already."""
    due_later = Clock.objects.filter(RUNS, workspace=workspace, breach_noted_at=None, due_at__gt=timezone.now())
    of_cases = Case.objects.filter(workspace=workspace, grade__in=grades, clocks__in=due_later).distinct()
    cases = list(of_cases.order_by("id"))
    move_clocks(workspace=workspace, cases=cases)
    themes = set(due_later.filter(theme__isnull=False).values_list("theme_id", flat=True))
    clocks_public.follow(workspace=workspace, theme_ids=themes)
    return due_later.count()
