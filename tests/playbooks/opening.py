"""Cases with a playbook, opened without the engine."""

from django.utils import timezone

from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.playbooks.actions import start
from huixiang.playbooks.models import PlaybookRun, RunStep
from tests.factories.rows import unstored


def opened(account: ChannelAccount, number: int = 1, **fields: object) -> list[Case]:
    """Cases of as many members, with owner, clocks and playbook as the pipeline starts them."""
    fields = {"missing": ["version"], **fields}
    said = [unstored(account, by=f"车友{place}", **fields) for place in range(number)]  # type: ignore[arg-type]
    Feedback.objects.bulk_create(said)
    cases = open_cases(workspace_id=account.workspace_id, feedbacks=said)
    Feedback.objects.bulk_update(said, ["case_id"])
    start(workspace=account.workspace, cases=cases, said=said)
    return cases


def run_of(case: Case) -> PlaybookRun:
    """What is at work on it."""
    return PlaybookRun.objects.select_related("version__playbook").get(case=case, ended_at=None)


def steps(case: Case) -> dict[str, RunStep]:
    """The steps of what was begun on it last, by their keys."""
    run = PlaybookRun.objects.filter(case=case).latest("started_at")
    return {row.step.key: row for row in run.steps.select_related("step", "owner")}


def states(case: Case) -> dict[str, str]:
    """How far each is."""
    return {key: row.state for key, row in steps(case).items()}


def late_by(row: RunStep) -> None:
    """Let its time have run out."""
    RunStep.objects.filter(id=row.id).update(due_at=timezone.now())
