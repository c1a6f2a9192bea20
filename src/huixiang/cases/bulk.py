"""One act on many cases: at once when they are few, as a job when they are many; told, and taken back where it can."""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huixiang.cases import changes
from huixiang.cases.many import locked
from huixiang.cases.models import BulkBatch, BulkRun, BulkState, Case
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

AT_ONCE = 200  # so many are done while the person waits; more become a job
BATCH = 500
MOST = 50_000
CHANGED = "changed"  # why a case was left: somebody else was there meanwhile

Arguments = dict[str, Any]
Before = Mapping[str, Any]  # case id → how it was


@dataclass(slots=True)
class Outcome:
    """What became of a batch: how each case was before, and why the others were left as they are."""

    before: dict[uuid.UUID, Any] = field(default_factory=dict)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)


def _nothing(_by: Membership, _arguments: Mapping[str, str]) -> Arguments:
    return {}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done to many. `read` checks what the person chose and raises Refused.

    `do` gets locked cases of the person's workspace, `undo` as well and how they were before. `watched` acts leave
    what others changed meanwhile.
    """

    permission: Permission
    do: Callable[[BulkRun, Sequence[Case]], Outcome]
    read: Callable[[Membership, Mapping[str, str]], Arguments] = _nothing
    undo: Callable[[BulkRun, Sequence[Case], Before], None] | None = None
    lock: Callable[[BulkRun, Sequence[uuid.UUID]], None] | None = None  # what is to be locked before the cases
    watched: bool = False


ACTS: dict[str, Act] = {}


def register(name: str, act: Act) -> None:
    """Offer an act; packages above this one add theirs at start-up."""
    ACTS[name] = act


def start(
    *, by: Membership, act: str, chosen: Mapping[str, str], case_ids: Sequence[uuid.UUID], loaded_at: datetime.datetime
) -> BulkRun:
    """Do it, or queue the job that does. Job: cases.run_bulk. Raises Refused for what no case could take."""
    wanted = ACTS.get(act)
    if wanted is None or not holds(by, wanted.permission):
        raise Refused(_("Choose what to do with them."))
    if not case_ids:
        raise Refused(_("Tick at least one case first."))
    if len(case_ids) > MOST:
        raise Refused(_("These are more than %(most)d cases. Narrow the view first.") % {"most": MOST})
    arguments = wanted.read(by, chosen) | {"language": translation.get_language()}
    with transaction.atomic():
        run = BulkRun.objects.create(
            workspace_id=by.workspace_id, by=by, act=act, case_ids=list(dict.fromkeys(case_ids)), loaded_at=loaded_at,
            arguments=arguments | ({"anyway": True} if chosen.get("anyway") else {}),
        )  # fmt: skip
        if len(case_ids) > AT_ONCE:
            jobs.queue("cases.run_bulk", lock=f"cases.run_bulk:{run.id}", run_id=str(run.id))
        else:
            take_some(run.id)
    run.refresh_from_db()
    return run


def start_anyway(*, run: BulkRun, by: Membership) -> BulkRun:
    """Do it also to the cases somebody else had changed meanwhile, as a run of its own. Job: cases.run_bulk."""
    chosen = {name: str(value) for name, value in run.arguments.items() if name in {"owner", "grade", "reason"}}
    return start(
        by=by, act=run.act, chosen=chosen | {"anyway": "1"}, case_ids=left_by_others(run), loaded_at=run.loaded_at
    )


@transaction.atomic
def take_some(run_id: uuid.UUID) -> bool:
    """Go through the next batch of a run; whether more are left. A killed job goes on where its last batch ended.

    It stops where whoever started it has left the team, or lost the permission.
    """
    run = _locked(run_id)
    if run.state != BulkState.RUNNING or not _may_go_on(run):
        return False
    with translation.override(run.arguments.get("language")):
        wanted = run.case_ids[run.taken : run.taken + BATCH]
        _take(run, wanted)
    run.taken += len(wanted)
    if run.taken >= len(run.case_ids):
        run.state, run.finished_at = BulkState.DONE, timezone.now()
    run.save(update_fields=["taken", "done", "left", "changed", "state", "finished_at"])
    return run.state == BulkState.RUNNING


def _locked(run_id: uuid.UUID) -> BulkRun:
    return BulkRun.objects.select_for_update(of=("self",)).select_related("by__workspace", "by__user").get(id=run_id)


def _may_go_on(run: BulkRun) -> bool:
    """Whether who started it may still do this; else the run ends here, and what was done stays done."""
    if run.by.left_at is None and holds(run.by, ACTS[run.act].permission):
        return True
    run.state, run.finished_at = BulkState.STOPPED, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    return False


def _take(run: BulkRun, wanted: Sequence[uuid.UUID]) -> None:
    act = ACTS[run.act]
    if act.lock:
        act.lock(run, wanted)
    cases = {case.id: case for case in locked(workspace_id=run.workspace_id, case_ids=wanted)}
    gone = [one for one in wanted if one not in cases]
    refused = [[str(one), _("It is no longer there."), ""] for one in gone]
    if act.watched and not run.arguments.get("anyway"):
        others = changes.by_others(by=run.by, case_ids=list(cases), since=run.loaded_at)
        said = changes.sentences(by=run.by, entries=list(others.values()))
        refused += [[str(one), sentence, CHANGED] for one, sentence in zip(others, said, strict=True)]
        cases = {one: case for one, case in cases.items() if one not in others}
    outcome = act.do(run, list(cases.values()))
    refused += [[str(one), sentence, ""] for one, sentence in outcome.refused.items()]
    before = {str(one): value for one, value in outcome.before.items()}
    BulkBatch.objects.create(workspace_id=run.workspace_id, run=run, start=run.taken, refused=refused, before=before)
    run.done += len(cases) - len(outcome.refused)
    run.left += len(refused)
    run.changed += len(before)


@transaction.atomic
def undo(*, run: BulkRun, by: Membership) -> None:
    """Take an act back where the cases still are as it left them; many by a job. Job: cases.undo_bulk.

    Raises Refused when it cannot be taken back, or whoever did it may not do it any more.
    """
    run = _locked(run.id)
    act = ACTS[run.act]
    if act.undo is None or run.state != BulkState.DONE or run.by_id != by.id:
        raise Refused(_("This cannot be taken back."))
    if not holds(by, act.permission):
        raise Refused(_("Your role does not allow this any more, so it cannot be taken back."))
    run.state = BulkState.UNDOING
    run.save(update_fields=["state"])
    if run.changed > AT_ONCE:
        jobs.queue("cases.undo_bulk", lock=f"cases.run_bulk:{run.id}", run_id=str(run.id))
        return
    while take_back_some(run.id):
        pass


@transaction.atomic
def take_back_some(run_id: uuid.UUID) -> bool:
    """Take the next batch of a run back; whether more are left. It stops as take_some does."""
    run = _locked(run_id)
    undo_act = ACTS[run.act].undo
    if undo_act is None or run.state != BulkState.UNDOING or not _may_go_on(run):
        return False
    batch = run.batches.filter(undone=False).exclude(before={}).order_by("start").first()
    if batch is None:
        run.state = BulkState.UNDONE
    else:
        ids = [uuid.UUID(one) for one in batch.before]
        with translation.override(run.arguments.get("language")):
            undo_act(run, locked(workspace_id=run.workspace_id, case_ids=ids), batch.before)
        run.batches.filter(id=batch.id).update(undone=True)
        run.undone += len(ids)
    run.save(update_fields=["state", "undone"])
    return batch is not None


def refusals(run: BulkRun, *, most: int = MOST) -> list[tuple[uuid.UUID, str]]:
    """The cases a run left and why, at most so many."""
    found: list[tuple[uuid.UUID, str]] = []
    for refused in run.batches.exclude(refused=[]).order_by("start").values_list("refused", flat=True).iterator():
        found += [(uuid.UUID(case_id), sentence) for case_id, sentence, _why in refused]
        if len(found) >= most:
            break
    return found[:most]


def left_by_others(run: BulkRun) -> list[uuid.UUID]:
    """The cases a run left because somebody else was there meanwhile."""
    if not run.left:
        return []
    batches = run.batches.exclude(refused=[]).order_by("start").values_list("refused", flat=True)
    return [uuid.UUID(case_id) for refused in batches for case_id, _sentence, why in refused if why == CHANGED]


def run_by_id(*, by: Membership, run_id: uuid.UUID) -> BulkRun | None:
    """One's own run."""
    return BulkRun.objects.filter(workspace_id=by.workspace_id, by=by, id=run_id).first()


def can_undo(run: BulkRun, by: Membership) -> bool:
    """Whether the run is over, changed something, knows the way back, and this person may still go it."""
    act = ACTS[run.act]
    return run.state == BulkState.DONE and run.changed > 0 and act.undo is not None and holds(by, act.permission)
