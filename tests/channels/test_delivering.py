"""Order, limits, windows, long texts, pauses: what every connector has without writing it."""

import datetime

import pytest
from django.utils import timezone

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
    delivery = Delivery(
        workspace_id=account.workspace_id, account=account, recipient=to, purpose="reply", text=text,
        recipient_member_id=member(account, to).id, **fields,  # type: ignore[arg-type]
    )  # fmt: skip
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

    line.send = breaks_once  # type: ignore[method-assign]
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
