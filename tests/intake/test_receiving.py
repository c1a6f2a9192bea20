import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Count
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.intake.actions import Receipt, receive
from huixiang.intake.models import IdempotencyKey, Message
from huixiang.journal.models import Entry
from tests import factories
from tests.factories import ago, inbound
from tests.factories.jobs import arguments_of, waiting


def many(number: int) -> list[InboundMessage]:
    return [inbound(f"第 {place} 条", external_id=f"x{place}") for place in range(number)]


def test_receipts_come_in_order_and_one_bad_message_does_not_sink_the_others(app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[inbound(external_id="old")])
    batch = [
        inbound(external_id="a"),
        inbound(external_id="b", text=" "),
        inbound(external_id="old", text="别的话"),
        inbound(external_id="c"),
    ]
    receipts = receive(account=app_channel, messages=batch)
    ids = dict(Message.objects.values_list("external_id", "id"))
    assert receipts == [
        Receipt("a", "stored", ids["a"]),
        Receipt("b", "refused", error="内容是空的。"),
        Receipt("old", "duplicate", ids["old"]),
        Receipt("c", "stored", ids["c"]),
    ]
    assert set(ids) == {"a", "c", "old"}


def test_of_two_equal_ids_in_a_batch_the_first_is_stored(app_channel: ChannelAccount) -> None:
    batch = [inbound(external_id="z", text="先说的"), inbound(external_id="y"), inbound(external_id="z", text="后说的")]
    receipts = receive(account=app_channel, messages=batch)
    assert [one.status for one in receipts] == ["stored", "stored", "duplicate"]
    assert receipts[2].id == receipts[0].id
    assert Message.objects.get(external_id="z").text == "先说的"


def test_the_same_batch_twice_is_stored_once(app_channel: ChannelAccount) -> None:
    first = receive(account=app_channel, messages=many(20))
    second = receive(account=app_channel, messages=many(20))
    assert {one.status for one in second} == {"duplicate"}
    assert [one.id for one in second] == [one.id for one in first]
    assert Message.objects.count() == 20


def test_accounts_do_not_share_ids(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> None:
    for account in (app_channel, portal_channel):
        assert [one.status for one in receive(account=account, messages=[inbound(external_id="same")])] == ["stored"]


def test_one_event_and_one_wake_up_a_batch(app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[*many(3), inbound(external_id="bad", text="")])
    receive(account=app_channel, messages=many(4))
    entries = Entry.objects.filter(name="intake.messages_received").order_by("id")
    assert [(e.subject_id, e.data) for e in entries] == [
        (app_channel.id, {"stored": 3, "duplicate": 0}),
        (app_channel.id, {"stored": 1, "duplicate": 3}),
    ]
    assert waiting() == ["triage.process"]
    assert arguments_of("triage.process") == [{"workspace_id": str(app_channel.workspace_id)}]


def test_nothing_good_leaves_nothing(app_channel: ChannelAccount) -> None:
    before = Entry.objects.count()
    assert [one.status for one in receive(account=app_channel, messages=[inbound(text="")])] == ["refused"]
    assert receive(account=app_channel, messages=[]) == []
    assert (Entry.objects.count(), Message.objects.count(), waiting()) == (before, 0, [])


@pytest.mark.parametrize("number", [1, 500])
def test_a_batch_costs_the_same_whatever_its_size(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    messages = many(number)
    with django_assert_num_queries(6):  # messages with keys, the event, a look and the wake-up between savepoints
        receive(account=app_channel, messages=messages)
    assert Message.objects.count() == number


def test_old_news_is_marked(app_channel: ChannelAccount) -> None:
    receive(
        account=app_channel,
        messages=[
            inbound(external_id="old", sent_at=ago(days=7, minutes=1)),
            inbound(external_id="new", sent_at=ago(days=6)),
        ],
    )
    assert dict(Message.objects.values_list("external_id", "historical")) == {"old": True, "new": False}


def test_everything_told_is_kept(app_channel: ChannelAccount) -> None:
    told = inbound(
        "原话", external_id="e", author_id="u", author_name="阿澈", author_email="a@example.com", thread="t",
        reply_to="r", private=True, public=False, addressed=True, sent_at=ago(hours=3),
    )  # fmt: skip
    receive(account=app_channel, messages=[told])
    row = Message.objects.get()
    of_the_place = {"group", "window", "files"}  # kept with the conversation, and files as rows of their own
    kept = {name: getattr(row, name) for name in InboundMessage.__slots__ if name not in of_the_place}
    assert kept == {name: getattr(told, name) for name in kept}
    assert (row.state, row.workspace_id, row.month.day) == ("pending", app_channel.workspace_id, 1)


def run_together(number: int, work: Callable[[], None]) -> None:
    barrier = threading.Barrier(number)

    def one() -> None:
        barrier.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_each_message_is_stored_once() -> None:
    account = factories.workspace().channel_accounts.get(slug="owners-app")
    messages = many(60)
    receipts: list[list[Receipt]] = []
    orders = iter([messages, messages[::-1], [*messages[30:], *messages[:30]], messages])
    run_together(4, lambda: receipts.append(receive(account=account, messages=next(orders))))
    stored = [one.external_id for batch in receipts for one in batch if one.status == "stored"]
    assert sorted(stored) == sorted(message.external_id for message in messages)
    ids = dict(Message.objects.values_list("external_id", "id"))
    assert [one for batch in receipts for one in batch if one.id != ids[one.external_id]] == []
    assert Message.objects.count() == IdempotencyKey.objects.count() == 60
    twice = Message.objects.values("external_id").annotate(number=Count("id")).filter(number__gt=1)
    assert list(twice) == []
