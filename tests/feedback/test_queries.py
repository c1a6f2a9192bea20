import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.feedback.queries import (
    feedback_by_id,
    kind_counts,
    latest,
    of_case,
    similar,
)
from huixiang.workspaces.models import Workspace
from tests.factories.rows import hours_ago, towards, unstored


def stored(account: ChannelAccount, text: str = "打不着火", **fields: object) -> Feedback:
    found = unstored(account, text, **fields)
    found.save()
    return found


def test_pages_lose_nobody_said_at_the_same_moment(app_channel: ChannelAccount) -> None:
    moment = hours_ago(1)
    made = [stored(app_channel, said_at=moment) for _ in range(5)]
    newest = stored(app_channel, said_at=hours_ago(0))
    seen, cursor = [], ""
    for _page in range(3):
        page = latest(workspace=app_channel.workspace, size=2, cursor=cursor)
        seen += [one.id for one in page.rows]
        cursor = page.next_cursor or ""
    assert seen == [newest.id, *sorted((one.id for one in made), reverse=True)]
    assert cursor == ""


def test_kinds_and_themes_narrow(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    theme = uuid.uuid4()
    defect, praise = stored(app_channel, theme_id=theme), stored(app_channel, kind="praise")
    stored(other_workspace.channel_accounts.get(slug="owners-app"))
    assert latest(workspace=app_channel.workspace, kinds=["praise"]).rows == [praise]
    assert latest(workspace=app_channel.workspace, theme_id=theme).rows == [defect]
    assert kind_counts(app_channel.workspace) == {"defect": 1, "praise": 1}
    assert feedback_by_id(workspace_id=other_workspace.id, feedback_id=defect.id) is None


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_costs_one_statement(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        stored(app_channel, by=str(place))
    with django_assert_num_queries(1):
        for one in latest(workspace=app_channel.workspace).rows:
            _ = (one.member.name, one.account.name, one.title)


def test_the_nearest_by_meaning_are_of_the_workspace(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    there = other_workspace.channel_accounts.get(slug="owners-app")
    here = stored(app_channel, embedding=towards(0))
    for place in range(60):  # nearer ones elsewhere must not empty the list
        stored(there, by=str(place), embedding=towards(0))
    near, far = stored(app_channel, embedding=towards(0, lean=0.3)), stored(app_channel, embedding=towards(0, lean=0.9))
    stored(app_channel, embedding=towards(0), removed_at=hours_ago(0))
    here.refresh_from_db()
    assert [one.id for one in similar(here)] == [near.id, far.id]
    assert similar(stored(app_channel)) == []


def test_feedback_of_a_case(app_channel: ChannelAccount) -> None:
    case = uuid.uuid4()
    late, early = (
        stored(app_channel, case_id=case),
        stored(app_channel, case_id=case, said_at=hours_ago(3)),
    )
    assert of_case(workspace_id=app_channel.workspace_id, case_id=case) == [early, late]
    assert of_case(workspace_id=uuid.uuid4(), case_id=case) == []
