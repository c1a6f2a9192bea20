import datetime

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.themes import actions, measures
from huixiang.themes.models import Theme
from huixiang.themes.queries import daily_counts, nearby, rank_by_impact
from huixiang.workspaces.models import Workspace
from tests.factories.rows import hours_ago, member, placed, theme, towards, unstored


def test_the_figures_of_a_theme(app_channel: ChannelAccount) -> None:
    last = timezone.now()
    said = [
        unstored(app_channel, by="甲", said_at=last - datetime.timedelta(hours=73), severity=1, grade="blue"),
        unstored(app_channel, by="甲", said_at=last - datetime.timedelta(hours=71), severity=3, grade="orange"),
        unstored(app_channel, by="乙", said_at=last, severity=2, grade="yellow"),
        unstored(app_channel, by="丙", said_at=last - datetime.timedelta(hours=100), severity=0, grade=""),
    ]
    Member.objects.filter(name="乙").update(tier="core")
    found = placed(app_channel, [towards(0)] * 4, *said)[0]
    assert (found.feedback_count, found.people_count, found.recent_people) == (4, 3, 2)
    assert (found.first_seen, found.last_seen) == (last - datetime.timedelta(hours=100), last)
    assert (found.worst_severity, found.worst_grade) == (0.75, "orange")
    influence = (0.2 + 0.2 + 0.85 + 0.2) / 4
    assert found.mean_influence == pytest.approx(influence)
    assert found.impact == pytest.approx(3 * influence * 0.75)


def test_a_theme_that_lost_everything_counts_nothing(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0, people=2)
    before = (found.first_seen, found.last_seen)
    Feedback.objects.update(theme_id=None)
    measures.refresh(workspace_id=found.workspace_id, theme_ids=[found.id])
    found.refresh_from_db()
    assert (found.feedback_count, found.people_count, found.recent_people, found.impact) == (0, 0, 0, 0)
    assert (found.worst_grade, found.first_seen, found.last_seen) == ("", *before)


def test_another_workspace_cannot_touch_the_figures(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    found = theme(app_channel, 0, people=2)
    Theme.objects.update(people_count=77)
    measures.refresh(workspace_id=other_workspace.id, theme_ids=[found.id])
    assert Theme.objects.get().people_count == 77


def test_a_theme_knows_its_place_by_impact_among_the_open_ones(app_channel: ChannelAccount) -> None:
    made = [theme(app_channel, axis, people=axis + 1) for axis in range(5)]
    Theme.objects.filter(id=made[0].id).update(status="merged")
    assert rank_by_impact(made[3]) == (2, 4)


def test_days_without_a_word_count_zero(app_channel: ChannelAccount) -> None:
    noon = timezone.localtime().replace(hour=12, minute=0) - datetime.timedelta(days=1)
    said = [unstored(app_channel, by=str(days), said_at=noon - datetime.timedelta(days=days)) for days in (0, 0, 2, 20)]
    found = placed(app_channel, [towards(0)] * 4, *said)[0]
    assert [number for _day, number in daily_counts(theme=found, days=4)] == [0, 1, 0, 2]


def test_themes_nearby_are_open_and_of_the_workspace(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    here, near, far, closed = (theme(app_channel, axis) for axis in range(4))
    Theme.objects.filter(id=near.id).update(centre=towards(0, lean=0.2))
    Theme.objects.filter(id=closed.id).update(status="declined", centre=towards(0))
    theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    assert [one.id for one in nearby(here)] == [near.id, far.id]


def test_old_reports_are_not_recent(app_channel: ChannelAccount) -> None:
    said = [unstored(app_channel, by=name, said_at=hours_ago(hours)) for name, hours in (("甲", 0), ("乙", 80))]
    assert placed(app_channel, [towards(0)] * 2, *said)[0].recent_people == 1


def test_who_votes_and_says_it_counts_once(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0)
    for name in ("先投后说", "只投", "主题0车友0"):
        actions.vote(theme=found, member=member(app_channel, name), given=True)
    found.refresh_from_db()
    assert (found.people_count, found.vote_count) == (1, 2)
    placed(app_channel, [towards(0)], unstored(app_channel, by="先投后说"))
    found.refresh_from_db()
    assert (found.people_count, found.vote_count) == (2, 1)


def test_what_would_go_and_what_would_stay(app_channel: ChannelAccount) -> None:
    found = theme(app_channel, 0, people=3)
    chosen = list(Feedback.objects.filter(theme_id=found.id).values_list("id", flat=True)[:1])
    goes, stays = measures.parted(found, chosen)
    assert (goes.feedbacks, goes.people, stays.feedbacks, stays.people) == (1, 1, 2, 2)
    assert (goes.impact, stays.impact) == (pytest.approx(0.2 * 0.5), pytest.approx(2 * 0.2 * 0.5))
    assert measures.parted(found, [])[0] == measures.Figures()
