"""Order, limits, windows, long texts, pauses: what every connector has without writing it."""

import datetime

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.channels import accounts, contracts, windows
from huixiang.channels.actions import conversations, open_account, queue_deliveries
from huixiang.channels.contracts import InboundMessage, Limit, Per, ReplyWindow, TransportError
from huixiang.channels.delivering import deliver_account, deliver_due, wake_due
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Health
from huixiang.channels.splitting import pieces
from huixiang.intake.actions import receive
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.factories.rows import member

MINUTE = datetime.timedelta(minutes=1)


class Line(contracts.Connector):
    """A platform whose rules a test sets."""

    kind = "line"
    label = "Line"
    form = (contracts.Setting("key", "Key", sort=contracts.Sort.SECRET, required=False),)

    def __init__(self) -> None:
        self.carried: list[tuple[str, str]] = []
        self.throws: list[Exception] = []

    def send(self, delivery: Delivery) -> DeliveryState:
        if self.throws:
            raise self.throws.pop(0)
        self.carried.append((delivery.transaction, delivery.words))
        return DeliveryState.DELIVERED

    @property
    def words(self) -> list[str]:
        return [words for _transaction, words in self.carried]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line()
    monkeypatch.setitem(contracts._connectors, "line", made)
    return made


@pytest.fixture
def account(workspace: Workspace, line: Line) -> ChannelAccount:
    return open_account(workspace=workspace, slug="line", kind="line", name="线")


def queued(account: ChannelAccount, text: str, to: str = "甲", **fields: object) -> Delivery:
    values = {"purpose": "reply", "recipient": to, "recipient_member_id": member(account, to).id, **fields}
    delivery = Delivery(workspace_id=account.workspace_id, account=account, text=text, **values)
    queue_deliveries([delivery])
    return delivery


def again(account: ChannelAccount) -> int:
    """What waits is due now."""
    Delivery.objects.filter(state="queued").update(next_attempt_at=timezone.now())
    return deliver_account(account.id)


def test_what_is_said_to_one_person_keeps_its_order(account: ChannelAccount, line: Line) -> None:
    first, second, other = queued(account, "一"), queued(account, "二"), queued(account, "他", to="乙")
    line.throws = [TransportError("忙")]
    deliver_due()
    assert line.words == ["他"]  # the second waits for the first, which waits for its next try
    again(account)
    assert line.words == ["他", "一", "二"]
    assert {one.id for one in Delivery.objects.filter(state="delivered")} == {first.id, second.id, other.id}


@pytest.fixture
def group(account: ChannelAccount) -> Conversation:
    [place] = conversations(workspace_id=account.workspace_id, wanted=[(account.id, "g1", False)]).values()
    return place


def into(group: Conversation, text: str, to: str) -> Delivery:
    return queued(group.account, text, to=to, conversation=group, into_group=True)


def test_what_is_said_in_a_group_keeps_its_order_whomever_it_is_for(group: Conversation, line: Line) -> None:
    into(group, "一", "甲")
    into(group, "二", "乙")
    queued(group.account, "私", to="乙")
    line.throws = [TransportError("忙")]
    deliver_due()
    assert line.words == ["私"]  # said elsewhere, to one who is answered in the group too
    again(group.account)
    assert line.words == ["私", "一", "二"]


def test_what_another_answer_used_up_is_seen_before_sending(
    group: Conversation, account: ChannelAccount, line: Line
) -> None:
    """Both are taken in one go, while one answer is left."""
    Conversation.objects.filter(id=group.id).update(reply_left=1)
    first, second = into(group, "一", "甲"), queued(account, "二", to="乙", conversation=group)
    deliver_due()
    first.refresh_from_db()
    second.refresh_from_db()
    assert ([first.state, second.state], line.words) == (["delivered", "failed"], ["一"])
    assert "次数" in second.error or "answers" in second.error


@pytest.mark.parametrize(("number", "statements"), [(1, 15), (3, 31)])
def test_each_message_reads_its_window_with_one_statement(
    account: ChannelAccount, line: Line, number: int, statements: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    names = [f"@人{place}" for place in range(number)]
    places = conversations(workspace_id=account.workspace_id, wanted=[(account.id, name, True) for name in names])
    for name in names:
        queued(account, "一", to=name[1:], conversation=places[account.id, name])
    with django_assert_num_queries(statements):
        deliver_account(account.id)
    assert len(line.words) == number


def test_a_persons_answer_goes_before_what_very_many_get(account: ChannelAccount, line: Line) -> None:
    for place in range(25):
        queued(account, f"公示{place}", to=f"人{place}", purpose="notice")
    line.limits = (Limit(5, 60),)
    deliver_due()
    queued(account, "答复", to="人24")  # the notice to the same person waits too
    line.limits = ()
    again(account)
    assert [line.words.index(words) for words in ("答复", "公示5", "公示24")] == [5, 6, 25]


def test_a_notice_that_has_begun_is_ended_before_an_answer(account: ChannelAccount, line: Line) -> None:
    line.longest, line.limits = 12, (Limit(1, 60),)
    queued(account, "先说对不起。再说为什么。最后说何时好。", purpose="notice")
    deliver_due()
    queued(account, "答复")
    line.limits = ()
    again(account)
    assert line.words == ["先说对不起。再说为什么。", "最后说何时好。", "答复"]


LONG = "先说对不起。再说为什么。最后说何时好。然后说谢谢您。再见再见再见。"


def test_more_parts_than_answers_left_are_refused_before_the_first(
    group: Conversation, account: ChannelAccount, line: Line
) -> None:
    line.longest = 12
    Conversation.objects.filter(id=group.id).update(reply_left=2)
    long, fits = into(group, LONG, "甲"), into(group, LONG[:19], "乙")
    deliver_due()
    long.refresh_from_db()
    fits.refresh_from_db()
    assert (long.state, long.parts_sent, fits.state) == ("failed", 0, "delivered")
    assert "4" in long.error
    assert "2" in long.error
    assert line.words == ["先说对不起。再说为什么。", "最后说何时好。"]


def test_parts_wait_for_the_limit_and_go_on_where_they_were(account: ChannelAccount, line: Line) -> None:
    line.longest, line.limits = 12, (Limit(2, 60),)
    delivery = queued(account, LONG)
    deliver_due()
    delivery.refresh_from_db()
    assert (len(line.words), delivery.state, delivery.parts_sent, delivery.attempts) == (2, "queued", 2, 0)
    assert delivery.error == ""
    assert MINUTE * 0.8 < delivery.next_attempt_at - timezone.now() <= MINUTE
    with time_machine.travel(timezone.now() + MINUTE, tick=True):
        deliver_due()
    delivery.refresh_from_db()
    assert ("".join(line.words), delivery.state) == (LONG, "delivered")


def test_the_limit_of_an_account_puts_the_rest_off(account: ChannelAccount, line: Line) -> None:
    line.limits = (Limit(2, 60),)
    for number in range(4):
        queued(account, str(number), to=f"人{number}")
    assert deliver_account(account.id) == 2
    waiting = Delivery.objects.filter(state="queued").order_by("id")
    assert [one.attempts for one in waiting] == [0, 0]
    assert all(MINUTE * 0.8 < one.next_attempt_at - timezone.now() <= MINUTE for one in waiting)
    assert wake_due() == 0


def test_the_limit_of_a_conversation_holds_up_only_that(account: ChannelAccount, line: Line) -> None:
    line.limits = (Limit(1, 60, Per.PLACE),)
    for text, to in (("一", "甲"), ("二", "甲"), ("三", "乙")):
        queued(account, text, to=to)
    deliver_due()
    assert line.words == ["一", "三"]


def test_a_long_text_goes_in_parts_and_goes_on_where_it_broke_off(account: ChannelAccount, line: Line) -> None:
    line.longest = 12
    delivery = queued(account, "先说对不起。再说为什么。最后说何时好。")
    sends = line.send

    def breaks_once(one: Delivery) -> DeliveryState:
        if one.part == 1 and not line.throws and delivery.attempts == 0:
            delivery.attempts = 1
            raise TransportError("断了")
        return sends(one)

    line.send = breaks_once  # type: ignore[method-assign,assignment]
    deliver_due()
    again(account)
    assert line.words == ["先说对不起。再说为什么。", "最后说何时好。"]
    ids = [transaction for transaction, _words in line.carried]
    assert ids[0] == delivery.id.hex
    assert len({*ids}) == 2
    assert {len(one) for one in ids} == {32}


def test_a_shut_window_is_told_before_anything_is_sent(account: ChannelAccount, line: Line) -> None:
    said = InboundMessage(
        "m-1", "空调不凉", "甲", "", timezone.now(), private=True,
        window=ReplyWindow(timezone.now() + 2 * MINUTE, 1, "handle-1"),
    )  # fmt: skip
    receive(account=account, messages=[said])
    place = Conversation.objects.get(account=account, external_id="@甲")
    assert (windows.handle_of(place), windows.open_now(place, "line").left) == ("handle-1", 1)
    assert "handle-1" not in place.reply_handle
    one, two = queued(account, "一", conversation=place), queued(account, "二", conversation=place)
    deliver_due()
    assert [Delivery.objects.get(id=x.id).state for x in (one, two)] == ["delivered", "failed"]
    assert line.words == ["一"]
    place.refresh_from_db()
    assert not windows.open_now(place, "line").now


def test_a_window_that_is_over_by_time_sends_nothing(account: ChannelAccount, line: Line) -> None:
    [place] = conversations(workspace_id=account.workspace_id, wanted=[(account.id, "@甲", True)]).values()
    Conversation.objects.update(reply_until=timezone.now() - MINUTE)
    place.refresh_from_db()
    late = queued(account, "一", conversation=place)
    deliver_due()
    late.refresh_from_db()
    assert (late.state, line.words) == ("failed", [])


def test_what_needs_a_person_pauses_the_account_and_waits(account: ChannelAccount, line: Line) -> None:
    delivery = queued(account, "一")
    line.throws = [TransportError("令牌已撤销", pauses=True)]
    deliver_due()
    delivery.refresh_from_db()
    account.refresh_from_db()
    assert (delivery.state, delivery.attempts, account.paused_reason) == ("queued", 0, "令牌已撤销")
    assert Health.objects.get(account=account).error == "令牌已撤销"
    assert deliver_due() == 0
    accounts.resume(account=account, actor=SYSTEM)
    deliver_due()
    assert line.words == ["一"]
    assert Health.objects.get(account=account).error == ""


def test_to_wait_as_the_platform_asks_is_no_try(account: ChannelAccount, line: Line) -> None:
    delivery = queued(account, "一")
    line.throws = [TransportError("慢一点", again_in=30)]
    deliver_due()
    delivery.refresh_from_db()
    left = (delivery.next_attempt_at - timezone.now()).total_seconds()
    assert (delivery.state, delivery.attempts, 20 < left <= 30) == ("queued", 0, True)


@pytest.mark.parametrize(
    ("text", "longest", "in_bytes", "expected"),
    [
        ("短", 0, False, ["短"]),
        ("一。二。", 2, False, ["一。", "二。"]),
        ("甲乙丙丁", 6, True, ["甲乙", "丙丁"]),
        ("one two three", 8, False, ["one two", "three"]),
        ("第一段很长很长\n\n第二段", 10, False, ["第一段很长很长", "第二段"]),
    ],
)  # fmt: skip
def test_cutting(text: str, longest: int, in_bytes: bool, expected: list[str]) -> None:
    assert pieces(text, longest, in_bytes=in_bytes) == expected


def test_nothing_is_lost_by_cutting_and_no_piece_is_too_long() -> None:
    text = "很抱歉让您久等了，今天就查。" * 40 + "😀" * 30
    cut = pieces(text, 64, in_bytes=True)
    assert max(len(one.encode()) for one in cut) <= 64
    assert "".join(cut) == text
