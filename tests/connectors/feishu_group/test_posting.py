"""Saying something in a Feishu group by its custom bot, against an address on the loopback."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from huixiang.channels.accounts import connect
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.channels.tasks import deliver
from huixiang.connectors.feishu_group.outbound import signature
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.factories import rows

SECRET = "SECabc"


class Hook(http.server.BaseHTTPRequestHandler):
    """Feishu's side: checks the signature, keeps what is said, answers as it is told."""

    said: list[dict[str, Any]]
    answer: bytes | None = b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.said.append(body)
        answer = self.answer
        if "sign" in body and body["sign"] != signature(SECRET, body["timestamp"]):
            answer = b'{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour"}'
        if answer is None:
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Hook]]]:
    handler = type("Handler", (Hook,), {"said": []})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        path = "/open-apis/bot/v2/hook/f19d2c1e-5c1b-4a0b-9a5e-0123456789ab"
        yield f"http://127.0.0.1:{server.server_port}{path}", handler
        server.shutdown()
        thread.join()


@pytest.fixture
def account(workspace: Workspace, hook: tuple[str, type[Hook]], settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    given = {"hook": hook[0], "secret": SECRET}
    return connect(workspace=workspace, kind="feishu_group", name="内部群", slug="inside", given=given)


def said(account: ChannelAccount, text: str = "本周新增 12 条反馈", *, into_group: bool = True) -> Delivery:
    """Something on its way to the group, and what became of it."""
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient="group", purpose="digest", text=text,
        recipient_member_id=rows.member(account, "group").id, into_group=into_group,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    return delivery


def test_the_key_is_time_and_secret_over_nothing() -> None:
    assert signature("SECabc", "1599360473") == "KjJCRpeZcpDq6nFA4wlSAm5ZsE3Y8HuB1O1Sgv2Y9xA="
    assert signature("SECabc", "1599360474") != signature("SECabc", "1599360473") != signature("SECabd", "1599360473")


def test_it_is_said_signed_and_now(account: ChannelAccount, hook: tuple[str, type[Hook]]) -> None:
    assert said(account, '本周新增 12 条反馈 <at user_id="all"></at>').state == "delivered"
    [body] = hook[1].said
    assert (body["msg_type"], body["content"]) == ("text", {"text": '本周新增 12 条反馈 ＜at user_id="all">＜/at>'})
    assert abs(int(body["timestamp"]) - time.time()) < 30


def test_without_a_secret_nothing_is_signed(account: ChannelAccount, hook: tuple[str, type[Hook]]) -> None:
    account.settings["secret"] = ""
    account.save()
    assert said(account).state == "delivered"
    assert set(hook[1].said[0]) == {"msg_type", "content"}


@pytest.mark.parametrize(
    ("answer", "state", "paused"),
    [
        (b'{"code":19024,"data":{},"msg":"Key Words Not Found"}', "failed", False),
        (b'{"code":19001,"data":{},"msg":"param invalid: incoming webhook access token invalid"}', "queued", True),
        (b'{"code":19022,"data":{},"msg":"Ip Not Allowed"}', "queued", True),
        (b'{"code":11232,"data":{},"msg":"frequency limited psm[lark.oapi.app_platform_runtime]"}', "queued", False),
        (b'{"StatusCode":0,"StatusMessage":"","code":9499,"msg":"too many request"}', "queued", False),
        (b'{"code":9499,"data":{},"msg":"Bad Request"}', "failed", False),
        (b"<html>", "failed", False),
        (None, "unknown", False),
    ],
)
def test_what_feishu_refuses_decides_what_follows(
    account: ChannelAccount, hook: tuple[str, type[Hook]], answer: bytes | None, state: str, paused: bool
) -> None:  # fmt: skip
    hook[1].answer = answer
    delivery = said(account)
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)


def test_a_wrong_secret_pauses_the_account(account: ChannelAccount, workspace: Workspace) -> None:
    given = {"hook": "", "secret": "guessed"}
    other = connect(workspace=workspace, kind="feishu_group", name="别的", slug="o", given=given | {
        "hook": "https://open.feishu.cn/open-apis/bot/v2/hook/00000000-0000"})  # fmt: skip
    account.settings["secret"] = other.settings["secret"]
    account.save()
    assert said(account).state == "queued"
    account.refresh_from_db()
    assert account.paused_reason


def test_one_person_cannot_be_written_to(account: ChannelAccount, hook: tuple[str, type[Hook]]) -> None:
    assert said(account, into_group=False).state == "failed"
    assert hook[1].said == []


@pytest.mark.parametrize("given", ["", "https://open.feishu.cn/open-apis/bot/v2/hook/", "open.feishu.cn/hook/12345678"])
def test_only_the_address_of_a_custom_bot_is_taken(workspace: Workspace, given: str) -> None:
    with pytest.raises(Refused):
        connect(workspace=workspace, kind="feishu_group", name="群", slug="g", given={"hook": given})
