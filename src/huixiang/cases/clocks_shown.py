"""Clocks as pages tell of them: how each stands, by how much it was early or late, and what was only guessed."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from huixiang.cases.clocks_due import hours_of, used
from huixiang.cases.clocks_models import RUNS, Clock, ClockName
from huixiang.cases.models import Case
from huixiang.themes.models import Theme
from huixiang.workspaces.calendars import WorkingHours, elapsed, guessed_years
from huixiang.workspaces.models import Workspace

NOTHING = datetime.timedelta()


@dataclass(frozen=True, slots=True)
class Shown:
    """One clock. `state`: running, late, resting, met, met_late, stopped; or none: it never began.

    `left` is what remains of its time, or by how much it is over, in the time it is counted in; `guessed` are the years
    counted by weekends because their holidays are not announced yet; `day` is how long a working day is, in minutes.
    """

    name: str
    label: str
    state: str
    clock: Clock | None = None
    left: datetime.timedelta = NOTHING
    share: float = 0.0
    guessed: Sequence[int] = ()
    day: int = 24 * 60

    @property
    def over(self) -> bool:
        """Whether the time ran out, met since or not."""
        return self.state in {"late", "met_late"} or (self.clock is not None and self.clock.breach_noted_at is not None)


def of_case(case: Case, workspace: Workspace) -> list[Shown]:
    """All four clocks of a case, the announcement being its theme's: two statements, and one for the calendar."""
    found: dict[str, Clock] = {}
    for clock in case.clocks.order_by("started_at", "id"):
        found[clock.name] = clock
    if case.theme_id and (public := _of_themes([case.theme_id]).get(case.theme_id)):
        found[ClockName.ANNOUNCEMENT] = public
    hours = WorkingHours.of(workspace)
    return [shown(found.get(name), name, hours) for name in ClockName.values]


def of_theme(theme: Theme, workspace: Workspace) -> Shown | None:
    """What a theme owes the public; None where nothing ever was due."""
    clock = _of_themes([theme.id]).get(theme.id)
    return shown(clock, ClockName.ANNOUNCEMENT, WorkingHours.of(workspace)) if clock else None


def promised(*, theme_id: uuid.UUID | None, case_id: uuid.UUID | None) -> dict[str, Clock]:
    """What members were promised: our first answer, and the announcement. Only what counts: one statement each."""
    found: dict[str, Clock] = {}
    if case_id:
        first = Clock.objects.filter(case_id=case_id, name=ClockName.FIRST_ANSWER, stopped_at=None).first()
        found |= {"answer": first} if first else {}
    if theme_id and (public := _of_themes([theme_id]).get(theme_id)):
        found["announcement"] = public
    return found


def _of_themes(theme_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Clock]:
    """The clock of each theme that counts now: the one that runs, else the last that was met."""
    rows = Clock.objects.filter(theme_id__in=list(theme_ids)).exclude(stopped_at__isnull=False)
    return {clock.theme_id: clock for clock in rows.order_by("started_at", "id") if clock.theme_id}


def running_of(*, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Clock]]:
    """The clocks that run of many cases: one statement."""
    found: dict[uuid.UUID, list[Clock]] = {}
    for clock in Clock.objects.filter(RUNS, case_id__in=list(case_ids)).order_by("due_at"):
        found.setdefault(clock.case_id, []).append(clock)  # type: ignore[arg-type]
    return found


def shown(clock: Clock | None, name: str, hours: WorkingHours, *, now: datetime.datetime | None = None) -> Shown:
    """How a clock stands."""
    label = str(ClockName(name).label)
    if clock is None:
        return Shown(name, label, "none")
    by, present = hours_of(clock, hours), now or timezone.now()
    at = clock.paused_at or clock.met_at or clock.stopped_at or present
    gone, whole = _gone(clock, at, by)
    late = gone > whole or (gone == whole and at > clock.due_at)
    return Shown(
        name, label, _state(clock, late=late), clock, abs(whole - gone), _share(gone, whole),
        guessed_years(by, clock.started_at, max(clock.due_at, at)) if clock.running else (),
        24 * 60 if clock.around_the_clock else hours.day_minutes,
    )  # fmt: skip


def _gone(
    clock: Clock, at: datetime.datetime, by: WorkingHours | None
) -> tuple[datetime.timedelta, datetime.timedelta]:
    """How much of its time a clock has used, and how much it has."""
    if clock.allowed_minutes is None:
        return elapsed(clock.started_at, at, by), elapsed(clock.started_at, clock.due_at, by)
    return used(clock.started_at, clock.pauses, at, by), datetime.timedelta(minutes=clock.allowed_minutes)


def _share(gone: datetime.timedelta, whole: datetime.timedelta) -> float:
    return min(gone / whole, 1.0) if whole else 1.0


def _state(clock: Clock, *, late: bool) -> str:
    if clock.met_at:
        return "met_late" if late else "met"
    if clock.stopped_at:
        return "stopped"
    if clock.paused_at:
        return "resting"
    return "late" if late else "running"
