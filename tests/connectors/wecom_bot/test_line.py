"""The long connection. WeCom's own library talks to the gateway first; then ours has to live with the same."""

import asyncio
import json
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from huixiang.channels.accounts import change
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import InboundMessage, TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, Health, RefusedCall
from huixiang.connectors.wecom_bot import line as wecom_line
from huixiang.intake import listening
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from tests.connectors.holding import lines_held
from tests.connectors.wecom_bot.gateway import BOT, SECRET, Gateway
from tests.factories import rows

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports a name that websockets has renamed
    from aibot import WSClient, WSClientOptions
    from aibot import ws as aibot_ws

pytestmark = pytest.mark.django_db(transaction=True)

FIXTURES = Path(__file__).parent / "fixtures"


def recorded(name: str, **fields: Any) -> dict[str, Any]:
    return {**json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")), **fields}


class Official:
    """WeCom's own client in a thread of its own: answers what it is told, then says something by itself."""

    def __init__(self, gateway: Gateway, secret: str = SECRET) -> None:
        address = gateway.address.replace("http", "ws")
        options = WSClientOptions(BOT, secret, ws_url=address, heartbeat_interval=100, max_reconnect_attempts=0)
        self.heard: list[str] = []
        self.acknowledged: list[int] = []
        self.errors: list[str] = []
        self._options, self._done = options, threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._talk()), daemon=True)

    async def _talk(self) -> None:
        client = WSClient(self._options)
        client.on("error", lambda error: self.errors.append(str(error)))
        client.on("event.disconnected_event", lambda _frame: self.errors.append("disconnected"))
        client.on("message.text", lambda frame: asyncio.ensure_future(self._answer(client, frame)))
        await client.connect()
        while not self._done.is_set():  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.02)
        client.disconnect()
        await asyncio.sleep(0.1)

    async def _answer(self, client: WSClient, frame: Any) -> None:
        self.heard.append(frame["body"]["text"]["content"])
        said = await client.reply_stream(frame, "stream-1", "收到", finish=True)
        pushed = await client.send_message("lixiao", {"msgtype": "markdown", "markdown": {"content": "修好了"}})
        self.acknowledged += [said["errcode"], pushed["errcode"]]

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self.thread.join(timeout=10)


@pytest.fixture
def official(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Official]:
    monkeypatch.setattr(aibot_ws, "_SSL_CONTEXT", None)  # the loopback has no certificate
    return lambda *given: Official(gateway, *given)


def test_wecoms_own_library_lives_with_the_gateway(gateway: Gateway, official: Callable[..., Official]) -> None:
    with official() as client:
        gateway.push(recorded("private"), req_id="r-7")
        gateway.until(lambda: client.acknowledged == [0, 0])
        gateway.until(lambda: gateway.pings > 1)
    answer, pushed = gateway.said
    assert client.heard == ["充电口弹不开"]
    assert (answer["cmd"], answer["headers"]["req_id"]) == ("aibot_respond_msg", "r-7")
    assert answer["body"] == {"msgtype": "stream", "stream": {"id": "stream-1", "finish": True, "content": "收到"}}
    assert pushed["cmd"] == "aibot_send_msg"
    assert pushed["body"] == {"chatid": "lixiao", "msgtype": "markdown", "markdown": {"content": "修好了"}}


def test_it_refuses_wecoms_own_library_with_a_wrong_secret(gateway: Gateway, official: Callable[..., Official]) -> None:
    with official("wrong") as client:
        gateway.until(lambda: client.errors)
        assert any("853000" in error for error in client.errors)


@pytest.fixture
def account(opened: Callable[..., ChannelAccount]) -> ChannelAccount:
    return opened()


@pytest.fixture
def line(account: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with lines_held(monkeypatch):
        yield


def stored(account: ChannelAccount) -> list[str]:
    return list(Message.objects.filter(account=account).order_by("id").values_list("text", flat=True))


@pytest.mark.usefixtures("line")
def test_what_comes_by_the_line_is_stored_once(account: ChannelAccount, gateway: Gateway) -> None:
    for _time in range(2):
        gateway.push(recorded("private"))
    gateway.push(recorded("group"))
    gateway.push(recorded("mixed"))
    gateway.until(lambda: len(stored(account)) == 3)
    assert set(stored(account)) == {"充电口弹不开", "车机黑屏了", "这里漏水 [图片]"}
    private, group = (Message.objects.get(account=account, text=text) for text in ("充电口弹不开", "车机黑屏了"))
    assert (private.author_id, private.private, private.thread) == ("lixiao", True, "")
    assert (group.author_id, group.private, group.thread) == ("laomai", False, "wrkSFfCgAAq1")
    assert connector("wecom_bot").check(account) == BOT


@pytest.mark.usefixtures("line")
def test_no_frame_drops_the_line(account: ChannelAccount, gateway: Gateway) -> None:
    strange = ("{", "[]", b"\xff", '{"headers": 1}', '{"cmd": "aibot_msg_callback", "body": 3}', "[" * 50_000)
    for raw in strange:
        gateway.push_raw(raw)
    gateway.push({"msgtype": "event", "event": {"eventtype": "enter_chat"}}, command="aibot_event_callback")
    gateway.push({"msgtype": "stream", "stream": {"id": "1"}})
    gateway.push(recorded("private", **{"from": {}}))
    gateway.push(recorded("private"))
    gateway.until(lambda: stored(account) == ["充电口弹不开"])
    assert RefusedCall.objects.filter(account=account).count() == 6
    assert gateway.opened == 1


def answered(account: ChannelAccount, **fields: Any) -> Delivery:
    person = fields.get("recipient", "lixiao")
    delivery = Delivery(
        workspace=account.workspace, account=account, purpose="reply", text="师傅今天下午到。",
        recipient_member_id=rows.member(account, person).id, **{"recipient": "lixiao", **fields},
    )  # fmt: skip
    queue_deliveries([delivery])
    return delivery


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


@pytest.mark.usefixtures("line")
def test_the_first_answer_echoes_what_it_answers_and_later_ones_go_to_the_person(
    account: ChannelAccount, gateway: Gateway
) -> None:
    gateway.push(recorded("private"), req_id="r-7")
    place = gateway.until(lambda: Conversation.objects.filter(account=account, external_id="@lixiao").first())
    for _answer in range(2):
        delivery = answered(account, conversation=place)
        gateway.until(lambda one=delivery: state(one) == "delivered")
    first, second = gateway.said
    assert (first["cmd"], first["headers"]["req_id"]) == ("aibot_respond_msg", "r-7")
    assert (first["body"]["stream"]["finish"], first["body"]["stream"]["content"]) == (True, "师傅今天下午到。")
    assert (second["cmd"], second["body"]["chatid"]) == ("aibot_send_msg", "lixiao")
    assert second["body"]["markdown"] == {"content": "师傅今天下午到。"}


@pytest.mark.usefixtures("line")
def test_a_group_is_answered_as_a_group_and_a_person_never_in_it(account: ChannelAccount, gateway: Gateway) -> None:
    gateway.push(recorded("group"), req_id="r-8")
    place = gateway.until(lambda: Conversation.objects.filter(account=account, external_id="wrkSFfCgAAq1").first())
    gateway.refusals["aibot_respond_msg"] = [846605]
    for delivery in (
        answered(account, conversation=place, recipient="laomai"),
        answered(account, conversation=place, into_group=True),
    ):
        gateway.until(lambda one=delivery: state(one) == "delivered")
    told = [(one["cmd"], one["body"].get("chatid")) for one in gateway.said]
    assert sorted(told, key=str) == sorted(
        [("aibot_send_msg", "laomai"), ("aibot_respond_msg", None), ("aibot_send_msg", "wrkSFfCgAAq1")], key=str
    )


@pytest.mark.parametrize(
    ("code", "wanted", "error"), [(93006, "failed", "93006"), (45009, "queued", ""), (846609, "queued", "846609")]
)
@pytest.mark.usefixtures("line")
def test_what_wecom_says_decides_what_follows(
    account: ChannelAccount, gateway: Gateway, code: int, wanted: str, error: str
) -> None:
    gateway.until(lambda: gateway.line)
    gateway.refusals["aibot_send_msg"] = [code]
    delivery = answered(account)
    gateway.until(lambda: gateway.said and state(delivery) == wanted and delivery.error)
    assert error in delivery.error


@pytest.mark.usefixtures("line")
def test_a_line_that_breaks_before_the_answer_leaves_it_open_and_is_opened_again(
    account: ChannelAccount, gateway: Gateway
) -> None:
    gateway.silent.add("aibot_send_msg")
    delivery = answered(account)
    gateway.until(lambda: gateway.said)
    gateway.until(lambda: gateway.line).close()
    gateway.until(lambda: gateway.opened == 2)
    gateway.until(lambda: state(delivery) != "sending")
    assert state(delivery) == "unknown"


def test_another_program_with_the_same_bot_is_told_and_not_fought(
    account: ChannelAccount, gateway: Gateway, line: None, official: Callable[..., Official]
) -> None:
    gateway.until(lambda: gateway.opened == 1)
    with official():
        gateway.until(lambda: Health.objects.get(account=account).error)
        assert gateway.opened == 2
    assert Health.objects.get(account=account).connected_at is None


def test_a_wrong_secret_waits_for_a_person_and_a_right_one_opens(
    opened: Callable[..., ChannelAccount], gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = opened(secret="wrong")
    with lines_held(monkeypatch):
        gateway.until(lambda: "853000" in ChannelAccount.objects.get(id=account.id).paused_reason)
        assert gateway.opened == 0
        change(account=account, given={"secret": SECRET}, actor=SYSTEM)
        gateway.until(lambda: gateway.opened == 1)


def test_pings_keep_it_alive_and_silence_ends_it(
    account: ChannelAccount, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wecom_line, "PING_EVERY", 0.05)
    monkeypatch.setattr(wecom_line, "ANSWER_WITHIN", 0.3)
    with lines_held(monkeypatch):
        gateway.until(lambda: gateway.pings > 3)
        assert gateway.opened == 1
        gateway.answers_pings = False
        gateway.until(lambda: gateway.opened == 2)


def test_what_cannot_be_stored_at_once_is_not_lost(
    account: ChannelAccount, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeCom sends nothing again."""
    take, away = listening.take, [OSError("the database is away"), OSError("and still")]

    def taken(*given: Any) -> None:
        if away:
            raise away.pop()
        take(*given)

    monkeypatch.setattr(wecom_line, "AGAIN_AFTER", 0.05)
    monkeypatch.setattr(listening, "take", taken)
    with lines_held(monkeypatch):
        gateway.push(recorded("private"))
        gateway.until(lambda: stored(account))
    assert gateway.opened == 1


def test_a_database_that_is_slow_does_not_cost_the_line(
    account: ChannelAccount, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pings are answered by the same line."""
    take, free = listening.take, threading.Event()

    def taken(of: ChannelAccount, messages: Sequence[InboundMessage]) -> None:
        if messages:
            free.wait(10)
        take(of, messages)

    monkeypatch.setattr(wecom_line, "PING_EVERY", 0.05)
    monkeypatch.setattr(wecom_line, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(listening, "take", taken)
    with lines_held(monkeypatch):
        for number in range(3):
            gateway.push(recorded("private", msgid=f"m-{number}"))
        before = gateway.pings
        gateway.until(lambda: gateway.pings > before + 8)
        free.set()
        gateway.until(lambda: len(stored(account)) == 3)
    assert gateway.opened == 1


def test_without_a_line_the_message_waits(account: ChannelAccount) -> None:
    async def taken(_messages: Sequence[InboundMessage]) -> None:
        raise AssertionError

    with pytest.raises(TransportError) as error:
        wecom_line.standing(account.id)
    assert error.value.again_in
    account.settings["api"] = "http://127.0.0.1:9"
    with pytest.raises(TransportError) as closed:
        asyncio.run(connector("wecom_bot").listen(account, taken))
    assert not closed.value.pauses
