import datetime
import uuid
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.channels import contracts
from huixiang.channels.actions import conversations, open_account, queue_deliveries, report_fetched, retry
from huixiang.channels.contracts import TransportError
from huixiang.channels.delivering import RETRY_AFTER, deliver_due
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.channels.queries import progress_about, unfinished_business, waiting_to_be_fetched
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Workspace
from tests.factories.jobs import waiting
from tests.factories.rows import member

STAFF = Actor("staff", None)
MINUTE = datetime.timedelta(minutes=1)


class Line(contracts.Connector):
    """A way out whose behaviour a test decides: it carries what it was given and throws what it was told to."""

    kind = "line"
    label = "Line"

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.throws: dict[str, Exception] = {}

    def can_send(self) -> bool:
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        if delivery.text in self.throws:
            raise self.throws[delivery.text]
        self.carried.append(delivery.text)
        return DeliveryState.DELIVERED


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    made = Line()
    monkeypatch.setitem(contracts._connectors, "line", made)
    return made


@pytest.fixture
def account(workspace: Workspace, line: Line) -> ChannelAccount:
    return open_account(workspace=workspace, slug="line", kind="line", name="线")


def queued(account: ChannelAccount, text: str = "一", **fields: object) -> Delivery:
    who = member(account, "甲")
    values = {
        "recipient": "甲",
        "recipient_member_id": who.id,
        "purpose": "reply",
        "text": text,
        "about_id": uuid.uuid4(),
    }
    delivery = Delivery(workspace_id=account.workspace_id, account=account, **{**values, **fields})
    queue_deliveries([delivery])
    return delivery


def state(delivery: Delivery) -> tuple[str, str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.error, delivery.attempts


def outcomes() -> list[str]:
    entries = Entry.objects.filter(name="channels.delivery_finished").order_by("id")
    return [entry.data["state"] for entry in entries]


def test_what_is_queued_is_delivered_once(account: ChannelAccount, line: Line) -> None:
    first, second = queued(account, "一"), queued(account, "二")
    assert waiting() == ["channels.deliver"]
    assert [deliver_due(), deliver_due()] == [2, 0]
    assert line.carried == ["一", "二"]
    assert [state(one) for one in (first, second)] == [("delivered", "", 1)] * 2
    assert outcomes() == ["delivered", "delivered"]


def test_a_passing_trouble_is_tried_again_later_and_later(account: ChannelAccount, line: Line) -> None:
    delivery = queued(account)
    line.throws["一"] = TransportError("线忙")
    for number, pause in enumerate(RETRY_AFTER, start=1):
        before = timezone.now()
        assert deliver_due() == 1
        assert state(delivery) == ("queued", "线忙", number)
        assert before + pause <= delivery.next_attempt_at <= timezone.now() + pause
        assert deliver_due() == 0
        Delivery.objects.update(next_attempt_at=before)
    deliver_due()
    assert state(delivery) == ("failed", "线忙", len(RETRY_AFTER) + 1)
    assert [pause // MINUTE for pause in RETRY_AFTER] == [1, 5, 30, 120, 480]
    assert outcomes() == ["failed"]


def test_trouble_that_stays_fails_at_once_and_is_seen(account: ChannelAccount, line: Line) -> None:
    delivery = queued(account)
    line.throws["一"] = TransportError("没有这个人", permanent=True)
    deliver_due()
    assert state(delivery) == ("failed", "没有这个人", 1)
    assert unfinished_business(workspace=account.workspace) == [delivery]


@pytest.mark.parametrize("error", [TransportError("线断了", unknown=True), ZeroDivisionError("线断了")])
def test_what_may_have_arrived_is_never_sent_again_by_itself(
    account: ChannelAccount, line: Line, error: Exception
) -> None:
    delivery, other = queued(account, "一"), queued(account, "二")
    line.throws["一"] = error
    deliver_due()
    line.throws.clear()
    Delivery.objects.update(next_attempt_at=timezone.now() - datetime.timedelta(days=1))
    deliver_due()
    assert state(delivery) == ("unknown", "线断了", 1)
    assert line.carried == ["二"]
    assert state(other)[0] == "delivered"


def test_a_lease_that_ran_out_leaves_the_outcome_unknown(account: ChannelAccount, line: Line) -> None:
    delivery = queued(account)
    Delivery.objects.update(state="sending", next_attempt_at=timezone.now() + MINUTE)
    assert deliver_due() == 0
    assert state(delivery)[0] == "sending"
    Delivery.objects.update(next_attempt_at=timezone.now() - MINUTE)
    deliver_due()
    assert state(delivery)[0] == "unknown"
    assert (line.carried, outcomes()) == ([], ["unknown"])


def test_what_another_worker_gave_up_meanwhile_is_not_sent(account: ChannelAccount, line: Line) -> None:
    """The first of a claim takes so long that the second's lease runs out before its turn."""
    queued(account, "一")
    second = queued(account, "二", next_attempt_at=timezone.now())

    class Slow(Line):
        def send(self, delivery: Delivery) -> DeliveryState:
            Delivery.objects.filter(id=second.id).update(state="unknown")
            return super().send(delivery)

    contracts._connectors["line"] = slow = Slow()
    deliver_due()
    assert slow.carried == ["一"]
    assert state(second)[0] == "unknown"


def test_what_was_not_tried_is_never_said_to_have_been_sent(account: ChannelAccount, line: Line) -> None:
    """The sender dies at the first of a claim: the second waits on and goes out once the lease is over."""
    first, second = queued(account, "一"), queued(account, "二", next_attempt_at=timezone.now())
    line.throws["一"] = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        deliver_due()
    assert [state(one)[0] for one in (first, second)] == ["sending", "queued"]
    assert deliver_due() == 0
    Delivery.objects.update(next_attempt_at=timezone.now() - MINUTE)
    deliver_due()
    assert [state(one)[0] for one in (first, second)] == ["unknown", "delivered"]


def test_what_another_sender_has_claimed_anew_is_left_to_it(account: ChannelAccount) -> None:
    queued(account, "一")
    second = queued(account, "二", next_attempt_at=timezone.now())

    class Slow(Line):
        def send(self, delivery: Delivery) -> DeliveryState:
            Delivery.objects.filter(id=second.id).update(next_attempt_at=timezone.now() + 9 * MINUTE)
            return super().send(delivery)

    contracts._connectors["line"] = slow = Slow()
    assert deliver_due() == 1
    assert (slow.carried, state(second)[0]) == (["一"], "queued")


@pytest.mark.parametrize("ended", ["failed", "unknown"])
def test_a_person_sends_it_again(account: ChannelAccount, line: Line, ended: str) -> None:
    delivery = queued(account)
    Delivery.objects.update(state=ended, error="线断了", attempts=6, finished_at=timezone.now())
    assert retry(workspace_id=account.workspace_id, delivery_id=delivery.id, actor=STAFF)
    assert state(delivery) == ("queued", "", 0)
    deliver_due()
    assert (state(delivery)[0], line.carried) == ("delivered", ["一"])
    assert Entry.objects.filter(name="channels.delivery_retried", subject_id=delivery.id).count() == 1
    assert not retry(workspace_id=account.workspace_id, delivery_id=delivery.id, actor=STAFF)


def test_only_the_own_workspace_sends_again(account: ChannelAccount, other_workspace: Workspace) -> None:
    delivery = queued(account)
    Delivery.objects.update(state="failed")
    assert not retry(workspace_id=other_workspace.id, delivery_id=delivery.id, actor=STAFF)
    assert unfinished_business(workspace=other_workspace) == []


def test_an_app_fetches_its_answers_and_says_that_it_showed_them(
    app_channel: ChannelAccount, account: ChannelAccount
) -> None:
    first, second = queued(app_channel, "一"), queued(app_channel, "二")
    deliver_due()
    assert [state(one)[0] for one in (first, second)] == ["ready", "ready"]
    assert waiting_to_be_fetched(account=app_channel, limit=1) == [first]
    assert report_fetched(account=account, delivery_ids=[first.id]) == 0
    assert report_fetched(account=app_channel, delivery_ids=[first.id, uuid.uuid4()]) == 1
    assert report_fetched(account=app_channel, delivery_ids=[first.id]) == 0
    assert waiting_to_be_fetched(account=app_channel, limit=9) == [second]
    assert state(first)[0] == "delivered"
    assert outcomes() == ["ready", "ready", "delivered"]


def test_progress_counts_by_state(account: ChannelAccount, line: Line) -> None:
    about = uuid.uuid4()
    for text in "一二三":
        queued(account, text, about_id=about)
    line.throws["三"] = TransportError("没有这个人", permanent=True)
    deliver_due()
    assert progress_about(workspace_id=account.workspace_id, about_id=about) == {"delivered": 2, "failed": 1}


def test_an_account_is_opened_once(workspace: Workspace) -> None:
    first = open_account(workspace=workspace, slug="new", kind="api", name="新")
    assert open_account(workspace=workspace, slug="new", kind="email", name="别的") == first
    assert Entry.objects.filter(name="channels.account_opened", subject_id=first.id).count() == 1


@pytest.mark.parametrize("number", [1, 100])
def test_conversations_cost_two_statements(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wanted = [(app_channel.id, f"t{place}", False) for place in range(number)]
    with django_assert_num_queries(2):
        first = conversations(workspace_id=app_channel.workspace_id, wanted=wanted)
    assert conversations(workspace_id=app_channel.workspace_id, wanted=wanted) == first
    assert (len(first), Conversation.objects.count()) == (number, number)


@pytest.mark.parametrize("outcome", [{}, {"permanent": True}, {"unknown": True}])
def test_an_address_in_a_refusal_is_masked(account: ChannelAccount, line: Line, outcome: dict[str, bool]) -> None:
    delivery = queued(account)
    line.throws["一"] = TransportError("550 night.watch@mohe.example: no such user", **outcome)
    deliver_due()
    assert state(delivery)[1] == "550 n***@mohe.example: no such user"
