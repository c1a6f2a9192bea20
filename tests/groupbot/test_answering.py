"""What the bot says in a group, and where it is silent."""

import datetime
import re

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.feedback.models import Feedback
from huixiang.groupbot.actions import change
from huixiang.groupbot.answering import react
from huixiang.groupbot.links import feedback_of
from huixiang.groupbot.manner import Manner
from huixiang.groupbot.models import Group, Remark
from huixiang.intake.actions import erase_noise
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.triage.actions import process
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.jobs import run_waiting
from tests.groupbot.conftest import AWAKE, Line, Say, inbound

LATER = datetime.timedelta(minutes=11)
SEATS = "座椅加热用了十分钟就自己断了，连续三天都这样，车机版本 3.4.1"


def manner(account: ChannelAccount, **fields: object) -> None:
    known = {name: getattr(AWAKE, name) for name in Manner.__slots__}
    change(account=account, manner=Manner(**{**known, **fields}), actor=SYSTEM)  # type: ignore[arg-type]


def spoken() -> list[str]:
    return [entry.data["purpose"] for entry in Entry.objects.filter(name="groupbot.spoke").order_by("id")]


def test_a_group_reads_the_notice_once(say: Say, workspace: Workspace) -> None:
    workspace.noise_kept_days = 5
    workspace.save()
    [notice] = say("早")
    assert "5 天" in notice
    assert "北辰汽车" in notice
    assert say(factories.CHATTER, "路人") == []
    assert spoken() == ["notice"]


def test_feedback_is_acknowledged_with_its_link_and_one_question(introduced: Say, line: Line) -> None:
    [answer] = introduced(factories.BLACK_SCREEN)
    feedback = Feedback.objects.get()
    assert feedback.title in answer
    link = re.search(r"/c/brand-\d+/s/([^/\s]+)/", answer)
    assert link is not None
    assert feedback_of(link[1]) == feedback.id
    remark = Remark.objects.get(feedback_id=feedback.id)
    assert remark.question == feedback.missing[0]
    sent = line.carried[-1]
    message = Message.objects.get(feedback_id=feedback.id)
    assert (sent.into_group, sent.recipient, sent.in_reply_to) == (True, "id-阿澈", message.external_id)
    assert (sent.conversation, sent.purpose) == (message.conversation, "bot")


def test_no_second_question_and_no_second_word_about_one_feedback(introduced: Say) -> None:
    [first] = introduced(factories.BLACK_SCREEN)
    assert introduced("车机版本是 3.4.1，每次都是上高速以后") == []
    with time_machine.travel(timezone.now() + LATER, tick=False):
        [other] = introduced(SEATS)
    assert other != first
    assert Remark.objects.exclude(question="").count() <= 2
    assert Remark.objects.filter(purpose="received").count() == Feedback.objects.count() == 2


def test_questions_can_be_switched_off(introduced: Say, account: ChannelAccount) -> None:
    manner(account, asks=False)
    introduced(factories.BLACK_SCREEN)
    assert Remark.objects.get(purpose="received").question == ""


def test_chatter_is_answered_by_nobody(introduced: Say) -> None:
    assert [introduced(text) for text in (factories.CHATTER, "哈哈哈", "求拼车")] == [[], [], []]


def test_one_acknowledgement_for_a_person_in_ten_minutes(introduced: Say) -> None:
    assert len(introduced(factories.BLACK_SCREEN)) == 1
    assert introduced(f"反馈 {SEATS}") == []
    assert len(introduced(SEATS.replace("三天", "四天"), "小周")) == 1
    assert Feedback.objects.count() == 3  # it is kept all the same


def test_the_word_keeps_what_the_gate_would_not(introduced: Say) -> None:
    [answer] = introduced(f"／反馈 {factories.CHATTER}")
    assert Feedback.objects.get().text == factories.CHATTER
    assert "/s/" in answer


def test_progress_tells_what_was_said_here_and_nothing_else(introduced: Say, account: ChannelAccount) -> None:
    introduced(factories.BLACK_SCREEN)
    factories.received(account, factories.inbound(factories.RUDE_SERVICE, author_id="id-阿澈", private=True))
    run_waiting()
    secret = Feedback.objects.order_by("created_at").last()
    assert secret is not None
    [answer] = introduced("进度")
    shown = Feedback.objects.get(conversation__group="北辰车主群")
    assert shown.title in answer
    assert "已评估" in answer
    assert secret.title not in answer
    assert "预约" not in answer


def test_progress_of_somebody_else_is_not_told(introduced: Say) -> None:
    introduced(factories.BLACK_SCREEN)
    [answer] = introduced("进度", "小周")
    assert "黑屏" not in answer
    assert "小周" in answer


def test_in_private_progress_tells_everything_and_goes_to_the_person_alone(introduced: Say, line: Line) -> None:
    introduced(factories.BLACK_SCREEN)
    introduced(factories.RUDE_SERVICE, thread="", group="", private=True)
    with time_machine.travel(timezone.now() + LATER, tick=False):
        [answer] = introduced("进度", thread="", group="", private=True)
    assert [one.title in answer for one in Feedback.objects.all()] == [True, True]
    assert (line.carried[-1].into_group, line.carried[-1].recipient) == (False, "id-阿澈")


def test_help_carries_the_notice_in_the_words_somebody_chose(introduced: Say, account: ChannelAccount) -> None:
    own = {"warm": {"notice": "本群由 {brand} 记录反馈，闲聊 {days} 天后删除。"}}
    manner(account, words=own)
    [answer] = introduced("帮助")
    assert "本群由 北辰汽车 记录反馈，闲聊 7 天后删除。" in answer
    assert "进度" in answer


def test_the_tone_is_the_accounts_and_grave_matters_are_answered_in_earnest(
    introduced: Say, account: ChannelAccount
) -> None:
    manner(account, tone="lively", asks=False)
    [lively] = introduced(SEATS)
    [formal] = introduced("刹车突然完全失灵，差点追尾，车上还有两个孩子，太危险了", "小周")
    assert Feedback.objects.get(grade="red").title in formal
    assert lively.splitlines()[0].replace("阿澈", "")[:6] != formal.splitlines()[0].replace("小周", "")[:6]
    assert "已登记" in formal


def test_a_name_calls_nobody(introduced: Say) -> None:
    [answer] = introduced(factories.BLACK_SCREEN, "@所有人 <!channel>")
    assert "@" not in answer.split("http", maxsplit=1)[0]
    assert "<" not in answer


def test_its_own_words_and_other_bots_are_not_answered(
    introduced: Say, account: ChannelAccount, line: Line
) -> None:
    manner(account, ignores=("群管家",))
    [answer] = introduced("帮助")
    assert introduced(line.carried[-1].text, "别的机器人") == []
    assert introduced("帮助", "群管家") == []
    assert answer


def test_whoever_asks_again_and_again_is_not_answered_for_ever(introduced: Say) -> None:
    assert [len(introduced("帮助")) for _time in range(5)] == [1, 1, 1, 0, 0]


def test_two_bots_that_talk_to_each_other_come_to_an_end(introduced: Say) -> None:
    assert sum(len(introduced("help", f"bot-{number}")) for number in range(40)) == 29  # the notice was one of thirty


def test_a_message_is_answered_once_however_often_it_is_looked_at(introduced: Say, workspace: Workspace) -> None:
    introduced(factories.BLACK_SCREEN)
    message = Message.objects.get(state="feedback")
    assert react(workspace_id=workspace.id, message_ids=[message.id]) == 0


def test_old_messages_are_not_answered_as_if_they_were_new(introduced: Say) -> None:
    assert introduced(factories.BLACK_SCREEN, sent_at=timezone.now() - datetime.timedelta(hours=3)) == []


def test_where_it_is_off_it_hears_nothing(introduced: Say, account: ChannelAccount) -> None:
    manner(account, on=False)
    assert introduced(factories.BLACK_SCREEN) == []
    assert introduced("帮助") == []


def test_chatter_is_erased_after_the_days_and_the_feedback_stays(introduced: Say, workspace: Workspace) -> None:
    introduced(factories.CHATTER, "路人")
    introduced(factories.BLACK_SCREEN)
    Message.objects.update(received_at=timezone.now() - datetime.timedelta(days=8))
    erase_noise(workspace_id=workspace.id, kept_days=workspace.noise_kept_days)
    assert set(Message.objects.filter(state="noise").values_list("text", flat=True)) == {""}
    assert Feedback.objects.get().text == factories.BLACK_SCREEN


def test_many_at_once_cost_as_much_as_one(
    introduced: Say, account: ChannelAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    texts = [(f"第{number}辆车的{SEATS}", f"人{number}") for number in range(8)]
    asked = [("进度", f"问{number}") for number in range(8)]
    told = [inbound(text, author_id=who, author_name=who) for text, who in [*texts, *asked]]
    receipts = factories.received(account, *told)
    ids = [one.id for one in receipts if one.id]
    with django_assert_num_queries(17):
        assert react(workspace_id=account.workspace_id, message_ids=ids) == 16
    assert Delivery.objects.filter(purpose="bot").count() == 17


@pytest.mark.parametrize("kind", ["api"])
def test_the_app_fetches_what_the_bot_says(app_channel: ChannelAccount, kind: str) -> None:
    assert app_channel.kind == kind
    change(account=app_channel, manner=AWAKE, actor=SYSTEM)
    factories.received(app_channel, inbound("帮助"))
    process(workspace_id=app_channel.workspace_id)
    run_waiting()
    sent = Delivery.objects.get()
    group = Conversation.objects.get(group="北辰车主群")
    assert (sent.state, sent.into_group, sent.conversation) == ("ready", True, group)
    assert Group.objects.get().introduced_at is not None
