"""The demo community: the story its guide speaks of."""

import pytest

from huixiang.announcements.models import Announcement
from huixiang.announcements.queries import thanks
from huixiang.cases.models import Case
from huixiang.cases.filters import Filters
from huixiang.cases.inbox import inbox
from huixiang.cli.demo.story import tell
from huixiang.intake.models import Message
from huixiang.workspaces.models import Membership


@pytest.mark.django_db
def test_the_story_leaves_a_red_case_on_top_and_an_announcement_that_thanks_by_name() -> None:
    workspace = tell("a password of the tests")
    operator = Membership.objects.get(workspace=workspace, user__name="知夏")
    top = inbox(viewer=operator, filters=Filters()).rows[0]
    assert (top.grade, top.member.name, top.owner) == ("red", "漠河守夜人", operator)
    announcement = Announcement.objects.get(workspace=workspace)
    assert announcement.published_at is not None
    assert [one.name for one in thanks(announcement)[0]] == ["阿澈", "老麦"]
    states = Case.objects.filter(workspace=workspace, theme=announcement.theme).values_list("state", flat=True)
    assert sorted(states) == ["confirmed", "confirmed", "solved"]
    assert not Message.objects.filter(workspace=workspace, state__in=["parked", "pending"]).exists()
