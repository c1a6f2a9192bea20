import datetime
from zoneinfo import ZoneInfo

import pytest

from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.playbooks.actions import regraded, start
from huixiang.playbooks.models import ResponseStandard
from huixiang.playbooks.standards import furnish
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.rows import unstored

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY_EVENING = datetime.datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI)


def opened(account: ChannelAccount, number: int = 1, **fields: object) -> list[Case]:
    feedbacks = [unstored(account, by=f"车友{place}", **fields) for place in range(number)]
    Feedback.objects.bulk_create(feedbacks)
    return open_cases(workspace_id=account.workspace_id, feedbacks=feedbacks)


@pytest.mark.parametrize(
    ("grade", "until"),
    [
        ("red", "2026-11-20 17:30"),
        ("orange", "2026-11-23 12:00"),
        ("yellow", "2026-11-23 17:00"),
        ("blue", "2026-11-25 17:00"),
    ],
)
def test_the_first_answer_is_due_by_the_grades_standard(
    app_channel: ChannelAccount, workspace: Workspace, grade: str, until: str
) -> None:
    [case] = opened(app_channel, grade=grade, said_at=FRIDAY_EVENING)
    start(workspace=workspace, cases=[case])
    case.refresh_from_db()
    assert case.due_at == datetime.datetime.fromisoformat(until).replace(tzinfo=SHANGHAI)


def test_a_workspace_edits_its_own_standards(app_channel: ChannelAccount, workspace: Workspace) -> None:
    furnish(workspace=workspace)
    furnish(workspace=workspace)
    assert ResponseStandard.objects.count() == 4
    ResponseStandard.objects.filter(grade="blue").update(first_answer_minutes=60, around_the_clock=True)
    [case] = opened(app_channel, grade="blue", said_at=FRIDAY_EVENING)
    start(workspace=workspace, cases=[case])
    assert case.due_at == FRIDAY_EVENING + datetime.timedelta(hours=1)


def test_cases_go_to_whoever_has_least_to_do(app_channel: ChannelAccount, workspace: Workspace) -> None:
    first, second = (factories.membership(workspace, "operator") for _ in range(2))
    factories.membership(workspace, "owner")
    factories.membership(workspace, "analyst")
    factories.membership(factories.workspace(), "operator")
    busy = opened(app_channel, 3)
    Case.objects.update(owner=first)
    cases = opened(app_channel, 5)
    start(workspace=workspace, cases=cases)
    assert [case.owner for case in cases] == [second, second, second, first, second]
    assert Entry.objects.filter(name="cases.assigned").count() == 5
    assert len(busy) == 3


def test_an_owner_answers_when_there_is_no_operator(app_channel: ChannelAccount, workspace: Workspace) -> None:
    owner = factories.membership(workspace, "owner")
    [case] = opened(app_channel)
    start(workspace=workspace, cases=[case])
    assert case.owner == owner


def test_a_case_nobody_can_answer_waits_unowned_with_its_clock(
    app_channel: ChannelAccount, workspace: Workspace
) -> None:
    factories.membership(workspace, "analyst")
    [case] = opened(app_channel)
    start(workspace=workspace, cases=[case])
    case.refresh_from_db()
    assert (case.owner, case.due_at is None) == (None, False)


def test_old_news_gets_neither_owner_nor_clock(app_channel: ChannelAccount, workspace: Workspace) -> None:
    factories.membership(workspace, "operator")
    [case] = opened(app_channel, historical=True)
    start(workspace=workspace, cases=[case])
    regraded(workspace=workspace, case=case)
    case.refresh_from_db()
    assert (case.owner, case.due_at, case.clocks.count()) == (None, None, 0)


def test_another_grade_moves_the_running_clock(app_channel: ChannelAccount, workspace: Workspace) -> None:
    [case] = opened(app_channel, grade="blue", said_at=FRIDAY_EVENING)
    start(workspace=workspace, cases=[case])
    case.grade = "red"
    regraded(workspace=workspace, case=case)
    clocks = dict(case.clocks.values_list("name", "due_at"))
    assert clocks == {
        "first_answer": FRIDAY_EVENING + datetime.timedelta(minutes=30),
        "resolution": FRIDAY_EVENING + datetime.timedelta(hours=24),
    }
    assert Case.objects.get().due_at == FRIDAY_EVENING + datetime.timedelta(minutes=30)


@pytest.mark.parametrize("number", [1, 30])
def test_starting_costs_the_same_whatever_the_number(
    app_channel: ChannelAccount, workspace: Workspace, number: int, django_assert_num_queries: object
) -> None:
    factories.membership(workspace, "operator")
    furnish(workspace=workspace)
    cases = opened(app_channel, number)
    with django_assert_num_queries(32):  # type: ignore[operator]
        start(workspace=workspace, cases=cases)
    assert SYSTEM.kind == "system"
