"""Mail coming in from a real Dovecot."""

import pytest

from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.intake.models import Attachment, Message
from huixiang.workspaces.models import Workspace
from tests.connectors.email.dovecot import Server
from tests.connectors.email.lines import heard, mail, mailbox
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


def test_a_certificate_of_nobodys_is_refused(workspace: Workspace, server: Server) -> None:
    given = {"imap_security": "tls", "imap_port": str(server.tls_port)}
    with pytest.raises(TransportError, match="证书"):
        connector("email").check(mailbox(workspace, server, "two@example.com", **given))
