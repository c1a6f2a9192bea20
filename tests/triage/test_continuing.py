"""Messages that go on: with an open case, or with what was said minutes before."""

import pytest

from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.intake.queries import follow
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.portal.speaking import say, say_more
from huixiang.triage.actions import process
from huixiang.triage.dials import Dial
from huixiang.triage.grading import table
from huixiang.triage.steps.judging import _assessment, _store_regrown
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories import BLACK_SCREEN, CHATTER, COLD_START, ago, inbound, received

THANKS = "收到"


def turns(case: Case) -> list[tuple[str, str]]:
    return [(turn.direction, turn.text) for turn in case.turns.order_by("at", "id")]


def last_message() -> Message:
    return Message.objects.latest("received_at")


def test_the_same_thread_goes_on(app_channel: ChannelAccount, operator: Membership) -> None:
    case = factories.case(app_channel, author_id="甲", thread="t", sent_at=ago(hours=2))
    reply(case=case, by=operator, text="请问是什么版本？", lane="private")
    received(app_channel, inbound(CHATTER, author_id="甲", thread="t"))
    case.refresh_from_db()
    assert turns(case) == [("inbound", COLD_START), ("outbound", "请问是什么版本？"), ("inbound", CHATTER)]
    assert (case.state, case.last_line) == ("waiting_us", CHATTER)
    assert case.due_at is not None
    assert (last_message().state, last_message().feedback_id) == ("turn", None)
    assert Feedback.objects.count() == 1


def test_an_answer_to_one_of_its_messages_goes_on(app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", external_id="m1", sent_at=ago(hours=2))
    received(
        app_channel,
        inbound(THANKS, author_id="甲", reply_to="m1"),
        inbound(CHATTER, author_id="甲", reply_to="m1", sent_at=ago(hours=1)),
    )
    assert turns(case) == [("inbound", COLD_START), ("inbound", CHATTER), ("inbound", THANKS)]


def test_an_answer_counts_on_its_own_account_only(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", external_id="m1", sent_at=ago(hours=2))
    received(portal_channel, inbound(CHATTER, author_id="甲", reply_to="m1"))
    assert turns(case) == [("inbound", COLD_START)]


def test_the_private_conversation_goes_on_without_a_thread(app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", private=True, sent_at=ago(hours=2))
    received(app_channel, inbound(CHATTER, author_id="甲", private=True))
    assert turns(case) == [("inbound", COLD_START), ("inbound", CHATTER)]


def test_what_was_private_does_not_make_the_main_talk_private(app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", private=True, sent_at=ago(hours=2))
    received(app_channel, inbound(CHATTER, author_id="甲"))
    assert turns(case) == [("inbound", COLD_START)]
    assert last_message().state == "noise"


def test_two_people_write_in_private_apart(app_channel: ChannelAccount) -> None:
    for who in ("甲", "乙"):
        received(app_channel, inbound(author_id=who, private=True))
    assert Message.objects.values("conversation_id").distinct().count() == 2


def test_being_in_the_main_talk_again_continues_nothing(app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", sent_at=ago(hours=2))
    received(app_channel, inbound(CHATTER, author_id="甲"))
    assert turns(case) == [("inbound", COLD_START)]
    assert last_message().state == "noise"


@pytest.mark.parametrize("how", [{"thread": "t"}, {"reply_to": "m1"}])
def test_another_member_does_not_continue(app_channel: ChannelAccount, how: dict[str, str]) -> None:
    case = factories.case(app_channel, author_id="甲", external_id="m1", thread="t", sent_at=ago(hours=2))
    received(app_channel, inbound(CHATTER, author_id="乙", **how))
    assert turns(case) == [("inbound", COLD_START)]
    assert last_message().state == "noise"


def test_an_ended_case_is_not_continued(app_channel: ChannelAccount) -> None:
    case = factories.case(app_channel, author_id="甲", thread="t", sent_at=ago(hours=2))
    Case.objects.update(state="closed")
    received(app_channel, inbound(CHATTER, author_id="甲", thread="t"))
    assert turns(case) == [("inbound", COLD_START)]


def test_a_follow_code_leads_back_into_the_case(portal_channel: ChannelAccount) -> None:
    workspace = portal_channel.workspace
    told = say(workspace=workspace, member=None, text=COLD_START, public=False)
    process(workspace_id=workspace.id)
    case = Case.objects.get()
    found = follow(workspace=workspace, typed=told.code)
    assert found is not None
    say_more(conversation=found.conversation, member=found.member, text=CHATTER, public=False)
    process(workspace_id=workspace.id)
    assert turns(case) == [("inbound", COLD_START), ("inbound", CHATTER)]
    assert (case.member, case.member.anonymous) == (found.member, True)


def test_another_grave_matter_is_a_case_of_its_own_and_still_an_answer(app_channel: ChannelAccount) -> None:
    first = factories.case(
        app_channel, "预约保养被改期三次，客服态度还很差", author_id="甲", thread="t", sent_at=ago(hours=2)
    )
    danger = "刹车突然失灵，差点追尾，太危险了"
    received(app_channel, inbound(danger, author_id="甲", thread="t"))
    second = Case.objects.exclude(id=first.id).get()
    assert second.grade == "red"
    assert turns(first)[-1] == turns(second)[-1] == ("inbound", danger)
    assert last_message().state == "feedback"


def test_messages_in_a_row_are_one_feedback(app_channel: ChannelAccount) -> None:
    received(
        app_channel,
        inbound("车机又黑屏了", author_id="甲", sent_at=ago(minutes=9)),
        inbound("导航和倒车影像全没了", author_id="甲", sent_at=ago(minutes=3)),
        inbound("充电口盖冬天冻住打不开", author_id="乙", sent_at=ago(minutes=5)),
    )
    assert sorted(Feedback.objects.values_list("text", flat=True)) == [
        "充电口盖冬天冻住打不开",
        "车机又黑屏了\n导航和倒车影像全没了",
    ]
    assert set(Message.objects.values_list("state", flat=True)) == {"feedback"}
    assert sorted(case.turns.count() for case in Case.objects.all()) == [1, 2]


def test_in_two_batches_too(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound("车机又黑屏了", author_id="甲", sent_at=ago(minutes=9)))
    received(app_channel, inbound("导航和倒车影像全没了", author_id="甲", sent_at=ago(minutes=1)))
    found = Feedback.objects.get()
    assert found.text == "车机又黑屏了\n导航和倒车影像全没了"
    assert Message.objects.filter(feedback_id=found.id, state="feedback").count() == 2
    assert turns(Case.objects.get()) == [("inbound", "车机又黑屏了"), ("inbound", "导航和倒车影像全没了")]
    assert found.member.feedback_count == 1
    assert Entry.objects.filter(name="feedback.found").count() == 1
    assert Entry.objects.filter(name="triage.assessed").count() == 2


def test_what_follows_can_open_a_case_with_all_that_was_said(app_channel: ChannelAccount) -> None:
    praise = factories.PRAISE
    received(app_channel, inbound(praise, author_id="甲", sent_at=ago(minutes=9)))
    assert Case.objects.count() == 0
    danger = "不过刹车突然失灵，差点追尾，太危险了，再不解决我就去12315投诉"
    received(app_channel, inbound(danger, author_id="甲", sent_at=ago(minutes=1)))
    case = Case.objects.get()
    assert turns(case) == [("inbound", praise), ("inbound", danger)]
    found = Feedback.objects.get()
    assert (found.case_id, found.grade, found.theme_id is None) == (case.id, case.grade, False)
    assert Entry.objects.filter(name="cases.member_spoke").count() == 0


def test_what_follows_can_make_the_case_worse_and_never_better(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound(BLACK_SCREEN, author_id="甲", sent_at=ago(minutes=9)))
    received(app_channel, inbound("刹车突然失灵，差点追尾，太危险了", author_id="甲", sent_at=ago(minutes=5)))
    case = Case.objects.get()
    assert (case.grade, Feedback.objects.get().grade) == ("red", "red")
    assert case.clocks.get(name="first_answer").due_at == case.due_at
    assert Entry.objects.filter(name="cases.regraded", subject_id=case.id).count() == 1
    Case.objects.update(grade="red")
    Feedback.objects.update(grade="red")
    received(app_channel, inbound("哈哈", author_id="甲", sent_at=ago(minutes=1)))
    case.refresh_from_db()
    assert (case.grade, Feedback.objects.get().grade) == ("red", "red")


def test_eleven_minutes_later_is_something_new(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound("车机又黑屏了", author_id="甲", sent_at=ago(minutes=20)))
    received(app_channel, inbound("充电口盖冬天冻住打不开", author_id="甲", sent_at=ago(minutes=9)))
    assert Feedback.objects.count() == 2


def test_another_place_is_something_new(app_channel: ChannelAccount) -> None:
    received(
        app_channel,
        inbound("车机又黑屏了", author_id="甲", thread="t1", sent_at=ago(minutes=5)),
        inbound("充电口盖冬天冻住打不开", author_id="甲", thread="t2", sent_at=ago(minutes=4)),
    )
    assert Feedback.objects.count() == 2


def test_rows_of_a_file_are_not_said_in_a_row(app_channel: ChannelAccount) -> None:
    files = app_channel.workspace.channel_accounts.get(slug="files")
    for text in ("车机又黑屏了", "充电口盖冬天冻住打不开"):
        received(
            files,
            inbound(text, author_id="甲", sent_at=ago(minutes=5)),
            inbound(f"{text}了", author_id="甲", sent_at=ago(minutes=4)),
        )
    assert Feedback.objects.count() == 4


def test_what_was_removed_is_not_gone_on_with(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound("车机又黑屏了", author_id="甲", sent_at=ago(minutes=5)))
    Message.objects.update(erased_at=ago(minutes=2))
    received(app_channel, inbound("充电口盖冬天冻住打不开", author_id="甲", sent_at=ago(minutes=1)))
    assert Feedback.objects.count() == 2


def test_a_removal_while_it_is_read_anew_stands(app_channel: ChannelAccount, operator: Membership) -> None:
    received(app_channel, inbound("车机又黑屏了", author_id="甲"))
    stale = Feedback.objects.get()
    remove(feedback=Feedback.objects.get(), reason="隐私", actor=Actor("staff", operator.id))
    stale.text = "车机又黑屏了，导航也没了"
    _store_regrown([stale])
    assert Feedback.objects.values_list("title", "text", "text_hash").get() == ("", "", "")
    dial = Dial(80, "写明了场景", "导航也没了")
    four = dict.fromkeys(("influence", "authenticity", "prevalence", "severity"), dial)
    judged = _assessment(stale, four, table(app_channel.workspace))
    assert {told["quote"] for told in judged.reasons.values()} == {""}
