"""The walk-through's connector, taken from the page and put in place, takes messages in and sends answers out."""

import hmac
import http.server
import importlib
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huixiang import connectors
from huixiang.channels import contracts
from huixiang.channels.accounts import connect
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import ChannelAccount, Delivery, Health
from huixiang.channels.tasks import deliver
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.factories import rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "new-connector.md"
BLOCK = re.compile(r"^`src/huixiang/connectors/(sms/\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = "gateway secret"


class Gateway(http.server.BaseHTTPRequestHandler):
    """The other side: keeps what it was sent and answers as it is told."""

    heard: list[tuple[str, dict[str, Any]]]
    answer = (200, b"ok")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append((self.headers["Authorization"], body))
        status, words = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


@pytest.fixture
def gateway() -> Iterator[tuple[str, type[Gateway]]]:
    handler = type("Handler", (Gateway,), {"heard": []})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/send", handler
        server.shutdown()
        thread.join()


@pytest.fixture
def sms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's three files as the package they say they are; registered, and gone again."""
    blocks = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    assert sorted(blocks) == ["sms/__init__.py", "sms/inbound.py", "sms/outbound.py"]
    (tmp_path / "sms").mkdir()
    for name, code in blocks.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    outbound = importlib.import_module("huixiang.connectors.sms.outbound")
    contracts.register(outbound.SmsConnector())
    yield
    contracts._connectors.pop("sms")
    for name in [name for name in sys.modules if name.startswith("huixiang.connectors.sms")]:
        del sys.modules[name]


@pytest.fixture
def account(workspace: Workspace, sms: None, gateway: tuple[str, type[Gateway]], settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    given = {"gateway": gateway[0], "secret": SECRET}
    return connect(workspace=workspace, kind="sms", name="短信", slug="sms", given=given)


def call(account: ChannelAccount, *, key: str = SECRET, age: int = 0, **fields: Any) -> tuple[int, str]:
    sent = {"id": "s-1", "from": "13800000000", "text": "热水器漏水，地板都泡了", "at": int(time.time()), **fields}
    body = json.dumps({name: value for name, value in sent.items() if value is not None}).encode()
    at = str(int(time.time()) - age)
    signed = hmac.new(key.encode(), at.encode() + b"." + body, sha256).hexdigest()
    headers = {"X-Time": at, "X-Signature": signed}
    address = f"/in/sms/{account.token}/"
    response = Client().post(address, body, content_type="application/json", headers=headers)
    return response.status_code, response.content.decode()


def test_a_signed_message_is_stored_once(account: ChannelAccount) -> None:
    assert [call(account), call(account)] == [(200, "ok"), (200, "ok")]
    [message] = Message.objects.filter(account=account)
    assert (message.text, message.author_id, message.private) == ("热水器漏水，地板都泡了", "13800000000", True)
    assert Health.objects.get(account=account).last_in_at is not None


def test_tampered_stale_and_strange_calls_are_refused(account: ChannelAccount) -> None:
    assert call(account, key="guessed")[0] == 401
    assert call(account, age=301)[0] == 401
    account.token = "nobody's"
    assert call(account)[0] == 404
    assert not Message.objects.exists()


def test_what_makes_no_sense_stands_in_plain_sight_and_does_not_come_again(account: ChannelAccount) -> None:
    assert [call(account, at=None)[0], call(account, text=" ")[0]] == [200, 200]
    assert account.refused_calls.count() == 2
    assert not Message.objects.exists()


def answered(account: ChannelAccount) -> Delivery:
    """One answer on its way, and what became of it."""
    member = rows.member(account, "13800000000")
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient="13800000000", recipient_member_id=member.id,
        purpose="reply", text="师傅今天下午到。",
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    return delivery


def test_an_answer_goes_out(account: ChannelAccount, gateway: tuple[str, type[Gateway]]) -> None:
    delivery = answered(account)
    assert (delivery.state, delivery.error) == ("delivered", "")
    sent = {"id": delivery.id.hex, "to": "13800000000", "text": "师傅今天下午到。"}
    assert gateway[1].heard == [(f"Bearer {SECRET}", sent)]


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [((404, b'{"error": "no such number"}'), "failed", "no such number"), ((503, b""), "queued", "503")],
)
def test_what_the_gateway_says_decides_what_follows(
    account: ChannelAccount,
    gateway: tuple[str, type[Gateway]],
    answer: tuple[int, bytes],
    state: str,
    error: str,
) -> None:
    gateway[1].answer = answer
    delivery = answered(account)
    assert delivery.state == state
    assert error in delivery.error


def test_a_secret_nobody_knows_pauses_the_account_and_the_message_waits(
    account: ChannelAccount, gateway: tuple[str, type[Gateway]]
) -> None:
    gateway[1].answer = (401, b"")
    delivery = answered(account)
    account.refresh_from_db()
    assert (delivery.state, delivery.attempts, bool(account.paused_reason)) == ("queued", 0, True)


def test_a_gateway_that_is_not_there_is_tried_again(account: ChannelAccount) -> None:
    account.settings["gateway"] = "http://127.0.0.1:9/send"
    account.save()
    delivery = answered(account)
    assert (delivery.state, delivery.attempts) == ("queued", 1)
