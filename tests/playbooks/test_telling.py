from huixiang.cases.actions import end
from huixiang.cases.states import CaseState
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM
from huixiang.playbooks.telling import remind
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership
from tests.playbooks.opening import opened


def test_a_red_case_that_ended_at_once_opens_no_room(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="red")
    end(case=case, state=CaseState.CLOSED, actor=SYSTEM, reason="是闲聊")
    remind()
    assert Room.objects.exists() is False
