"""Alerts reach a real address, say what is so, and lead nowhere inside."""

import datetime
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone
from urllib3.util import connection

from huixiang.alerts import scanning
from huixiang.alerts.actions import set_quiet
from huixiang.alerts.delivering import queue_due
from huixiang.alerts.models import Alert, AlertTarget, Notice
from huixiang.alerts.sending import NotTold, guard, service, tell
from huixiang.alerts.targets import add, send_test
from huixiang.channels.accounts import pause
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.jobs import run_waiting

DANGER = "刹车突然完全失灵，差点追尾，车上还有两个孩子，太危险了"


class Heard:
    """A server on the loopback, with what it was told and what it answers."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.status, self.location = 200, ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.end_headers()

            def log_message(self, *_rest: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self.server.server_port}/alerts"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def heard(settings: Any) -> Iterator[Heard]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://hx.example"
    made = Heard()
    yield made
    made.server.shutdown()
    made.server.server_close()


def target(workspace: Workspace, heard: Heard, *wants: str) -> AlertTarget:
    return add(workspace=workspace, name="值班群", address=heard.address, wants=wants, actor=SYSTEM)


def test_a_red_case_is_told_with_its_link_and_others_are_not(
    workspace: Workspace, heard: Heard, app_channel: ChannelAccount
) -> None:
    target(workspace, heard, "red")
    factories.feedback(app_channel, factories.PRAISE)
    red = factories.case(app_channel, DANGER)
    assert Feedback.objects.filter(grade="red").count() == 1
    run_waiting()
    [said] = heard.told
    alert = Alert.objects.get(rule="red")
    assert "红级" in said["title"]
    assert said["message"].startswith(f"[紧急] {red.label}")
    assert f"https://hx.example/w/{workspace.slug}/alerts/{alert.id}/" in said["message"]
    assert Entry.objects.get(name="alerts.told").data == {"kind": "red", "about": 1}


def test_a_paused_channel_and_failed_messages_are_told_once_after_the_gathering(
    workspace: Workspace, heard: Heard, app_channel: ChannelAccount
) -> None:
    made = target(workspace, heard, "paused", "failed")
    noon(workspace)
    pause(account=app_channel, reason="令牌已失效")
    member = factories.case(app_channel).member
    row = {"workspace": workspace, "account": app_channel, "recipient": "u", "recipient_member_id": member.id}
    for state in ("failed", "unknown", "delivered"):
        Delivery.objects.create(
            **row, purpose="reply", text="好", state=state, error="没有这个人", finished_at=timezone.now()
        )
    run_waiting()
    scanning.look(workspace_id=workspace.id, kinds=["failed", "paused"])
    scanning.look(workspace_id=workspace.id, kinds=["failed", "paused"])
    assert heard.told == []
    queue_due(timezone.now() + datetime.timedelta(minutes=6))
    Notice.objects.update(due_at=timezone.now())
    run_waiting()
    [said] = heard.told
    assert "令牌已失效" in said["message"]
    assert "最近一天有 2 条消息没有送达。没有这个人" in said["message"]
    made.refresh_from_db()
    assert (made.error, made.told_at is not None) == ("", True)


def noon(workspace: Workspace) -> None:
    """No quiet hours, whenever the test runs."""
    set_quiet(
        workspace=workspace, starts=datetime.time(0), ends=datetime.time(0), days_off=False, actor=SYSTEM
    )


def test_what_is_no_more_so_is_not_told(workspace: Workspace, heard: Heard, app_channel: ChannelAccount) -> None:
    target(workspace, heard, "paused")
    noon(workspace)
    pause(account=app_channel, reason="令牌已失效")
    run_waiting()
    ChannelAccount.objects.update(paused_reason="")
    scanning.look(workspace_id=workspace.id, kinds=["paused"])
    Notice.objects.update(due_at=timezone.now())
    queue_due()
    run_waiting()
    assert (heard.told, Notice.objects.get(way="group").state) == ([], "dropped")


def test_a_refusal_stands_on_the_address_and_is_tried_again(workspace: Workspace, heard: Heard) -> None:
    made, heard.status = target(workspace, heard, "red"), 503
    with pytest.raises(Refused, match="503"):
        send_test(target=made)
    made.refresh_from_db()
    assert "503" in made.error
    heard.status = 200
    send_test(target=made)
    made.refresh_from_db()
    assert made.error == ""


def test_the_address_rests_encrypted_and_is_shown_without_its_secret(workspace: Workspace) -> None:
    key = "abcdefgh-1234-1234-1234-abcdefghijkl"
    made = add(workspace=workspace, name="群", address=f"wecombot://{key}", wants=["red"], actor=SYSTEM)
    assert (key in made.address, key in made.shown) == (False, False)
    with pytest.raises(Refused):
        add(workspace=workspace, name="群", address=f"wecombot://{key}", wants=["red"], actor=SYSTEM)
    with pytest.raises(Refused):
        add(workspace=workspace, name="另一个", address=f"wecombot://{key}", wants=["everything"], actor=SYSTEM)


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:9/x", "jsons://localhost/x", "xml://10.0.0.8/", "form://169.254.169.254/latest", "json://[::1]/",
        "ntfy://192.168.1.1/topic", "gotify://0.0.0.0/token", "bark://127.1/key", "jsons://[::ffff:127.0.0.1]/",
        "file:///etc/passwd", "syslog://", "dbus://", "windows://", "mailto://u:p@127.0.0.1", "https://example.com",
        "wecombot://", "slack://a/b/c?template=/etc/passwd", "", "json://", "jsons://" + "a" * 600,
    ],
)  # fmt: skip
def test_what_may_not_be_told_is_refused_in_words(address: str) -> None:
    with pytest.raises(Refused):
        service(address)


def test_a_name_that_changes_its_number_leads_nowhere_inside(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public while it is looked at, private when it is called: the connection is refused."""
    real, answers = socket.getaddrinfo, iter(["1.1.1.1", "127.0.0.1"])

    def lookup(host: str, port: Any, *rest: Any, **named: Any) -> Any:
        number = next(answers, "127.0.0.1") if host == "moving.example" else host
        return real(number, port, *rest, **named)

    monkeypatch.setattr("huixiang.alerts.sending.socket.getaddrinfo", lookup)
    with pytest.raises(NotTold):
        tell(f"json://moving.example:{heard.server.server_port}/", title="a", body="b")
    assert heard.told == []


def test_a_redirect_leads_nowhere_inside(heard: Heard) -> None:
    inside = Heard()
    heard.status, heard.location = 307, f"http://localhost:{inside.server.server_port}/"
    with pytest.raises(NotTold):
        tell(heard.address + "?redirect=yes", title="a", body="b")
    inside.server.shutdown()
    inside.server.server_close()
    assert (len(heard.told), inside.told) == (1, [])


def test_only_while_an_alert_is_sent_connections_are_held_to_it(heard: Heard) -> None:
    with guard(), pytest.raises(OSError, match="private"):
        connection.create_connection(("localhost", heard.server.server_port))
    connection.create_connection(("localhost", heard.server.server_port)).close()
