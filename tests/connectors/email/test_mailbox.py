"""Mail coming in from a real Dovecot."""

import select
import socket
import threading
from typing import Any, Self

import pytest

from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.intake.models import Attachment, Message
from huixiang.workspaces.models import Workspace
from tests.connectors.email.dovecot import Server
from tests.connectors.email.lines import mail, mailbox
from tests.connectors.holding import heard
from tests.intake.attachments import files


def stored(account: ChannelAccount) -> list[Message]:
    return list(Message.objects.filter(account=account).order_by("id"))


@pytest.mark.django_db(transaction=True)
def test_what_is_there_and_what_arrives_comes_in_once(workspace: Workspace, server: Server) -> None:
    account = mailbox(workspace, server, "one@example.com")
    text = "三楼的热水器漏水，地板都泡了\n\n发自我的 iPhone"
    first = mail(text, Subject="热水器漏水", own_id="<one@mail.example.com>")
    first.add_attachment(files.PDF, maintype="application", subtype="pdf", filename="发票.pdf")
    first.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="装.exe")
    server.put("one@example.com", first)
    server.put("one@example.com", first)
    heard(account, lambda: Attachment.objects.filter(state="kept").exists() and len(stored(account)) == 1)

    [message] = stored(account)
    assert message.text == (
        "热水器漏水\n\n三楼的热水器漏水，地板都泡了\n[“装.exe”不支持。可以发图片、PDF、文本、CSV、Excel、Word 和 MP4。]"
    )
    assert (message.author_id, message.author_name, message.private) == ("achuan@example.com", "阿川", True)
    assert (message.external_id, message.thread) == ("<one@mail.example.com>",) * 2
    [kept] = Attachment.objects.filter(message_id=message.id)
    assert (kept.name, kept.media_type) == ("发票.pdf", "application/pdf")

    put = [mail("又漏了", Subject="再次漏水")]

    def arrived() -> bool:
        if put and Health.objects.get(account=account).cursor["uid"] == 2:
            server.put("one@example.com", put.pop())
        return len(stored(account)) == 2

    heard(account, arrived)
    assert [one.text for one in stored(account)][1] == "再次漏水\n\n又漏了"
    assert Health.objects.get(account=account).cursor["uid"] >= 2


@pytest.mark.parametrize(
    ("given", "sentence", "pauses"),
    [
        ({"password": "wrong"}, "不接受这个用户名和密码", True),
        ({"folder": "客户反馈"}, "文件夹“客户反馈”打不开", True),
        ({"imap_port": "9"}, "Connection refused", False),
        ({"imap_security": "tls"}, "这个端口不支持 TLS", False),
        ({"imap_host": "localhost"}, "明文", True),
        ({"imap_host": "mail.invalid", "imap_security": "tls"}, "mail.invalid", False),
    ],
)
def test_what_goes_wrong_is_said_in_words(
    workspace: Workspace, server: Server, given: dict[str, str], sentence: str, pauses: bool
) -> None:
    with pytest.raises(TransportError) as raised:
        connector("email").check(mailbox(workspace, server, "two@example.com", **given))
    assert sentence in raised.value.sentence
    assert raised.value.pauses is pauses


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_mailbox_shows_whose_it_is(
    workspace: Workspace, server: Server, security: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["localhost"]
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "none", "django.core.mail.backends.locmem.EmailBackend"
    port = str(server.tls_port if security == "tls" else server.port)
    account = mailbox(
        workspace, server, "two@example.com", imap_host="localhost", imap_security=security, imap_port=port
    )
    with pytest.raises(TransportError, match="证书"):
        connector("email").check(account)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.place / "cert.pem"))
    assert connector("email").check(account) == "two@example.com"


def test_by_a_proxy_the_server_is_called_by_its_name(workspace: Workspace, server: Server) -> None:
    with Proxy() as proxy:
        account = mailbox(workspace, server, "two@example.com", proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(TransportError, match="SMTP"):
            connector("email").check(account)
    assert proxy.asked == f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"


class Proxy(threading.Thread):
    """An HTTP proxy for one connection."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.asked = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.join(10)
        self.listening.close()

    def run(self) -> None:
        line, _address = self.listening.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += line.recv(4096)
        self.asked = head.split(b"\r\n")[0].decode()
        host, port = self.asked.split()[1].split(":")
        with line, socket.create_connection((host, int(port))) as other:
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            ways = {line: other, other: line}
            while True:
                for one in select.select(list(ways), [], [], 10)[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    ways[one].sendall(data)
