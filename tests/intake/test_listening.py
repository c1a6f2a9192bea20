"""Open lines: one holder an account, a broken line opened again, what came stored before it is acknowledged."""

import asyncio
import datetime
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from huixiang.channels import contracts, tasks
from huixiang.channels.accounts import connect, pause, resume
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import Connector, Hears, InboundMessage, Setting, Taken, TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState, Health, RefusedCall
from huixiang.intake import listening
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = 10.0


class Wire(Connector):
    """A platform in this process: what is put on `wire` comes in, what is acknowledged or sent is kept."""

    kind, label, hears, own_line = "wire", "Wire", Hears.LINE, True
    form = (Setting("name", "Name"),)

    def __init__(self) -> None:
        self.wire: deque[InboundMessage | BaseException | None] = deque()
        self.open, self.most, self.opened = 0, 0, 0
        self.stored: list[int] = []
        self.sent: list[str] = []

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        self.open, self.opened = self.open + 1, self.opened + 1
        self.most = max(self.most, self.open)
        try:
            await taken(())
            while True:
                while not self.wire:  # noqa: ASYNC110 - filled from loops and threads of several tests
                    await asyncio.sleep(0.02)
                came = self.wire.popleft()
                if came is None:
                    return
                if isinstance(came, BaseException):
                    raise came
                await taken([came])
                self.stored.append(await asked(Message.objects.filter(account=account).count))
        finally:
            await asyncio.sleep(0.05)  # closing takes a moment, too
            self.open -= 1

    def send(self, delivery: Delivery) -> DeliveryState:
        self.sent.append(delivery.words)
        return DeliveryState.DELIVERED


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    monkeypatch.setattr(listening, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(listening, "SEND_EVERY", 0.1)
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(listening, "close_old_connections", connections.close_all)  # else they outlive the test
    found = Wire()
    contracts.register(found)
    yield found
    contracts._connectors.pop("wire")


@pytest.fixture
def account(workspace: Workspace, wire: Wire) -> ChannelAccount:
    return connect(workspace=workspace, kind="wire", name="线", slug="wire", given={"name": "a"})


def said(number: int, **fields: Any) -> InboundMessage:
    values = {"text": "充电口弹不开", "author_id": "u-1", "author_name": "栗子", "private": True, **fields}
    return InboundMessage(external_id=f"w-{number}", sent_at=timezone.now(), **values)


async def asked(work: Callable[[], Any]) -> Any:
    """Ask the database, in a thread that leaves no connection behind."""
    return await asyncio.to_thread(listening.connected, work)


async def until(true: Callable[[], Any]) -> None:
    """Ask until it is so."""
    end = time.monotonic() + WITHIN
    while not await asked(true):
        assert time.monotonic() < end, "it did not come to be"
        await asyncio.sleep(0.05)


def lines_run(work: Callable[[], Awaitable[None]], lines: int = 1) -> list[listening.Lines]:
    """Run so many holders, as processes of their own would be, and `work` beside them; then stop them."""

    async def run() -> list[listening.Lines]:
        held = [listening.Lines() for _one in range(lines)]
        running = [asyncio.create_task(one.run()) for one in held]
        try:
            await work()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return held

    return asyncio.run(run())


def health(account: ChannelAccount) -> Health:
    return Health.objects.get(account=account)


def test_two_holders_never_hold_the_same_line_and_what_one_lets_go_the_other_takes(
    account: ChannelAccount, wire: Wire
) -> None:
    async def work() -> None:
        await until(lambda: health(account).connected_at)
        await asyncio.sleep(0.5)

    lines_run(work, lines=2)
    assert (wire.opened, wire.most, wire.open) == (1, 1, 0)
    assert (health(account).holder, health(account).connected_at) == ("", None)
    lines_run(work)
    assert wire.opened == 2


def test_the_lease_of_a_killed_process_runs_out(account: ChannelAccount, wire: Wire) -> None:
    held = Health.objects.filter(account=account)
    held.update(holder="killed", held_until=timezone.now() + datetime.timedelta(seconds=1))
    assert listening.to_hold("other") == []

    async def work() -> None:
        await asyncio.sleep(0.4)
        assert wire.opened == 0
        await until(lambda: health(account).connected_at)

    lines_run(work)
    assert wire.opened == 1


def test_what_came_is_stored_before_it_is_acknowledged_and_once(account: ChannelAccount, wire: Wire) -> None:
    async def work() -> None:
        for number in (1, 2, 2):
            wire.wire.append(said(number))
        wire.wire.append(said(3, text=" "))
        await until(lambda: len(wire.stored) == 4)

    lines_run(work)
    assert wire.stored == [1, 2, 2, 2]
    assert RefusedCall.objects.filter(account=account).count() == 1
    assert health(account).taken == 4


@pytest.mark.parametrize("broke", [TransportError("the line broke"), ValueError("no such frame"), None])
def test_a_broken_line_is_opened_again(account: ChannelAccount, wire: Wire, broke: BaseException | None) -> None:
    async def work() -> None:
        wire.wire.append(broke)
        await until(lambda: wire.opened == 2)
        wire.wire.append(said(1))
        await until(lambda: health(account).taken == 1)

    lines_run(work)
    assert (wire.most, health(account).error) == (1, "")


def test_a_line_nobody_can_open_waits_for_a_person(account: ChannelAccount, wire: Wire) -> None:
    async def work() -> None:
        wire.wire.append(TransportError("the secret was revoked", pauses=True))
        await until(lambda: ChannelAccount.objects.get(id=account.id).paused_reason)
        await asyncio.sleep(0.5)
        assert wire.opened == 1
        await asked(lambda: resume(account=ChannelAccount.objects.get(id=account.id), actor=SYSTEM))
        await until(lambda: wire.opened == 2)

    lines_run(work)


def test_a_paused_account_hears_on_and_other_settings_open_anew(account: ChannelAccount, wire: Wire) -> None:
    def renamed() -> None:
        ChannelAccount.objects.filter(id=account.id).update(settings={"name": "b"})

    async def work() -> None:
        await asked(lambda: pause(account=account, reason="the bot was removed from a group"))
        wire.wire.append(said(1))
        await until(lambda: health(account).taken == 1)
        await asked(renamed)
        await until(lambda: wire.opened == 2)

    lines_run(work)
    assert wire.most == 1


def test_without_the_database_the_lines_close_before_another_may_open_them(
    account: ChannelAccount, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_name: str) -> Sequence[ChannelAccount]:
        raise OSError("the database is away")

    async def work() -> None:
        await until(lambda: health(account).connected_at)
        with monkeypatch.context() as without:
            without.setattr(listening, "MARGIN", listening.LEASE.total_seconds() - 1.0)
            without.setattr(listening, "to_hold", away)
            await until(lambda: wire.open == 0)
        await until(lambda: wire.open == 1)

    lines_run(work)
    assert (wire.opened, wire.most) == (2, 1)


def test_answers_go_out_by_the_line_and_not_by_a_worker(account: ChannelAccount, wire: Wire) -> None:
    member = rows.member(account, "u-1")
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient="u-1", recipient_member_id=member.id,
        purpose="reply", text="明天修好。",
    )  # fmt: skip
    queue_deliveries([delivery])
    tasks.deliver(str(account.id))
    tasks.deliver_retries()
    assert wire.sent == []
    lines_run(lambda: until(lambda: Delivery.objects.get(id=delivery.id).state == "delivered"))
    assert wire.sent == ["明天修好。"]
