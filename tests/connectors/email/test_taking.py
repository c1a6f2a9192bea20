"""Mails as they are taken in: what they go on with, what is put aside, what came back. No server is needed for that."""

from email.message import EmailMessage
from typing import Any

import pytest

from huixiang.cases.actions import reply
from huixiang.cases.models import Case, Turn
from huixiang.channels.accounts import connect
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_answer, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.connectors.email.inbound import prepare, settle
from huixiang.connectors.email.line import Fetched
from huixiang.intake.listening import take
from huixiang.intake.models import Attachment, Message
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.connectors.email.lines import mail
from tests.connectors.email.test_reading import report
from tests.factories.rows import member
from tests.intake.attachments import files


@pytest.fixture
def account(workspace: Workspace, settings: Any, tmp_path: Any) -> ChannelAccount:
    settings.MEDIA_ROOT = tmp_path
    given = {"address": "support@example.com", "imap_host": "imap.example.com", "password": "x"}
    return connect(workspace=workspace, kind="email", name="客服邮箱", slug="support", given=given)


def came(account: ChannelAccount, *mails: EmailMessage, whole: bool = True) -> list[Message]:
    """Take mails in as the line does; every message of the account."""
    fetched = [Fetched(number, one, 60 * 2**20, whole) for number, one in enumerate(mails, 1)]
    batch = prepare(account, fetched)
    take(account, batch.messages)
    settle(account, batch, {"validity": 1, "uid": len(mails), "at": ""})
    return list(Message.objects.filter(account=account).order_by("id"))


def test_an_answer_to_our_answer_goes_on_with_the_case(
    account: ChannelAccount, operator: Membership, settings: Any
) -> None:
    settings.EMAIL_HOST = "smtp.example.com"
    came(
        account,
        mail(factories.COLD_START, Subject="打不着火", own_id="<a@x>"),
        mail("颜色有点丑", Subject="外观", own_id="<b@x>"),
    )
    process(workspace_id=account.workspace_id)
    case = Case.objects.get(conversation__external_id="<a@x>")
    reply(case=case, by=operator, text="师傅今天下午到", lane="private")
    sent = Delivery.objects.get(about_id=case.id, purpose="reply")
    assert (sent.recipient, sent.in_reply_to, sent.account_id) == ("achuan@example.com", "<a@x>", account.id)

    ours = f"<{sent.id}@huixiang>"
    text = f"师傅没来\n\n在 2026年11月22日，客服 <support@example.com> 写道：\n> {sent.text}"
    answer = mail(text, Subject="Re: 漏水", In_Reply_To=ours, References=f"{ours}")
    message = came(account, answer)[-1]
    assert (message.text, message.reply_to, message.thread) == ("师傅没来", "<a@x>", "<a@x>")
    process(workspace_id=account.workspace_id)
    assert Turn.objects.filter(case=case, message_id=message.id).exists()


def test_other_matters_of_one_person_are_other_conversations(account: ChannelAccount) -> None:
    came(
        account,
        mail(factories.COLD_START, Subject="打不着火", own_id="<a@x>"),
        mail("屏幕碎了", Subject="换屏", own_id="<b@x>"),
    )
    process(workspace_id=account.workspace_id)
    assert set(Conversation.objects.filter(account=account).values_list("external_id", "private")) == {
        ("<a@x>", True), ("<b@x>", True),
    }  # fmt: skip


def test_what_no_person_wrote_is_put_aside_and_ours_ignored(account: ChannelAccount) -> None:
    own = mail("自己写的", sender="客服 <Support@Example.com>")
    away = mail("我在休假", Subject="自动回复：漏水", Auto_Submitted="auto-replied")
    nobody = mail("没有发件人", sender="")
    assert came(account, own, away, nobody) == []
    reasons = sorted(account.refused_calls.values_list("reason", flat=True))
    assert reasons == ["自动发出的邮件：没有收录，也不会回复。", "这封邮件没有发件人。"]


def test_killed_before_the_files_were_put_they_are_put_at_the_next_reading(account: ChannelAccount) -> None:
    sent = mail("见附件", own_id="<a@x>")
    sent.add_attachment(files.PDF, maintype="application", subtype="pdf", filename="a.pdf")
    take(account, prepare(account, [Fetched(1, sent, 100, True)]).messages)
    [message] = came(account, sent)
    came(account, sent)
    assert Attachment.objects.filter(message_id=message.id, state="kept").count() == 1


def test_of_a_huge_mail_only_the_subject_is_taken(account: ChannelAccount) -> None:
    [message] = came(account, mail("", Subject="录像"), whole=False)
    assert message.text == "录像\n\n[这封邮件有 60 MB，内容留在邮箱里，请到邮箱查看。]"


def delivered(account: ChannelAccount) -> Delivery:
    found = Delivery(
        id="019f0000-0000-7000-8000-000000000001", workspace_id=account.workspace_id, account=account,
        recipient="a@example.com", recipient_member_id=member(account, "甲").id, purpose="reply", text="好",
        state="delivered",
    )  # fmt: skip
    queue_deliveries([found])
    return found


def test_a_mail_that_came_back_failed(account: ChannelAccount) -> None:
    sent = delivered(account)
    assert came(account, report("delayed"), report("failed"), report("failed")) == []
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("failed", "邮件被退回：smtp; 550 no such user")
    assert account.refused_calls.count() == 2


def test_anothers_returned_mail_changes_nothing_here(account: ChannelAccount, other_workspace: Workspace) -> None:
    sent = delivered(other_workspace.channel_accounts.get(slug="mail"))
    came(account, report("failed"))
    sent.refresh_from_db()
    assert sent.state == "delivered"


def test_whether_it_can_be_answered_depends_on_the_account(account: ChannelAccount, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert not can_answer(account)
    account.settings["smtp_host"] = "smtp.example.com"
    assert can_answer(account)
    assert connector("email").hears_by(account) == "line"
    account.settings = {}
    assert connector("email").hears_by(account) == "nothing"
