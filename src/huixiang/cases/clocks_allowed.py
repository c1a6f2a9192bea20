"""How long each clock may take, by grade. The standards stand above this package, which is told where to ask."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huixiang.cases.clocks_models import ClockName
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Allowance:
    """The time of one clock in minutes, how they are counted, and after which share of them, in per cent, it warns."""

    minutes: int
    around_the_clock: bool = False
    warn_share: int = 75


Allowances = Mapping[str, Mapping[str, Allowance]]
"""By grade, then by clock; what is not there has no clock."""
# What holds where nobody said otherwise: minutes of working time, in working days of nine hours.
DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "red": {"first_answer": 30, "next_answer": 60, "resolution": 24 * 60, "announcement": 72 * 60},
    "orange": {"first_answer": 4 * 60, "next_answer": 4 * 60, "resolution": 27 * 60, "announcement": 63 * 60},
    "yellow": {"first_answer": 9 * 60, "next_answer": 9 * 60, "resolution": 45 * 60, "announcement": 135 * 60},
    "blue": {"first_answer": 27 * 60, "next_answer": 18 * 60, "resolution": 90 * 60, "announcement": 270 * 60},
}
AROUND_THE_CLOCK = frozenset({"red"})


def _defaults(_workspace_id: uuid.UUID) -> Allowances:
    return {
        grade: {name: Allowance(minutes[name], grade in AROUND_THE_CLOCK) for name in ClockName.values}
        for grade, minutes in DEFAULTS.items()
    }


_ask: Callable[[uuid.UUID], Allowances] = _defaults


def ask_of(source: Callable[[uuid.UUID], Allowances]) -> None:
    """Have a workspace's allowances read by `source`: called once, when the program starts."""
    global _ask  # noqa: PLW0603 - set at start-up, as connectors are registered
    _ask = source


def allowances(workspace_id: uuid.UUID) -> Allowances:
    """How long each clock of a workspace may take."""
    return _ask(workspace_id)


@dataclass(frozen=True, slots=True)
class Rules:
    """What clocks of a workspace are counted by: read once for however many."""

    allowed: Allowances
    hours: WorkingHours

    @classmethod
    def of(cls, workspace: Workspace) -> "Rules":
        """As they are set now: the standards, and the calendar."""
        return cls(allowances(workspace.id), WorkingHours.of(workspace))
