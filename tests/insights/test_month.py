import datetime

import pytest
from django.core.cache import caches
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements.actions import publish, resolve_and_draft, tell
from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.insights import queries
from huixiang.insights.queries import MonthFigures, month_figures, recent_month_figures
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import hours_ago, placed, towards, unstored


def answered_after(case: Case, minutes: int, opened: datetime.datetime) -> None:
    Case.objects.filter(id=case.id).update(
        opened_at=opened, first_answered_at=opened + datetime.timedelta(minutes=minutes)
    )


def cases(account: ChannelAccount, number: int) -> list[Case]:
    feedbacks = [unstored(account, by=str(place)) for place in range(number)]
    Feedback.objects.bulk_create(feedbacks)
    return open_cases(workspace_id=account.workspace_id, feedbacks=feedbacks)


def test_an_empty_community_has_no_figures(workspace: Workspace) -> None:
    assert month_figures(workspace) == MonthFigures(None, 0, 0, 0, 0)


def test_the_first_answer_is_a_median_of_the_living_cases(
    app_channel: ChannelAccount, other_workspace: Workspace
) -> None:
    made = cases(app_channel, 6)
    for case, minutes in zip(made, (10, 20, 600), strict=False):
        answered_after(case, minutes, hours_ago(48))
    answered_after(made[3], 9_000, hours_ago(24 * 91))  # longer ago than is looked back
    answered_after(made[4], 9_000, hours_ago(48))
    Case.objects.filter(id=made[4].id).update(historical=True)
    answered_after(cases(other_workspace.channel_accounts.get(slug="owners-app"), 1)[0], 1, hours_ago(2))
    assert month_figures(app_channel.workspace).first_answer_seconds == 20 * 60


def test_of_very_many_answers_the_latest_count(app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_ANSWERS", 2)
    for case, (minutes, hours) in zip(cases(app_channel, 3), ((10, 3), (900, 70), (20, 2)), strict=True):
        answered_after(case, minutes, hours_ago(hours))
    assert month_figures(app_channel.workspace).first_answer_seconds == 15 * 60


def test_what_this_month_brought(app_channel: ChannelAccount, operator: Membership) -> None:
    said = [unstored(app_channel, by=name, said_at=timezone.now()) for name in "甲乙"]
    theme = placed(app_channel, [towards(0)] * 2, *said)[0]
    open_cases(workspace_id=app_channel.workspace_id, feedbacks=said)
    Feedback.objects.bulk_create([unstored(app_channel, by="丙", said_at=hours_ago(24 * 40))])
    draft = resolve_and_draft(theme=theme, root_cause="", fix="换了", fixed_in="", by=operator)
    tell(announcement_id=publish(announcement=draft, by=operator).id)
    found = month_figures(app_channel.workspace)
    assert (found.solved, found.received, found.announced, found.thanked) == (2, 2, 1, 2)


@pytest.mark.parametrize("number", [1, 3])
def test_the_figures_cost_five_statements(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases(app_channel, number)
    with django_assert_num_queries(5):
        month_figures(app_channel.workspace)


def test_what_visitors_see_is_counted_once_a_minute(
    app_channel: ChannelAccount, other_workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases(app_channel, 1)
    first = recent_month_figures(app_channel.workspace)
    cases(app_channel, 1)
    with django_assert_num_queries(0):
        assert recent_month_figures(app_channel.workspace) == first
    assert recent_month_figures(other_workspace) == MonthFigures(None, 0, 0, 0, 0)
    caches["here"].clear()
    assert recent_month_figures(app_channel.workspace).received == 2
