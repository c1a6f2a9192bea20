"""Answers into the group a case was told in."""

from collections.abc import Iterator

import pytest

from huixiang.cases.actions import reply
from huixiang.cases.into_groups import group_of
from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import public_turns
from huixiang.cases.red_lines import Crossed
from huixiang.channels import contracts
from huixiang.channels.actions import open_account
from huixiang.channels.contracts import ReplyWindow
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from tests import factories


class Line(contracts.Connector):
    kind = "line"
    label = "Line"

    def __init__(self) -> None:
        self.carried: list[Delivery] = []

    def send(self, delivery: Delivery) -> DeliveryState:
        self.carried.append(delivery)
        return DeliveryState.DELIVERED


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    made = Line()
    monkeypatch.setitem(contracts._connectors, "line", made)
    return made


@pytest.fixture
def account(workspace: Workspace, line: Line) -> ChannelAccount:
    return open_account(workspace=workspace, slug="line", kind="line", name="车主群")


@pytest.fixture
def told(account: ChannelAccount) -> Case:
    return factories.case(account, thread="g1", group="北辰车主群", author_id="u1", author_name="阿澈")


def test_a_public_answer_to_the_group_goes_into_the_group(told: Case, operator: Membership, line: Line) -> None:
    turn = reply(case=told, by=operator, text="已经在查了，谢谢您！", lane="public")
    deliver_due()
    [sent] = line.carried
    assert (sent.into_group, sent.conversation, sent.recipient) == (True, told.conversation, "u1")
    assert sent.in_reply_to == Message.objects.get().external_id
    assert (turn.lane, turn.conversation_id) == ("group", told.conversation_id)
    assert Entry.objects.get(name="cases.answered").data["lane"] == "group"
    assert public_turns(told) == []  # the community's board does not show it
    told.refresh_from_db()
    assert told.state == "waiting_member"


def test_a_private_answer_goes_to_the_member_alone(told: Case, operator: Membership, line: Line) -> None:
    reply(case=told, by=operator, text="您的手机号我们记下了", lane="private")
    deliver_due()
    assert [one.into_group for one in line.carried] == [False]


def test_pressed_twice_it_is_said_once(told: Case, operator: Membership, line: Line) -> None:
    seen = factories.ago(seconds=5)
    turns = {reply(case=told, by=operator, text="在查了", lane="public", seen_at=seen).id for _time in range(2)}
    assert (len(turns), Turn.objects.filter(lane="group").count()) == (1, 1)


def test_a_number_is_asked_about_before_the_group_reads_it(told: Case, operator: Membership) -> None:
    with pytest.raises(Crossed):
        reply(case=told, by=operator, text="请打 13800138000 找我", lane="public")
    assert not Delivery.objects.exists()


def test_what_was_not_said_in_a_group_is_not_answered_in_one(account: ChannelAccount, operator: Membership) -> None:
    alone = factories.case(account, private=True, author_id="u2")
    with pytest.raises(Refused):
        reply(case=alone, by=operator, text="好的", lane="public")
    assert group_of(alone) is None


def test_where_the_platform_takes_no_answer_now_the_operator_is_told(
    account: ChannelAccount, operator: Membership
) -> None:
    shut = ReplyWindow(until=factories.ago(hours=1), answers=1)
    case = factories.case(account, thread="g2", group="群", author_id="u1", window=shut)
    with pytest.raises(Refused, match="群现在不收回复"):
        reply(case=case, by=operator, text="好的", lane="public")
    assert not Delivery.objects.exists()


def test_the_members_next_word_in_the_group_joins_the_case_and_the_chatter_before_did_not(
    told: Case, operator: Membership, account: ChannelAccount
) -> None:
    def says(text: str) -> str:
        [receipt] = factories.received(
            account, factories.inbound(text, thread="g1", group="北辰车主群", author_id="u1")
        )
        return Message.objects.get(id=receipt.id).state

    Message.objects.update(sent_at=factories.ago(minutes=30))
    assert says(factories.CHATTER) == "noise"
    reply(case=told, by=operator, text="请问是哪天发生的？", lane="public")
    assert says("上周三早上") == "turn"
