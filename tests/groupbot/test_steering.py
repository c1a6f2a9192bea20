"""Quiet hours, taking a group over and handing it back, the settings."""

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.channels.contracts import ReplyWindow
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.groupbot.actions import change, come_back, hand_back, say_notice, take_over
from huixiang.groupbot.afterwards import say_what_waited
from huixiang.groupbot.manner import Manner, manner_of, quiet_until
from huixiang.groupbot.models import Group, Remark
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.members import erasing
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories.jobs import run_waiting
from tests.groupbot.conftest import AWAKE, Line, Say
from tests.groupbot.test_answering import SEATS, manner

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime.datetime(2027, 3, 2, 23, 30, tzinfo=SHANGHAI)
MORNING = datetime.datetime(2027, 3, 3, 8, 1, tzinfo=SHANGHAI)


def at(hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2027, 3, 2, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "now", "over"),
    [
        ("22:00", "08:00", at(23), at(8) + datetime.timedelta(days=1)),
        ("22:00", "08:00", at(3), at(8)),
        ("22:00", "08:00", at(8), None),
        ("22:00", "08:00", at(21, 59), None),
        ("12:00", "13:30", at(12), at(13, 30)),
        ("12:00", "13:30", at(14), None),
        ("00:00", "00:00", at(0), None),
    ],
)
def test_when_quiet_hours_end(
    start: str, end: str, now: datetime.datetime, over: datetime.datetime | None
) -> None:
    assert quiet_until(Manner(quiet_from=start, quiet_until=end), "Asia/Shanghai", now) == over


def test_after_the_quiet_hours_one_message_says_it_all(introduced: Say, account: ChannelAccount, line: Line) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00")
    with time_machine.travel(NIGHT, tick=False):
        assert introduced(factories.BLACK_SCREEN) == []
        assert introduced(SEATS, "小周") == []
        assert introduced("进度") == []
        assert say_what_waited() == 0
    before = len(line.carried)
    with time_machine.travel(MORNING, tick=False):
        assert say_what_waited() == 1
        run_waiting()
        assert say_what_waited() == 0
    [sent] = line.carried[before:]
    assert [one.title in sent.text for one in Feedback.objects.all()] == [True, True]
    assert "小周" in sent.text
    assert (sent.into_group, sent.text.count("/s/")) == (True, 2)
    last = Entry.objects.filter(name="groupbot.spoke").latest("id")
    assert (last.data["feedbacks"], last.data["purpose"]) == (2, "received")
    assert Remark.objects.get(purpose="status").state == "dropped"


def minutes(number: int, answers: int | None = 5) -> ReplyWindow:
    return ReplyWindow(until=timezone.now() + datetime.timedelta(minutes=number), answers=answers, handle="x")


def test_what_cannot_wait_for_the_morning_is_acknowledged_at_night(
    say: Say, account: ChannelAccount, line: Line
) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00")
    with time_machine.travel(NIGHT, tick=False):
        assert say("大家晚上好呀", "路人", window=minutes(5)) == []  # the notice alone would wake people
        notice, received = say(factories.BLACK_SCREEN, window=minutes(5))
        assert say("进度", window=minutes(5)) == []
        assert say(SEATS, "小周", window=minutes(600)) == []  # this can wait
    assert "7 天" in notice
    assert "/s/" in received
    with time_machine.travel(MORNING, tick=False):
        assert say_what_waited() == 1
    assert not Delivery.objects.exclude(state__in=["delivered", "queued"]).exists()


def test_where_it_shall_be_silent_at_night_the_case_says_why(
    say: Say, account: ChannelAccount, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00", night_answers=False)
    with time_machine.travel(NIGHT, tick=False):
        assert say(factories.BLACK_SCREEN, window=minutes(5)) == []
    with time_machine.travel(MORNING, tick=False):
        assert say_what_waited() == 0
    remark = Remark.objects.get(purpose="received")
    assert (remark.state, remark.why, Group.objects.get().introduced_at) == ("dropped", "night", None)
    page = client_of(operator).get(reverse("desk:case", args=[account.workspace.slug, Case.objects.get().id]))
    assert remark.get_why_display() in page.content.decode()


def test_a_window_used_up_before_the_morning_is_told_and_nothing_fails(
    say: Say, account: ChannelAccount, line: Line
) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00")
    with time_machine.travel(NIGHT, tick=False):
        assert say(factories.BLACK_SCREEN, window=minutes(24 * 60)) == []
    Conversation.objects.filter(account=account).update(reply_left=0)
    with time_machine.travel(MORNING, tick=False):
        assert say_what_waited() == 0
        with pytest.raises(Refused):
            say_notice(conversation=Conversation.objects.get(account=account), actor=SYSTEM)
    assert set(Remark.objects.values_list("state", "why")) == {("dropped", "late")}
    assert not Delivery.objects.exists()
    assert Group.objects.get().introduced_at is None  # said at the next word, when it is taken


def test_where_one_answer_is_left_notice_and_acknowledgement_are_one_message(say: Say, account: ChannelAccount) -> None:
    [said] = say(factories.BLACK_SCREEN, window=minutes(60, 1))
    assert said.index("7 天") < said.index("/s/")
    [sent] = Delivery.objects.all()
    assert (sent.state, Conversation.objects.get(account=account).reply_left) == ("delivered", 0)
    assert {one.delivery_id for one in Remark.objects.all()} == {sent.id}
    told = Entry.objects.get(name="groupbot.spoke")
    assert (told.data["purpose"], told.data["feedbacks"]) == ("received", 1)


def test_what_was_removed_in_the_night_is_not_repeated(
    introduced: Say, account: ChannelAccount, owner: Membership
) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00")
    with time_machine.travel(NIGHT, tick=False):
        introduced(factories.BLACK_SCREEN)
        remove(feedback=Feedback.objects.get(), reason="发错群了", actor=Actor("staff", owner.id))
    with time_machine.travel(MORNING, tick=False):
        assert say_what_waited() == 0
    assert Remark.objects.get(purpose="received").state == "dropped"


def test_a_person_who_takes_over_silences_the_bot_until_they_hand_it_back(
    introduced: Say, group: Conversation, operator: Membership
) -> None:
    take_over(conversation=group, by=operator)
    take_over(conversation=group, by=operator)
    assert introduced(factories.BLACK_SCREEN) == []
    assert introduced("帮助") == []
    hand_back(conversation=group, actor=Actor("staff", operator.id))
    assert len(introduced("帮助")) == 1
    names = Entry.objects.filter(name__in=["groupbot.taken_over", "groupbot.handed_back"]).order_by("id")
    assert [(one.name, one.actor_id) for one in names] == [
        ("groupbot.taken_over", operator.id), ("groupbot.handed_back", operator.id)
    ]  # fmt: skip
    assert Feedback.objects.count() == 1  # what was said meanwhile was read all the same


def test_the_bot_comes_back_some_hours_after_a_persons_last_word(
    introduced: Say, group: Conversation, operator: Membership, account: ChannelAccount
) -> None:
    manner(account, silent_hours=2)
    introduced(factories.BLACK_SCREEN)
    take_over(conversation=group, by=operator)
    now = timezone.now()
    with time_machine.travel(now + datetime.timedelta(minutes=90), tick=False):
        from huixiang.cases.actions import reply  # noqa: PLC0415

        reply(case=Case.objects.get(), by=operator, text="我来跟进", lane="public")
        run_waiting()
    with time_machine.travel(now + datetime.timedelta(minutes=150), tick=False):
        assert come_back() == 0
        assert introduced("帮助", "小周") == []
    with time_machine.travel(now + datetime.timedelta(minutes=211), tick=False):
        assert come_back() == 1
        assert len(introduced("帮助", "小周")) == 1
    assert Entry.objects.get(name="groupbot.handed_back").data == {"alone": True}


def test_the_notice_can_be_said_again_and_not_where_the_bot_is_off(
    introduced: Say, group: Conversation, operator: Membership, line: Line, account: ChannelAccount
) -> None:
    say_notice(conversation=group, actor=Actor("staff", operator.id))
    run_waiting()
    assert "7 天" in line.carried[-1].text
    assert Entry.objects.filter(name="groupbot.spoke").latest("id").actor_id == operator.id
    manner(account, on=False)
    group.refresh_from_db()
    with pytest.raises(Refused):
        say_notice(conversation=Conversation.objects.get(id=group.id), actor=SYSTEM)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tone": "rude"}, {"quiet_from": "24:00"}, {"silent_hours": 0}, {"words": {"warm": {"received": "{password}"}}},
        {"words": {"warm": {"notice": "我们什么都记"}}}, {"words": {"warm": {"help": "长" * 1_001}}},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(account: ChannelAccount, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        manner(account, **wrong)
    assert manner_of(ChannelAccount.objects.get(id=account.id)) == AWAKE


def test_words_that_are_ours_are_not_kept_as_somebodys_own(account: ChannelAccount) -> None:
    manner(account, words={"warm": {"question": "方便的话再告诉我们一点：{question}", "empty": "写点什么吧 {name}"}})
    assert manner_of(account).words == {"warm": {"empty": "写点什么吧 {name}"}}
    change(account=account, manner=manner_of(account), actor=SYSTEM)
    assert [entry.data["what"] for entry in Entry.objects.filter(name="groupbot.changed").order_by("id")] == [
        "on", "changed"
    ]  # fmt: skip


def test_who_is_erased_is_not_named_in_what_was_said_to_several(
    introduced: Say, account: ChannelAccount, line: Line
) -> None:
    manner(account, quiet_from="22:00", quiet_until="08:00")
    with time_machine.travel(NIGHT, tick=False):
        introduced(factories.BLACK_SCREEN, "欧阳澈澈")
    with time_machine.travel(MORNING, tick=False):
        say_what_waited()
        run_waiting()
    told = line.carried[-1]
    assert "欧阳澈澈" in told.text
    member = Feedback.objects.get().member
    erasing.ask(member=member, actor=SYSTEM)
    told.refresh_from_db()
    assert "欧阳澈澈" not in told.text
    assert Group.objects.count() == 1
