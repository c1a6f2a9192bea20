"""Starting playbooks on cases, and changing them when cases are graded anew: the same few statements for any number."""

import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from huixiang.cases.details import complete_of
from huixiang.cases.models import Case
from huixiang.cases.states import ENDED
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.ids import new_id
from huixiang.playbooks import shipped, staging
from huixiang.playbooks.advancing import Ground, advance, leave_out, needed
from huixiang.playbooks.choosing import Known, by_hand, choose, why
from huixiang.playbooks.events import RunEnded, RunStarted
from huixiang.playbooks.hands import Hands
from huixiang.playbooks.models import Playbook, PlaybookRun, PlaybookVersion, RunStep, Step
from huixiang.playbooks.states import OPEN, EndReason, StepKind, StepState
from huixiang.workspaces.models import Workspace

Done = Mapping[uuid.UUID, Sequence[RunStep]]  # by case: what was done under the playbook before


def in_force(workspace: Workspace) -> list[PlaybookVersion]:
    """The versions new cases get, with their steps, in the order they are asked; two statements.

    A workspace that has no playbook at all gets the shipped ones first.
    """
    found = list(_in_force(workspace))
    if not found and shipped.furnish(workspace=workspace):
        found = list(_in_force(workspace))
    return found


def _in_force(workspace: Workspace) -> QuerySet[PlaybookVersion]:
    books = Playbook.objects.filter(workspace=workspace, on=True, active__isnull=False)
    rows = PlaybookVersion.objects.filter(id__in=books.values("active_id")).select_related("playbook")
    steps = Prefetch("steps", queryset=Step.objects.order_by("position"))
    return rows.prefetch_related(steps).order_by("playbook__position", "playbook_id")


def known_of(*, cases: Sequence[Case], said: Sequence[Feedback] = ()) -> dict[uuid.UUID, Known]:
    """What each case is chosen a playbook by; its kind is that of the feedback that opened it.

    `said`: those feedbacks where they are at hand (in a batch they are not stored with their case yet).
    """
    ids = [case.id for case in cases]
    kinds = {one.case_id: one.kind for one in reversed(said)} if said else _kinds(cases)
    about = Case.objects.filter(id__in=ids).values_list("id", "member__tier", "account__kind")
    where = {case_id: (tier, kind) for case_id, tier, kind in about}
    return {
        case.id: Known(case.grade, kinds.get(case.id, ""), *where.get(case.id, ("", "")), case.account_id)
        for case in cases
    }


def _kinds(cases: Sequence[Case]) -> dict[uuid.UUID | None, str]:
    if not cases:
        return {}
    said = Feedback.objects.filter(workspace_id=cases[0].workspace_id, case_id__in=[case.id for case in cases])
    return dict(said.order_by("case_id", "id").distinct("case_id").values_list("case_id", "kind"))


def missing_of(workspace_id: uuid.UUID, cases: Sequence[Case]) -> set[uuid.UUID]:
    """The cases that still lack a detail, as the case's own page tells it."""
    ids = [case.id for case in cases]
    return set(ids) - complete_of(workspace_id=workspace_id, case_ids=ids) if ids else set()


@dataclass(frozen=True, slots=True)
class Start:
    """A playbook that is to begin on a case: from when its times count, and what was done under the one before."""

    case: Case
    version: PlaybookVersion
    known: Known
    at: datetime.datetime
    done: Sequence[RunStep] = ()
    actor: Actor = SYSTEM  # a person chose it, not its conditions


def begin(*, workspace: Workspace, cases: Sequence[Case], said: Sequence[Feedback] = ()) -> None:
    """Choose a playbook for each of these new cases and start it. Journal: playbooks.started for each that has one.

    Times count from when the team could first know of a case, as its clocks do. `said`: the feedbacks that opened them.
    """
    if not cases:
        return
    versions, known = in_force(workspace), known_of(cases=cases, said=said)
    missing = {one.case_id for one in said if one.missing} if said else missing_of(workspace.id, cases)
    chosen = ((case, choose(versions, known[case.id])) for case in cases)
    starts = [Start(case, version, known[case.id], case.begins_at) for case, version in chosen if version]
    launch(workspace, starts, missing)


def rechoose(*, workspace: Workspace, cases: Sequence[Case]) -> None:
    """Cases have another grade: where another playbook is meant for it, theirs ends and that one starts.

    What was done counts for the same kind of step. One that is chosen again goes on by the version it began with.
    Journal: playbooks.ended, playbooks.started.
    """
    if not cases:
        return
    versions, known, now = in_force(workspace), known_of(cases=cases), timezone.now()
    chosen = {case.id: choose(versions, known[case.id]) for case in cases}
    open_runs = PlaybookRun.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    runs = {run.case_id: run for run in open_runs.filter(case__in=cases, ended_at=None).order_by("id")}
    ending = [run for case_id, run in runs.items() if not _same(run, chosen[case_id])]
    left = {run.case_id for run in ending}
    done = end(runs=ending, reason=EndReason.REGRADED)
    free = (case for case in cases if case.id in left or (case.id not in runs and case.state not in ENDED))
    pairs = ((case, chosen[case.id]) for case in free)
    starts = [Start(case, one, known[case.id], now, done.get(case.id, ())) for case, one in pairs if one]
    launch(workspace, starts, missing_of(workspace.id, [one.case for one in starts]))


def _same(run: PlaybookRun, version: PlaybookVersion | None) -> bool:
    return version is not None and run.version.playbook_id == version.playbook_id


def end(*, runs: Sequence[PlaybookRun], reason: str, actor: Actor = SYSTEM, words: str = "") -> Done:
    """End locked runs: what is open in them stops. Returns what was done, by case. Journal: playbooks.ended.

    `actor` and `words`: who ended them and why, when it was a person.
    """
    if not runs:
        return {}
    now = timezone.now()
    done: dict[uuid.UUID, list[RunStep]] = {}
    for run in runs:
        run.ended_at, run.end_reason = now, reason
    PlaybookRun.objects.filter(id__in=[run.id for run in runs]).update(ended_at=now, end_reason=reason)
    rows = RunStep.objects.filter(run__in=runs)
    rows.filter(state__in=OPEN).update(state=StepState.STOPPED, remind_at=None)
    for row in rows.filter(state=StepState.DONE).select_related("step").order_by("position"):
        done.setdefault(row.case_id, []).append(row)
    notes = [
        Note(
            RunEnded(subject=run.case_id, run_id=run.id, playbook_id=run.version.playbook_id, reason=reason), words,
            actor,
        )
        for run in runs
    ]  # fmt: skip
    record_all(notes, workspace_id=runs[0].workspace_id)
    return done


def launch(workspace: Workspace, starts: Sequence[Start], missing: Collection[uuid.UUID | None]) -> None:
    """Let playbooks begin; `missing`: the cases that lack a detail. Journal: playbooks.started for each."""
    if not starts:
        return
    steps = {step.id: step for one in starts for step in one.version.steps.all()}
    hands = Hands(workspace.id, steps.values())
    ground = Ground.of(workspace, hands, missing)
    runs, rows = [], []
    for one in starts:
        chosen = why(one.version, one.known) if one.actor == SYSTEM else by_hand(one.known)
        run = PlaybookRun(
            id=new_id(), workspace=workspace, case=one.case, version=one.version, why=chosen, started_at=one.at
        )
        fresh = _rows(run, one.known, one.done)
        advance(fresh, ground, one.at)
        runs.append(run)
        rows.append(fresh)
    _store(workspace, runs, rows, [one.actor for one in starts])
    staging.follow(workspace, rows)
    hands.store()


def _rows(run: PlaybookRun, known: Known, done: Sequence[RunStep]) -> list[RunStep]:
    """The steps of a run: what was done before is, what is not for such cases is left out, the rest waits."""
    left, rows = list(done), []
    for step in run.version.steps.all():
        row = RunStep(
            workspace_id=run.workspace_id, run=run, case=run.case, step=step, position=step.position
        )
        before = next((one for one in left if _matches(one.step, step)), None)
        if before is not None:
            left.remove(before)
            _carry(row, before)
        elif not needed(step, known):
            leave_out(row, run.started_at)
        rows.append(row)
    return rows


def _matches(before: Step, step: Step) -> bool:
    return before.kind == step.kind and (step.kind != StepKind.OWN or before.title == step.title)


def _carry(row: RunStep, before: RunStep) -> None:
    row.state, row.carried, row.note = StepState.DONE, True, before.note
    row.begun_at, row.ended_at = before.begun_at, before.ended_at
    row.owner_id, row.by_id, row.role = before.owner_id, before.by_id, before.role


def _store(
    workspace: Workspace, runs: Sequence[PlaybookRun], rows: Sequence[Sequence[RunStep]], actors: Sequence[Actor]
) -> None:
    if not runs:
        return
    PlaybookRun.objects.bulk_create(runs)
    RunStep.objects.bulk_create([row for fresh in rows for row in fresh])
    notes = [
        Note(
            RunStarted(
                subject=run.case_id, run_id=run.id, playbook_id=run.version.playbook_id, version=run.version.number,
                carried=sum(row.carried for row in fresh),
            ),
            actor=actor,
        )
        for run, fresh, actor in zip(runs, rows, actors, strict=True)
    ]  # fmt: skip
    record_all(notes, workspace_id=workspace.id)
    if any(row.remind_at and row.remind_at <= timezone.now() for fresh in rows for row in fresh):
        jobs.queue("playbooks.remind", once="playbooks.remind")
