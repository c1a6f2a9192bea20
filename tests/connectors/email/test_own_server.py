"""Sending by the account's own SMTP server, a real one on the loopback that wants a password."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from huixiang.channels.accounts import connect
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.email.test_smtp import Mailbox, free_port, queued, state

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def allowed(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    fits = isinstance(given, LoginPassword) and given == LoginPassword(b"support@example.com", b"right")
    return AuthResult(success=fits, handled=fits)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    box = Mailbox()
    port = free_port()
    server = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=allowed, auth_required=True, auth_require_tls=False
    )
    server.start()
    box.port = port  # type: ignore[attr-defined]
    yield box
    server.stop()


def account(workspace: Workspace, box: Any, given: str = "right") -> ChannelAccount:
    settings = {
        "address": "support@example.com", "password": given, "smtp_host": "127.0.0.1", "smtp_port": str(box.port),
        "smtp_security": "plain", "sender": "北辰客服",
    }  # fmt: skip
    return connect(workspace=workspace, kind="email", name="客服邮箱", slug="support", given=settings)


def test_answers_come_from_the_mailbox(workspace: Workspace, box: Mailbox) -> None:
    sender = account(workspace, box)
    answer, notice = queued(sender), queued(sender, purpose="notice")
    deliver_due()
    assert [state(answer), state(notice)] == [("delivered", 1), ("delivered", 1)]
    first, second = box.mails
    assert str(first["From"]) == "北辰客服 <support@example.com>"
    assert [first["Auto-Submitted"], second["Auto-Submitted"]] == [None, "auto-generated"]
    assert connector("email").check(sender) == "support@example.com"


def test_a_wrong_password_pauses_the_account_and_the_mail_waits(workspace: Workspace, box: Mailbox) -> None:
    sender = account(workspace, box, "wrong")
    delivery = queued(sender)
    deliver_due()
    sender.refresh_from_db()
    assert state(delivery) == ("queued", 0)
    assert sender.paused_reason.startswith("邮件服务器回答 535")
    with pytest.raises(TransportError, match="535"):
        connector("email").check(sender)


def test_a_server_in_our_own_network_is_not_called(workspace: Workspace, box: Mailbox, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = []
    sender = account(workspace, box)
    sender.settings["smtp_security"] = "starttls"
    sender.save()
    delivery = queued(sender)
    deliver_due()
    sender.refresh_from_db()
    assert (state(delivery), sender.paused_reason) == (("queued", 0), "主机 127.0.0.1 指向内网，不能连接。")
