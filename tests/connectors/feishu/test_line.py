"""The long connection against a gateway on the loopback that Feishu's own client talks to as well."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connections

from huixiang.channels.contracts import InboundMessage, TransportError, connector
from huixiang.channels.models import ChannelAccount, RefusedCall
from huixiang.connectors.feishu import line, naming
from huixiang.connectors.feishu.frames import DATA, Frame, written
from huixiang.intake import listening
from huixiang.intake.models import Message
from tests.connectors.feishu.gateway import SERVICE, Gateway, gateway
from tests.connectors.feishu.sender import APP_ID, APP_SECRET, BOT, Platform, event
from tests.connectors.feishu.test_frames import lark

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gate(platform: Platform) -> Iterator[Gateway]:
    with gateway() as found:
        platform.line = found.url
        yield found


@pytest.fixture
def account(account: ChannelAccount) -> ChannelAccount:
    """One that holds a line."""
    account.settings["way"] = "line"
    account.save()
    return account


def held(account: ChannelAccount, meanwhile: Callable[[], None], *, ends: bool = True) -> BaseException | None:
    """Hold the line as the product does while the other side does something, until it ends or is closed by us.

    Returns what ended it, None for an end in order.
    """

    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages:
            await asyncio.to_thread(listening.connected, listening.take, account, messages)

    async def run() -> None:
        holding = asyncio.create_task(connector("feishu").listen(account, taken))
        await asyncio.to_thread(meanwhile)
        if not ends:
            holding.cancel()
        await asyncio.wait_for(holding, 20)

    try:
        asyncio.run(run())
    except (TransportError, asyncio.CancelledError) as error:
        return error
    return None


def test_events_are_stored_before_they_are_answered_and_each_once(account: ChannelAccount, gate: Gateway) -> None:
    stored: list[int] = []

    def meanwhile() -> None:
        gate.wait("lines")
        gate.tell(event(), name="m-1")
        gate.wait("answers")
        stored.append(Message.objects.count())
        gate.tell(event("又来一次"), name="m-1")  # the answer was lost: it comes again
        gate.tell(event("分成几段的长消息" * 50, message_id="om_long"), parts=5, name="m-2", backwards=True)
        gate.wait("answers", 3)
        connections.close_all()

    assert isinstance(held(account, meanwhile, ends=False), asyncio.CancelledError)
    assert stored == [1]
    assert gate.codes() == [200, 200, 200]
    texts = list(Message.objects.order_by("received_at").values_list("text", flat=True))
    assert texts == ["车机升级到 3.4.1 以后倒车影像黑屏 @Tom 你的也是吗", "分成几段的长消息" * 50]
    assert naming.own_id(account) == BOT
    [ping, *_more] = gate.pings
    assert (ping.service, ping.headers) == (SERVICE, {"type": "ping"})
    answered = gate.answers[0]
    assert (answered.seq_id, answered.log_id, answered.log_id_new) == (7, 2**63 + 5, "0221")
    assert answered.headers["biz_rt"].isdigit()


def test_what_cannot_be_understood_or_stored_ends_no_line(
    account: ChannelAccount, gate: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> None:
        raise OSError("the database is away")

    def meanwhile() -> None:
        gate.wait("lines")
        gate.lines[-1].send(b"\xff\xff")
        gate.lines[-1].send("text")
        gate.lines[-1].send(written(Frame(method=DATA, headers={"type": "card"}, payload=b"{}")))
        gate.tell(b"no json")
        gate.tell(event(create_time="soon"))
        gate.tell(event() | {"header": event()["header"] | {"app_id": "cli_other"}})
        gate.wait("answers", 4)
        with monkeypatch.context() as patch:
            patch.setattr(line, "told", away)
            gate.tell(event())
            gate.wait("answers", 5)
        gate.tell(event())
        gate.wait("answers", 6)
        connections.close_all()

    assert isinstance(held(account, meanwhile, ends=False), asyncio.CancelledError)
    assert gate.codes() == [200, 200, 200, 200, 500, 200]
    assert Message.objects.count() == 1
    assert RefusedCall.objects.count() == 2  # what is no event brings nothing; what is one and broken is parked


def test_feishu_ends_lines_in_order_and_sets_how_often_they_ping(account: ChannelAccount, gate: Gateway) -> None:
    gate.config = {"PingInterval": 30}

    def meanwhile() -> None:
        gate.wait("pings")
        gate.lines[-1].close(1000)

    assert held(account, meanwhile) is None


def test_a_line_that_says_nothing_any_more_is_broken(
    account: ChannelAccount, gate: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.silent = True
    monkeypatch.setattr(line, "MOST_SILENT", 0.5)
    broken = held(account, lambda: gate.wait("pings"))
    assert isinstance(broken, TransportError)
    assert broken.again_in is None
    assert not broken.pauses


@pytest.mark.parametrize(
    ("code", "pauses", "again"),
    [(514, True, None), (10014, True, None), (1000040350, False, 60), (403, False, None), (1, False, None)],
)
def test_what_feishu_refuses_before_the_line_is_open(
    account: ChannelAccount, gate: Gateway, platform: Platform, code: int, pauses: bool, again: int | None
) -> None:  # fmt: skip
    platform.answers["endpoint"].append((200, {"code": code, "msg": "no", "data": None}))
    refused = held(account, lambda: None)
    assert isinstance(refused, TransportError)
    assert (refused.pauses, refused.again_in, gate.lines) == (pauses, again, [])
    assert platform.of("endpoint")[0].body == {"AppID": APP_ID, "AppSecret": APP_SECRET}


def test_what_the_gateway_refuses(account: ChannelAccount, gate: Gateway) -> None:
    gate.refuse = {"handshake-status": "514", "handshake-msg": "auth failed", "handshake-autherrcode": "1000040350"}
    refused = held(account, lambda: None)
    assert isinstance(refused, TransportError)
    assert refused.again_in == 60


def test_a_gateway_that_leads_elsewhere_is_not_followed(account: ChannelAccount, gate: Gateway) -> None:
    with gateway() as other:
        gate.refuse, gate.status = {"Location": other.url}, HTTPStatus.FOUND
        assert isinstance(held(account, lambda: None), TransportError)
        assert other.lines == []


def test_an_address_in_our_own_network_is_not_opened(
    account: ChannelAccount, gate: Gateway, platform: Platform
) -> None:
    for address in ("ws://localhost:9/?device_id=1", "http://127.0.0.1/", None):
        platform.line = address  # type: ignore[assignment]
        refused = held(account, lambda: None)
        assert isinstance(refused, TransportError)
    assert gate.lines == []


@pytest.mark.proof
def test_feishus_own_client_is_told_by_the_same_gateway(gate: Gateway, platform: Platform) -> None:
    """It takes what our gateway sends, whole and in parts, so the gateway speaks as Feishu does."""

    def meanwhile() -> None:
        gate.wait("lines", within=60)
        gate.tell(event(), name="m-1")
        gate.tell(event("长" * 999), parts=4, name="m-2")

    telling = threading.Thread(target=meanwhile)
    telling.start()
    asked = {"app_id": APP_ID, "secret": APP_SECRET, "domain": platform.url, "number": 2}
    texts = [json.loads(one)["text"] for one in lark("listens", asked)]
    telling.join()
    assert texts == ["@_user_1 车机升级到 3.4.1 以后倒车影像黑屏 @_user_2 你的也是吗", "长" * 999]
    assert gate.codes() == [200, 200]
    assert gate.pings[0].headers == {"type": "ping"}
    assert platform.of("endpoint")[0].body == {"AppID": APP_ID, "AppSecret": APP_SECRET}
