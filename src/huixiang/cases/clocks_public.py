"""The clock on a theme: from the first report of it to the announcement. Members see it as a promise.

It runs while something was reported that no announcement answered yet; an announcement meets it, and so does declining
with a reason everybody can read. It may take what the strictest of its cases' grades allows. It never rests.
"""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from huixiang.cases import events
from huixiang.cases.clocks_allowed import Allowance, Rules
from huixiang.cases.clocks_due import allow, hours_of, reached
from huixiang.cases.clocks_models import RUNS, Clock, ClockName
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Workspace

Moment = datetime.datetime
ANSWERED = (ThemeStatus.ANNOUNCED, ThemeStatus.DECLINED)
FOLLOWED = (
    "started_at", "due_at", "warn_at", "allowed_minutes", "around_the_clock", "warn_share", "met_at", "stopped_at",
    "breach_noted_at", "escalate_at", "level", "warned_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reports:
    """What nobody answered in public yet: since when, and of which grades."""

    since: Moment
    grades: frozenset[str]


def take_in(*, workspace: Workspace, cases: Sequence[Case], rules: Rules) -> None:
    """New cases are about these themes: their clocks start, or are due earlier. Journal: cases.promise_started."""
    new = _by_theme((case.theme_id, case.grade, case.begins_at) for case in cases)
    running = {
        clock.theme_id: clock
        for clock in Clock.objects.select_for_update().filter(RUNS, theme_id__in=list(new)).order_by("theme_id")
    }
    rest = [theme_id for theme_id in new if theme_id not in running]
    open_ones = Theme.objects.filter(id__in=rest).exclude(status__in=[*ANSWERED, ThemeStatus.MERGED])
    unanswered = set(open_ones.values_list("id", flat=True)) if rest else set()
    made = [clock for one in rest if one in unanswered for clock in _new(one, new[one], rules, workspace)]
    _start(made, workspace)
    moved = [clock for theme_id, clock in running.items() if _hurried(clock, new[theme_id], rules)]  # type: ignore[index]
    Clock.objects.bulk_update(moved, FOLLOWED, batch_size=500)


@transaction.atomic
def follow(*, workspace: Workspace, theme_ids: Iterable[uuid.UUID]) -> None:
    """Let the clocks of these themes say what their cases and steps say by now; running it twice changes nothing.

    For whatever is not a new case: a step of the theme or one undone, a merge, a move, another grade, what turns out
    to be no feedback. Journal: cases.promise_started for those that begin, cases.promise_ended for those that end
    because nothing that was said is about the theme any more.
    """
    ids = set(theme_ids)
    themes = list(Theme.objects.filter(workspace=workspace, id__in=ids).defer("centre", "search").order_by("id"))
    if not themes:
        return
    clocks: dict[uuid.UUID, list[Clock]] = {}
    for clock in Clock.objects.select_for_update().filter(theme_id__in=ids).order_by("theme_id", "started_at", "id"):
        clocks.setdefault(clock.theme_id, []).append(clock)  # type: ignore[arg-type]
    reports = _unanswered(ids)
    rules, made = Rules.of(workspace), list[Clock]()
    ran = {clock.id for found in clocks.values() for clock in found if clock.stopped_at is None}
    for theme in themes:
        made += _settle(theme, clocks.get(theme.id, []), reports.get(theme.id), rules)
    known = [one for found in clocks.values() for one in found]
    Clock.objects.bulk_update(known, FOLLOWED, batch_size=500)
    _start(made, workspace)
    merged = {theme.id for theme in themes if theme.status == ThemeStatus.MERGED}  # whose merge is in the journal
    _tell_ended([one for one in known if one.stopped_at and one.id in ran and one.theme_id not in merged], workspace)


def _settle(theme: Theme, clocks: Sequence[Clock], reports: Reports | None, rules: Rules) -> list[Clock]:
    """Change a theme's clocks as they should be; returns one that begins."""
    running = next((clock for clock in clocks if clock.met_at is None and clock.stopped_at is None), None)
    met = max((clock for clock in clocks if clock.met_at), key=lambda one: one.met_at or one.due_at, default=None)
    if theme.status in ANSWERED:
        stamp = theme.announced_at if theme.status == ThemeStatus.ANNOUNCED else theme.declined_at
        if running:
            running.met_at = stamp or timezone.now()
        return []
    if met and theme.status != ThemeStatus.MERGED and _reopened_at(theme, met) is None:
        met.met_at = None  # the step that met it was taken back: it runs on
        return []
    if met and reports is None:
        reports = _again(theme, met)
    if theme.status == ThemeStatus.MERGED or reports is None:
        if running:
            running.stopped_at = timezone.now()
        return []
    return _run(theme, running or _stopped(clocks), _since(theme, met, running, reports), rules)


def _since(theme: Theme, met: Clock | None, running: Clock | None, reports: Reports) -> Reports:
    """What was taken up again runs from then, or from a report before; that is not moved by a later step."""
    again = _reopened_at(theme, met) if met else None
    if again is None:
        return reports
    return replace(reports, since=min(running.started_at if running else again, reports.since))


def _stopped(clocks: Sequence[Clock]) -> Clock | None:
    """The clock that a merge or a move had stopped: it runs on when that is undone."""
    last = clocks[-1] if clocks else None
    return last if last and last.stopped_at and last.met_at is None else None


def _reopened_at(theme: Theme, met: Clock) -> Moment | None:
    """When a theme that was answered was taken up again."""
    steps = [at for at in (theme.fixing_at, theme.confirmed_at) if at and met.met_at and at > met.met_at]
    return max(steps, default=None)


def _again(theme: Theme, met: Clock) -> Reports | None:
    """A theme taken up again without a new report: all of its cases ask for a new answer."""
    again = _reopened_at(theme, met)
    if again is None or theme.status == ThemeStatus.MERGED:
        return None
    grades = Case.objects.filter(theme=theme, historical=False).values_list("grade", flat=True).distinct().order_by()
    return Reports(again, frozenset(grades))


def _run(theme: Theme, clock: Clock | None, reports: Reports, rules: Rules) -> list[Clock]:
    """Let a clock run from the first report; returns it if it is new."""
    known = _of_grades(reports.grades, rules)
    if not known:
        return []
    made = clock or Clock(workspace_id=theme.workspace_id, theme=theme, name=ClockName.ANNOUNCEMENT)
    made.started_at, made.stopped_at = reports.since, None
    allow(made, _strictest(made.started_at, known, rules.hours), rules.hours, now=timezone.now())
    return [] if clock else [made]


def _new(theme_id: uuid.UUID, reports: Reports, rules: Rules, workspace: Workspace) -> list[Clock]:
    known = _of_grades(reports.grades, rules)
    if not known:
        return []
    clock = Clock(workspace=workspace, theme_id=theme_id, name=ClockName.ANNOUNCEMENT, started_at=reports.since)
    allow(clock, _strictest(reports.since, known, rules.hours), rules.hours, now=timezone.now())
    return [clock]


def _hurried(clock: Clock, new: Reports, rules: Rules) -> bool:
    """Whether new reports let a clock be due earlier; it is counted anew then."""
    known = _of_grades(new.grades, rules)
    if clock.allowed_minutes is not None:
        known.append(Allowance(clock.allowed_minutes, clock.around_the_clock, clock.warn_share))
    if not known:
        return False
    start = min(clock.started_at, new.since)
    strictest = _strictest(start, known, rules.hours)
    if start == clock.started_at and strictest == known[-1]:
        return False
    clock.started_at = start
    allow(clock, strictest, rules.hours, now=timezone.now())
    return True


def _of_grades(grades: Iterable[str], rules: Rules) -> list[Allowance]:
    told = [rules.allowed[grade].get(ClockName.ANNOUNCEMENT) for grade in grades]
    return [allowance for allowance in told if allowance]


def _strictest(start: Moment, known: Sequence[Allowance], hours: WorkingHours) -> Allowance:
    def due(one: Allowance) -> Moment:
        clock = Clock(around_the_clock=one.around_the_clock)
        return reached(start, (), datetime.timedelta(minutes=one.minutes), hours_of(clock, hours))

    return min(reversed(known), key=due)


def _start(made: Sequence[Clock], workspace: Workspace) -> None:
    Clock.objects.bulk_create(made, ignore_conflicts=True)  # of two at once one has started it
    notes = [Note(events.PromiseStarted(subject=clock.theme_id, due_at=clock.due_at)) for clock in made]  # type: ignore[arg-type]
    record_all(notes, workspace_id=workspace.id)


def _tell_ended(stopped: Sequence[Clock], workspace: Workspace) -> None:
    notes = [Note(events.PromiseEnded(subject=clock.theme_id)) for clock in stopped]  # type: ignore[arg-type]
    record_all(notes, workspace_id=workspace.id)


def _by_theme(told: Iterable[tuple[uuid.UUID | None, str, Moment]]) -> dict[uuid.UUID, Reports]:
    found: dict[uuid.UUID, Reports] = {}
    for theme_id, grade, at in told:
        if theme_id is None:
            continue
        before = found.get(theme_id)
        since, grades = (min(before.since, at), before.grades) if before else (at, frozenset[str]())
        found[theme_id] = Reports(since, grades | {grade})
    return found


def _unanswered(theme_ids: set[uuid.UUID]) -> dict[uuid.UUID, Reports]:
    """Of each theme the cases no announcement answered: one statement.

    A case whose every feedback turned out to be about nothing, or about something else, is no report of the theme.
    """
    said = Feedback.objects.filter(workspace_id=OuterRef("workspace_id"), case_id=OuterRef("id"))
    answers = Clock.objects.filter(theme_id=OuterRef("theme_id"), met_at__isnull=False).values("theme_id")
    cases = Case.objects.filter(theme_id__in=theme_ids, historical=False).annotate(
        begins=Greatest(Coalesce("known_at", "opened_at"), "opened_at"),
        answered=Subquery(answers.annotate(last=Max("met_at")).values("last")),
    )
    standing = Exists(said.filter(theme_id=OuterRef("theme_id"))) | ~Exists(said)
    left = cases.filter(Q(answered=None) | Q(begins__gt=F("answered")), standing).order_by()
    first = left.values("theme_id", "grade").annotate(first=Min("begins"))
    return _by_theme(first.values_list("theme_id", "grade", "first"))
