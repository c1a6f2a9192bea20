import datetime
import uuid

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.actions import assign, end, open_cases
from huixiang.cases.filters import Filters
from huixiang.cases.inbox import inbox, tally, to_do_count
from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id, team_load
from huixiang.cases.urgency import urgency
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import unstored

NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def opened(account: ChannelAccount, grade: str = "yellow", by: str = "甲", **fields: object) -> Case:
    feedback = unstored(account, by=by, grade=grade, **fields)
    Feedback.objects.bulk_create([feedback])
    [case] = open_cases(workspace_id=account.workspace_id, feedbacks=[feedback])
    return case


def test_grade_first_then_what_is_due_then_the_oldest() -> None:
    order = [
        urgency("red", NOON, NOON),
        urgency("red", NOON + HOUR, NOON),
        urgency("red", None, NOON),
        urgency("orange", NOON - HOUR, NOON),
        urgency("orange", None, NOON - HOUR),
        urgency("orange", None, NOON),
        urgency("yellow", NOON, NOON),
        urgency("blue", NOON - 1000 * HOUR, NOON),
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_the_inbox_is_in_order_page_by_page(app_channel: ChannelAccount, operator: Membership) -> None:
    made = [opened(app_channel, grade, by=grade) for grade in ("blue", "red", "yellow", "orange")]
    same = [opened(app_channel, "blue", by=str(n), said_at=made[0].opened_at) for n in range(3)]
    seen, cursor = [], ""
    for _page in range(4):
        page = inbox(viewer=operator, filters=Filters(), cursor=cursor, size=2)
        seen += [case.id for case in page.rows]
        cursor = page.next_cursor or ""
    blue = sorted([made[0].id, *(case.id for case in same)])
    assert seen == [made[1].id, made[3].id, made[2].id, *blue]


def test_views_and_their_counts(app_channel: ChannelAccount, operator: Membership, owner: Membership) -> None:
    mine, theirs, nobodys, late, ended, old = (opened(app_channel, by=str(n)) for n in range(6))
    for case, who in ((mine, operator), (theirs, owner), (late, owner)):
        assign(case=case, owner=who)
    Case.objects.filter(id=late.id).update(due_at=timezone.now() - HOUR)
    Case.objects.filter(id=theirs.id).update(state="waiting_member")
    end(case=ended, state="solved", actor=SYSTEM)
    Case.objects.filter(id=old.id).update(historical=True)

    def shown(view: str) -> set[uuid.UUID]:
        return {case.id for case in inbox(viewer=operator, filters=Filters(view=view)).rows}

    views = {
        "todo": {mine.id, nobodys.id, late.id},
        "mine": {mine.id},
        "unassigned": {nobodys.id},
        "overdue": {late.id},
        "waiting": {theirs.id},
        "unfinished": {mine.id, theirs.id, nobodys.id, late.id, old.id},
        "ended": {ended.id},
        "historical": {old.id},
    }
    assert {view: shown(view) for view in views} == views
    counts = tally(operator)
    assert counts.accounts == {app_channel.id: 3}
    assert counts.views == {
        "todo": 3, "mine": 1, "unassigned": 1, "overdue": 1, "waiting": 1, "historical": 1, "snoozed": 0,
        "red": 0, "orange": 0, "yellow": 3, "blue": 0,
    }  # fmt: skip
    assert to_do_count(operator.workspace_id) == 3
    assert team_load(operator.workspace) == {operator.id: 1, owner.id: 2}


def test_filters_narrow(app_channel: ChannelAccount, portal_channel: ChannelAccount, operator: Membership) -> None:
    red, yellow = opened(app_channel, "red"), opened(portal_channel, "yellow")
    assert [c.id for c in inbox(viewer=operator, filters=Filters(grades=("red",))).rows] == [red.id]
    assert [c.id for c in inbox(viewer=operator, filters=Filters(account_id=portal_channel.id)).rows] == [yellow.id]
    assert inbox(viewer=operator, filters=Filters(theme_id=uuid.uuid4())).rows == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_inbox_costs_two_statements(
    app_channel: ChannelAccount, operator: Membership, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        assign(case=opened(app_channel, by=str(place)), owner=operator)
    with django_assert_num_queries(2):  # the rows, their tags
        for case in inbox(viewer=operator, filters=Filters()).rows:
            _ = (case.member.name, case.account.name, case.owner and str(case.owner.user), case.theme)


@pytest.mark.parametrize("number", [1, 60])
def test_opening_costs_the_same_whatever_the_number(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    feedbacks = [unstored(app_channel, by=str(place)) for place in range(number)]
    Feedback.objects.bulk_create(feedbacks)
    with django_assert_num_queries(9):  # numbers by two, cases, events, what is searched, a savepoint, two jobs
        open_cases(workspace_id=app_channel.workspace_id, feedbacks=feedbacks)


def test_a_case_of_another_workspace_is_not_there(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    case = opened(app_channel)
    assert case_by_id(workspace_id=other_workspace.id, case_id=case.id) is None
    assert case_by_id(workspace_id=app_channel.workspace_id, case_id=case.id) == case
