"""Finding playbooks, what runs on a case, and whose steps are due."""

import datetime
import uuid

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.playbooks import shipped
from huixiang.playbooks.models import Playbook, PlaybookRun, PlaybookVersion, Rota, RotaPlace, RunStep, Step
from huixiang.playbooks.states import TO_DO, StepState, VersionState
from huixiang.workspaces.models import Membership, Workspace

COUNTED_TO = 100
LISTED = 200
IN_ORDER = Step.objects.select_related("person__user", "rota").order_by("position")


def playbooks(workspace: Workspace, *, language: str = "") -> list[Playbook]:
    """All of a workspace in the order they are asked, with `running`, how many cases each is at work on.

    One that has none gets the shipped ones first, in `language` or else the installation's. Two statements.
    """
    found = list(_playbooks(workspace))
    if not found and shipped.furnish(workspace=workspace, language=language):
        found = list(_playbooks(workspace))
    return found


def _playbooks(workspace: Workspace) -> QuerySet[Playbook]:
    running = Count("versions__runs", filter=Q(versions__runs__ended_at=None))
    rows = Playbook.objects.filter(workspace=workspace).select_related("active").annotate(running=running)
    return rows.prefetch_related(Prefetch("active__steps", queryset=IN_ORDER)).order_by("position", "id")


def playbook_by_id(*, workspace_id: uuid.UUID, playbook_id: uuid.UUID) -> Playbook | None:
    """One of the workspace."""
    found = Playbook.objects.filter(workspace_id=workspace_id, id=playbook_id)
    return found.select_related("active", "workspace").first()


def versions(playbook: Playbook) -> list[PlaybookVersion]:
    """Every version with its steps and who wrote it, the newest first, with `cases`, how many it was taken for."""
    rows = playbook.versions.select_related("by__user", "playbook").annotate(cases=Count("runs"))
    return list(rows.prefetch_related(Prefetch("steps", queryset=IN_ORDER)).order_by("-number"))


def draft_of(playbook: Playbook) -> PlaybookVersion | None:
    """The version that is being written, with its steps."""
    rows = playbook.versions.filter(state=VersionState.DRAFT).select_related("playbook", "by__user")
    return rows.prefetch_related(Prefetch("steps", queryset=IN_ORDER)).first()


def account_names(workspace_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Every channel of the workspace by name, closed ones too: a condition may name them."""
    rows = ChannelAccount.objects.filter(workspace_id=workspace_id).order_by("name")
    return list(rows.values_list("id", "name"))


def rotas(workspace_id: uuid.UUID) -> list[Rota]:
    """Every rota with its people in order, those left out who are not in the team any more."""
    there = RotaPlace.objects.filter(membership__left_at=None).select_related("membership__user").order_by("position")
    rows = Rota.objects.filter(workspace_id=workspace_id).prefetch_related(Prefetch("places", queryset=there))
    return list(rows.order_by("name"))


def rota_by_id(*, workspace_id: uuid.UUID, rota_id: uuid.UUID) -> Rota | None:
    """One of the workspace."""
    return Rota.objects.filter(workspace_id=workspace_id, id=rota_id).first()


def rota_uses(workspace_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many steps go to each rota, in versions that are in force or being written."""
    live = Q(version__state=VersionState.DRAFT) | Q(version__playbook__active_id=F("version_id"))
    rows = Step.objects.filter(live, workspace_id=workspace_id, rota__isnull=False)
    return dict(rows.values("rota_id").annotate(n=Count("id")).values_list("rota_id", "n"))


def runs_of(case_id: uuid.UUID) -> list[PlaybookRun]:
    """The playbooks that were at work on a case, the latest first."""
    rows = PlaybookRun.objects.filter(case_id=case_id).select_related("version__playbook")
    return list(rows.order_by("-started_at", "-id"))


def steps_of(run: PlaybookRun) -> list[RunStep]:
    """The steps of a run in order, with everything their page shows: one statement."""
    rows = run.steps.select_related("step__person__user", "step__rota", "owner__user", "by__user", "case__owner__user")
    return list(rows.order_by("position"))


def step_of_case(*, workspace_id: uuid.UUID, case_id: uuid.UUID, step_id: uuid.UUID) -> RunStep | None:
    """One step on a case of this workspace."""
    found = RunStep.objects.filter(workspace_id=workspace_id, case_id=case_id, id=step_id)
    return found.select_related("step", "run", "case", "owner__user").first()


def _mine(by: Membership) -> Q:
    """What is up to somebody: theirs by name, their role's, and what falls to whoever owns the case."""
    free = Q(owner=None)
    return Q(owner=by) | free & Q(role=by.role) | free & Q(role="", case__owner=by)


def steps_up_to(by: Membership) -> QuerySet[RunStep]:
    """What somebody has to do now, each with its case and its playbook."""
    rows = RunStep.objects.filter(_mine(by), workspace_id=by.workspace_id, state__in=TO_DO)
    return rows.select_related("step", "case__member", "case__owner__user", "owner__user", "run__version__playbook")


def my_steps(by: Membership) -> list[RunStep]:
    """The same as a list, the most urgent first; at most LISTED. One statement."""
    return list(steps_up_to(by).order_by("due_at", "begun_at", "id")[:LISTED])


def steps_now(case: Case) -> list[RunStep]:
    """What is to be done now on a case, the most urgent first. One statement."""
    rows = RunStep.objects.filter(case_id=case.id, state__in=TO_DO, run__ended_at=None)
    rows = rows.select_related("step", "owner__user", "run__version__playbook")
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "position"))


def offered(workspace: Workspace) -> list[Playbook]:
    """What can be put on a case by hand: everything that is switched on, in the order it is asked."""
    rows = Playbook.objects.filter(workspace=workspace, on=True, active__isnull=False)
    return list(rows.order_by("position", "id"))


def my_count(by: Membership, until: datetime.datetime) -> tuple[int, int]:
    """How many steps are due from somebody by then, and how many of them are late; counted up to COUNTED_TO."""
    rows = RunStep.objects.filter(_mine(by), workspace_id=by.workspace_id, state__in=TO_DO, due_at__lte=until)
    states = list(rows.values_list("state", flat=True)[:COUNTED_TO])
    return len(states), states.count(StepState.LATE)


def end_of_day() -> datetime.datetime:
    """The end of today, where the workspace is."""
    return timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=0)
