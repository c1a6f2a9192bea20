"""Mail over a real SMTP server on the loopback, which behaves as each test says."""

import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from huixiang.cases.actions import reply
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_send
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.intake.attachments.actions import upload
from huixiang.intake.attachments.queries import of_turn
from huixiang.intake.attachments.storage import path_of
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories.rows import member
from tests.intake.attachments import files


class Mailbox:
    """Keeps what comes in; answers RCPT and DATA with what a test wants."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipient_answer = self.data_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if self.recipient_answer[0] == "2":
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer[0] == "2":
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return self.data_answer


@pytest.fixture
def smtp(settings: Any) -> Any:
    """The settings of a server of ours; a test gives the port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    return settings


@pytest.fixture
def mailbox(smtp: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    smtp.EMAIL_PORT = free_port()
    server = Controller(box, hostname="127.0.0.1", port=smtp.EMAIL_PORT)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def mail(workspace: Workspace) -> ChannelAccount:
    return workspace.channel_accounts.get(slug="mail")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def queued(account: ChannelAccount, **fields: object) -> Delivery:
    who = member(account, "甲")
    values = {
        "recipient": "a@example.com", "recipient_member_id": who.id, "purpose": "reply", "subject_line": "打不着火",
        "text": "谢谢您告诉我们。",
    }  # fmt: skip
    delivery = Delivery(workspace_id=account.workspace_id, account=account, **{**values, **fields})
    queue_deliveries([delivery])
    return delivery


def state(delivery: Delivery) -> tuple[str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts


def test_a_mail_arrives_in_its_thread(mail: ChannelAccount, mailbox: Mailbox) -> None:
    delivery = queued(mail, in_reply_to="<abc@mail.example.com>", link="https://example.com/a")
    deliver_due()
    [arrived] = mailbox.mails
    assert state(delivery) == ("delivered", 1)
    assert (arrived["To"], arrived["Subject"]) == ("a@example.com", "打不着火")
    assert (arrived["In-Reply-To"], arrived["References"]) == ("<abc@mail.example.com>",) * 2
    assert arrived["Message-ID"] == f"<{delivery.id}@huixiang>"
    assert arrived.get_content().replace("\r\n", "\n").strip() == "谢谢您告诉我们。\n\nhttps://example.com/a"


@pytest.mark.parametrize("elsewhere", ["", "m-17", "<a@b>\r\nBcc: c@d", "<a b@c>"])
def test_another_channels_id_is_no_header(mail: ChannelAccount, mailbox: Mailbox, elsewhere: str) -> None:
    queued(mail, in_reply_to=elsewhere)
    deliver_due()
    assert [(one["In-Reply-To"], one["Bcc"]) for one in mailbox.mails] == [(None, None)]


def test_a_line_break_in_the_subject_adds_no_header(mail: ChannelAccount, mailbox: Mailbox) -> None:
    queued(mail, subject_line="打不着火\r\nBcc: c@d.com")
    deliver_due()
    assert [(one["Subject"], one["Bcc"]) for one in mailbox.mails] == [("打不着火  Bcc: c@d.com", None)]


def test_a_refused_address_fails_with_the_servers_words(mail: ChannelAccount, mailbox: Mailbox) -> None:
    mailbox.recipient_answer = "550 No such user here"
    delivery = queued(mail)
    deliver_due()
    assert state(delivery) == ("failed", 1)
    assert delivery.error == "邮件服务器回答 550：No such user here"


@pytest.mark.parametrize("where", ["recipient_answer", "data_answer"])
def test_a_busy_server_is_tried_again(mail: ChannelAccount, mailbox: Mailbox, where: str) -> None:
    setattr(mailbox, where, "451 Try again later")
    delivery = queued(mail)
    deliver_due()
    assert state(delivery) == ("queued", 1)
    assert delivery.error == "邮件服务器回答 451：Try again later"
    setattr(mailbox, where, "250 OK")
    Delivery.objects.update(next_attempt_at=delivery.created_at)
    deliver_due()
    assert (state(delivery), len(mailbox.mails)) == (("delivered", 2), 1)


def test_a_refused_text_fails(mail: ChannelAccount, mailbox: Mailbox) -> None:
    mailbox.data_answer = "554 Looks like spam"
    delivery = queued(mail)
    deliver_due()
    assert (state(delivery), delivery.error) == (("failed", 1), "邮件服务器回答 554：Looks like spam")


def test_a_server_that_is_down_is_tried_again_and_named(mail: ChannelAccount, smtp: Any) -> None:
    smtp.EMAIL_PORT = free_port()
    delivery = queued(mail)
    deliver_due()
    assert state(delivery) == ("queued", 1)
    assert delivery.error == "连不上邮件服务器 127.0.0.1：Connection refused"


@pytest.mark.parametrize("recipient", ["a@example.com\nBcc: b@example.com"])
def test_an_address_no_mail_can_carry_fails(mail: ChannelAccount, mailbox: Mailbox, recipient: str) -> None:
    delivery = queued(mail, recipient=recipient)
    deliver_due()
    assert (state(delivery), mailbox.mails) == (("failed", 1), [])


class Dropping:
    """A server that hangs up: as soon as somebody calls, or after it was given the whole mail."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        line, _address = self.listening.accept()
        with line:
            if self.at_once:
                return
            line.sendall(b"220 here\r\n")
            while not (given := line.recv(65536)).endswith(b"\r\n.\r\n"):
                line.sendall(b"354 go on\r\n" if given[:4].upper() == b"DATA" else b"250 OK\r\n")

    def stop(self) -> None:
        self.thread.join()
        self.listening.close()


@pytest.mark.parametrize(("at_once", "wanted"), [(True, "queued"), (False, "unknown")])
def test_hanging_up_leaves_it_unknown_only_once_the_mail_was_given(
    mail: ChannelAccount, smtp: Any, at_once: bool, wanted: str
) -> None:
    server = Dropping(at_once=at_once)
    smtp.EMAIL_PORT = server.port
    delivery = queued(mail)
    deliver_due()
    server.stop()
    assert state(delivery) == (wanted, 1)
    assert delivery.error != ""


def test_without_a_server_mail_is_no_way(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert not can_send("email")
    settings.EMAIL_HOST = "mail.example.com"
    assert can_send("email")


@pytest.mark.django_db
def test_files_are_in_the_mail(
    mailbox: Mailbox, mail: ChannelAccount, operator: Membership, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = factories.case(mail, author_email="achuan@example.com")
    picture = files.picture("JPEG")
    sent = [
        upload(workspace=mail.workspace, name=name, file=BytesIO(data), size=len(data))
        for name, data in (("换件步骤.pdf", files.PDF), ("位置.jpg", picture))
    ]
    turn = reply(case=case, by=operator, text="请看附件里的步骤", lane="private", attachments=sent)
    assert deliver_due() == 1
    [got] = mailbox.mails
    attached = {part.get_filename(): part for part in got.iter_attachments()}
    assert [(name, part.get_content_type()) for name, part in attached.items()] == [
        ("换件步骤.pdf", "application/pdf"),
        ("位置.jpg", "image/jpeg"),
    ]
    assert attached["换件步骤.pdf"].get_content() == files.PDF
    assert attached["位置.jpg"].get_content() == path_of(of_turn(turn.id)[1].path).read_bytes()
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "请看附件里的步骤"
