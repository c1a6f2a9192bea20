"""Messages to a real receiver on this machine, verified by the library that others verify with."""

import contextlib
import datetime
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from huixiang.api import telling
from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.channels import tasks
from huixiang.channels.webhooks import actions, queries, sending
from huixiang.channels.webhooks.models import WebhookDelivery, WebhookEndpoint
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace


@dataclass
class Receiver:
    """Somebody else's server: answers what it is told to and keeps what came."""

    port: int = 0
    status: int = 200
    answer: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    drip: int = 0  # so many header lines, a fifth of a second apart
    came: list[tuple[dict[str, str], str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.came.append((dict(self.headers.items()), body, self.path))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            for number in range(told.drip):
                self.send_header(f"X-{number}", "x")
                with contextlib.suppress(OSError):
                    self.flush_headers()
                time.sleep(0.2)
            with contextlib.suppress(OSError):  # the sender hung up
                self.end_headers()
                self.wfile.write(told.answer.encode())

        def log_message(self, *_args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


Open = Callable[..., tuple[WebhookEndpoint, str]]


@pytest.fixture
def opened(workspace: Workspace, receiver: Receiver) -> Open:
    def build(*wanted: str, personal: bool = False) -> tuple[WebhookEndpoint, str]:
        return actions.open_endpoint(
            workspace=workspace, name="工单系统", url=receiver.url, wanted=wanted or ("case.replied",),
            personal=personal, actor=SYSTEM,
        )  # fmt: skip

    return build


def _told(workspace: Workspace, case: Case, name: str = "cases.answered") -> None:
    telling.tell(name, workspace_id=workspace.id, subjects=[case.id])
    actions.send_due()


def _due_again() -> None:
    WebhookDelivery.objects.filter(state="waiting").update(next_attempt_at=timezone.now())


def test_an_answer_is_told_signed_and_once(
    opened: Open, receiver: Receiver, workspace: Workspace, case: Case, operator: Membership
) -> None:
    _endpoint, secret = opened()
    cases.reply(case=case, by=operator, text="谢谢您", lane="private")
    _told(workspace, case)
    _told(workspace, case)  # a job that ran twice
    [(headers, body, path)] = receiver.came
    said = Webhook(secret).verify(body, headers)
    entry = Entry.objects.get(name="cases.answered")
    assert path == "/hook"
    assert headers["webhook-id"] == f"evt_{entry.id}"
    assert (said["type"], said["data"]["id"], said["data"]["lane"]) == ("case.replied", str(case.id), "private")
    assert "谢谢您" not in body
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace("private", "public"), headers)
    [row] = WebhookDelivery.objects.all()
    assert (row.state, row.attempts, row.response_status, row.tries[0]["answer"]) == ("delivered", 1, 200, "ok")


def test_names_go_along_only_where_it_was_switched_on(
    opened: Open, receiver: Receiver, workspace: Workspace, case: Case
) -> None:
    opened("case.opened")
    opened("case.opened", personal=True)
    _told(workspace, case, "cases.opened")
    bare, full = sorted((json.loads(body)["data"] for _headers, body, _path in receiver.came), key=len)
    assert ("member_id" in bare, "member" in bare, "title" in bare) == (False, False, False)
    assert (full["title"], full["number"], full["member"]) == (case.title, case.label, case.member.name)


def test_only_what_was_chosen_is_told(opened: Open, receiver: Receiver, workspace: Workspace, case: Case) -> None:
    opened("theme.resolved")
    _told(workspace, case, "cases.opened")
    assert receiver.came == []


def test_after_a_rotation_both_secrets_verify_for_a_day(opened: Open, receiver: Receiver) -> None:
    endpoint, old = opened()
    new = actions.rotate_secret(endpoint=endpoint, actor=SYSTEM)
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    headers, body, _path = receiver.came[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    WebhookEndpoint.objects.update(old_secret_until=timezone.now())
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    headers, body, _path = receiver.came[1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_failing_is_tried_again_over_a_day_then_paused_in_words_and_replayed(
    opened: Open, receiver: Receiver
) -> None:
    endpoint, secret = opened()
    receiver.status, receiver.answer = 503, "busy"
    actions.send_test(endpoint=endpoint)
    waits = []
    for number in range(len(actions.RETRY_AFTER) + 1):
        WebhookEndpoint.objects.filter(failing_since__isnull=False).update(
            failing_since=timezone.now() - datetime.timedelta(hours=3 * number)
        )
        before = timezone.now()
        actions.send_due()
        row = WebhookDelivery.objects.get()
        waits.append((row.next_attempt_at - before).total_seconds())
        _due_again()
    assert (row.state, row.attempts, row.response_status, row.tries[-1]["answer"]) == ("failed", 9, 503, "busy")
    assert 0.75 * 86_400 < sum(waits[:8]) < 1.25 * 86_400
    assert len({headers["webhook-id"] for headers, _body, _path in receiver.came}) == 1
    endpoint.refresh_from_db()
    assert "503" in endpoint.paused_reason
    with pytest.raises(Refused):
        actions.replay_failed(endpoint=endpoint, since=timezone.now() - datetime.timedelta(days=2), actor=SYSTEM)
    actions.resume(endpoint=endpoint, actor=SYSTEM)
    endpoint.refresh_from_db()
    receiver.status = 200
    since = timezone.now() - datetime.timedelta(days=2)
    assert actions.replay_failed(endpoint=endpoint, since=since, actor=SYSTEM) == 1
    actions.send_due()
    row.refresh_from_db()
    assert row.state == "delivered"
    Webhook(secret).verify(receiver.came[-1][1], receiver.came[-1][0])


def test_while_it_is_paused_nothing_leaves_and_nothing_is_lost(opened: Open, receiver: Receiver) -> None:
    endpoint, _secret = opened()
    actions.pause(endpoint=endpoint, reason="维护", actor=SYSTEM)
    endpoint.refresh_from_db()
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    assert (receiver.came, WebhookDelivery.objects.get().state) == ([], "failed")


def test_gone_pauses_at_once(opened: Open, receiver: Receiver) -> None:
    endpoint, _secret = opened()
    receiver.status = 410
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    endpoint.refresh_from_db()
    assert ("410" in endpoint.paused_reason, len(receiver.came)) == (True, 1)


def test_a_redirect_is_not_followed(opened: Open, receiver: Receiver) -> None:
    endpoint, _secret = opened()
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "2"}
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    [row] = WebhookDelivery.objects.all()
    assert (row.state, row.response_status, len(receiver.came)) == ("waiting", 302, 1)


def test_a_long_answer_is_cut(opened: Open, receiver: Receiver) -> None:
    endpoint, _secret = opened()
    receiver.answer = "x" * 100_000
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    assert len(WebhookDelivery.objects.get().tries[0]["answer"]) == 2_000


def test_an_address_that_turned_home_is_not_called(opened: Open, receiver: Receiver, settings: Any) -> None:
    endpoint, _secret = opened()
    settings.WEBHOOK_PRIVATE_HOSTS = []
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    [row] = WebhookDelivery.objects.all()
    assert (row.state, row.response_status, receiver.came) == ("waiting", None, [])
    with pytest.raises(Refused):
        actions.open_endpoint(
            workspace=endpoint.workspace, name="x", url=receiver.url, wanted=["case.opened"], personal=False,
            actor=SYSTEM,
        )  # fmt: skip


def test_the_secret_rests_encrypted_and_the_journal_tells(opened: Open) -> None:
    endpoint, secret = opened()
    assert secret not in endpoint.secret
    assert Entry.objects.get(name="channels.webhook_changed").data == {"what": "opened"}
    assert queries.endpoints(endpoint.workspace)[0].failed == 0  # type: ignore[attr-defined]


def test_who_drips_is_hung_up_on_and_the_rest_of_theirs_waits(
    opened: Open, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "DEADLINE", 0.5)
    endpoint, _secret = opened()
    receiver.drip = 15  # three seconds; no single read takes longer than a fifth of one
    for _again in range(3):
        actions.send_test(endpoint=endpoint)
    started = time.monotonic()
    assert actions.send_due() == 1
    assert time.monotonic() - started < 2
    now = timezone.now()
    rows = list(WebhookDelivery.objects.order_by("-attempts"))
    assert [(row.attempts, row.state, row.next_attempt_at > now) for row in rows] == [
        (1, "waiting", True), (0, "waiting", True), (0, "waiting", True),
    ]  # fmt: skip
    assert rows[0].response_status is None
    assert rows[0].tries[0]["status"] is None


def test_a_slow_answer_counts_and_puts_the_rest_off(
    opened: Open, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SLOW", 100)
    endpoint, _secret = opened()
    receiver.drip = 1
    for _again in range(2):
        actions.send_test(endpoint=endpoint)
    assert actions.send_due() == 1
    assert sorted(WebhookDelivery.objects.values_list("state", "attempts")) == [("delivered", 1), ("waiting", 0)]


def test_what_another_took_meanwhile_is_not_written_over(
    opened: Open, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _secret = opened()
    actions.send_test(endpoint=endpoint)
    real = sending.send

    def removed_meanwhile(**asked: Any) -> sending.Outcome:
        outcome = real(**asked)
        actions.pause(endpoint=endpoint, reason="", actor=SYSTEM)
        return outcome

    monkeypatch.setattr(sending, "send", removed_meanwhile)
    assert actions.send_due() == 1
    assert WebhookDelivery.objects.get().state == "failed"


def test_the_two_jobs_of_the_sender_take_one_place() -> None:
    assert (tasks.send_webhooks.lock, tasks.webhook_retries.lock) == ("channels.send_webhooks",) * 2
