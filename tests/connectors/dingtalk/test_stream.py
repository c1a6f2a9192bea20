"""Stream mode. DingTalk's own library talks to the gateway first; then ours has to live with the same."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import dingtalk_stream
import pytest

from huixiang.channels.contracts import InboundMessage, TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Health, RefusedCall
from huixiang.channels.windows import handle_of
from huixiang.intake.models import Message
from huixiang.kernel.crypto import encrypt
from tests.connectors.dingtalk.conftest import Sent
from tests.connectors.dingtalk.gateway import CLIENT, SECRET, Gateway
from tests.connectors.holding import lines_held

pytestmark = pytest.mark.django_db(transaction=True)


class Official(dingtalk_stream.DingTalkStreamClient):
    """DingTalk's own client; it stops instead of opening a second line."""

    times = 0

    def open_connection(self) -> Any:
        self.times += 1
        if self.times > 1:
            raise KeyboardInterrupt
        return super().open_connection()


class Answering(dingtalk_stream.ChatbotHandler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    async def process(self, callback: Any) -> tuple[int, str]:
        came = dingtalk_stream.ChatbotMessage.from_dict(callback.data)
        self.heard.append(came.text.content.strip())
        self.reply_text("收到", came)
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


def test_dingtalks_own_library_lives_with_the_gateway(
    gateway: Gateway, recorded: Callable[..., Sent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        dingtalk_stream.DingTalkStreamClient, "OPEN_CONNECTION_API", f"{gateway.address}/v1.0/gateway/connections/open"
    )
    heard: list[str] = []
    client = Official(dingtalk_stream.Credential(CLIENT, SECRET), logging.getLogger("official"))
    client.register_callback_handler(dingtalk_stream.ChatbotMessage.TOPIC, Answering(heard))
    thread = threading.Thread(target=lambda: asyncio.run(client.start()), daemon=True)
    thread.start()
    acknowledged = gateway.push(recorded("private"))
    assert (acknowledged["code"], json.loads(acknowledged["data"])) == (200, {"response": "OK"})
    [said] = [body for path, _token, body in gateway.said if path.startswith("/robot/sendBySession")]
    assert (heard, said["msgtype"], said["text"]) == (["充电口弹不开"], "text", {"content": "收到"})
    ping = gateway.push({"opaque": "x"}, sort="SYSTEM", topic="ping")
    assert (ping["code"], json.loads(ping["data"])) == (200, {"opaque": "x"})
    gateway.push({"reason": "moving"}, sort="SYSTEM", topic="disconnect")
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture
def line(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that holds the account's line, in a thread of its own."""
    with lines_held(monkeypatch):
        yield


@pytest.mark.usefixtures("line")
def test_what_comes_is_stored_before_it_is_acknowledged_and_once(
    account: ChannelAccount, gateway: Gateway, recorded: Callable[..., Sent]
) -> None:
    for _time in range(2):
        acknowledged = gateway.push(recorded("private"))
        assert (acknowledged["code"], acknowledged["headers"]["contentType"]) == (200, "application/json")
        assert Message.objects.filter(account=account).count() == 1
    gateway.push(recorded("group"))
    private, group = Message.objects.filter(account=account).order_by("id")
    assert (private.text, private.author_id, private.author_name, private.private) == (
        "充电口弹不开", "staff-7", "栗子", True,
    )  # fmt: skip
    assert (group.text, group.author_id, group.thread) == ("车机黑屏了", "$:LWCP_v1:$Xy", "cidGroup01==")
    place = Conversation.objects.get(account=account, external_id="cidGroup01==")
    until, address = handle_of(place).split(" ")
    assert (place.group, place.reply_until) == ("北辰车友一群", None)
    assert float(until) > time.time() + 5_000
    assert address.endswith("/robot/sendBySession?session=abc")
    gateway.until(lambda: Health.objects.get(account=account).connected_at)


@pytest.mark.usefixtures("line")
def test_no_frame_drops_the_line_and_strange_ones_stand_in_plain_sight(
    account: ChannelAccount, gateway: Gateway, recorded: Callable[..., Sent]
) -> None:
    for raw in ("{", "[]", b"\xff\xfe", "null", '{"type": 7, "headers": []}', "[" * 50_000):
        gateway.push_raw(raw)
    assert gateway.push("not json")["code"] == 200
    assert gateway.push(recorded("private", msgId=None))["code"] == 200
    assert gateway.push({}, topic="/v1.0/card/instances/callback")["code"] == 404
    assert gateway.push({"a": 1}, sort="EVENT", topic="*")["code"] == 200
    ping = gateway.push({"opaque": "x"}, sort="SYSTEM", topic="ping")
    assert (ping["code"], json.loads(ping["data"])) == (200, {"opaque": "x"})
    gateway.push(recorded("rich"))
    assert Message.objects.get(account=account).text == "看这里，漏水了"
    assert RefusedCall.objects.filter(account=account).count() == 7
    assert gateway.opened == 1


@pytest.mark.usefixtures("line")
def test_a_line_is_opened_anew_when_dingtalk_asks_and_when_it_breaks(
    account: ChannelAccount, gateway: Gateway, recorded: Callable[..., Sent]
) -> None:
    gateway.push({"reason": "moving"}, sort="SYSTEM", topic="disconnect")
    gateway.until(lambda: gateway.opened == 2 and gateway.lines)
    gateway.lines[0].close(1011, "broke")
    gateway.until(lambda: gateway.opened == 3 and gateway.lines)
    gateway.push(recorded("private"))
    assert Message.objects.filter(account=account).count() == 1


def listened(account: ChannelAccount) -> TransportError:
    async def taken(_messages: Sequence[InboundMessage]) -> None:
        raise AssertionError("no line was to be opened")

    with pytest.raises(TransportError) as error:
        asyncio.run(_listen(account, taken))
    return error.value


async def _listen(account: ChannelAccount, taken: Callable[[Sequence[InboundMessage]], Awaitable[None]]) -> None:
    await connector("dingtalk").listen(account, taken)


def test_a_wrong_secret_waits_for_a_person_and_no_gateway_is_tried_again(
    opened: Callable[..., ChannelAccount], gateway: Gateway
) -> None:
    refused = listened(opened(client_secret="wrong"))
    assert refused.pauses
    assert "authFailed" in refused.sentence
    gateway.wire = "ws://127.0.0.1:9/connect"
    settings = {"api": gateway.address, "client_id": CLIENT, "client_secret": encrypt(SECRET)}
    account = ChannelAccount(kind="dingtalk", settings=settings)
    gone = listened(account)
    assert not gone.pauses
    assert not gone.permanent
    gateway.wire = "wss://10.0.0.8/connect"
    assert "10.0.0.8" in listened(account).sentence  # it leads into our own network
