"""Connecting a platform from the page: the walk-through's text messages, from the form to a test that arrives."""

import hmac
import html
import json
import re
import time
from collections.abc import Callable
from hashlib import sha256

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.accounts import connect, value, values
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Health
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.kernel.crypto import decrypt
from huixiang.workspaces.models import Workspace
from tests.docs.test_new_connector import Gateway, gateway, sms  # noqa: F401 - fixtures
from tests.factories import ago
from tests.factories.jobs import run_waiting

At = Callable[..., str]
HTMX = {"HX-Request": "true"}
SECRET = "gateway secret"


@pytest.fixture(autouse=True)
def _loopback(settings: object) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]  # type: ignore[attr-defined]


@pytest.fixture
def account(workspace: Workspace, sms: None, gateway: tuple[str, type[Gateway]]) -> ChannelAccount:  # noqa: F811
    given = {"gateway": gateway[0], "secret": SECRET}
    return connect(workspace=workspace, kind="sms", name="短信", slug="sms", given=given)


def text_of(page: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


def sent_in(account: ChannelAccount, text: str = "热水器漏水", key: str = SECRET) -> int:
    """One text message as the gateway forwards it."""
    body = json.dumps({"id": f"s-{time.time_ns()}", "from": "13800001234", "text": text, "at": int(time.time())})
    at = str(int(time.time()))
    signed = hmac.new(key.encode(), f"{at}.{body}".encode(), sha256).hexdigest()
    headers = {"X-Time": at, "X-Signature": signed}
    address = f"/in/sms/{account.token}/"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def who(account: ChannelAccount) -> str:
    """How the page names whoever wrote last."""
    latest = Message.objects.filter(account=account).order_by("-received_at").first()
    return f"person:{latest.id}" if latest else "person:nobody"


def test_what_is_wrong_is_told_at_the_field_and_what_was_typed_stays(
    at: At, as_owner: Client, workspace: Workspace, sms: None  # noqa: F811
) -> None:  # fmt: skip
    sent = {"kind": "sms", "name": "短信", "gateway": "http://10.0.0.1/send", "proxy": "over there", "secret": "s"}
    answer = as_owner.post(at("channel_connect"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'class="errorlist" id="(\S+)">', page) == ["ch-gateway-e", "ch-proxy-e"]
    assert 'value="http://10.0.0.1/send"' in page
    assert not ChannelAccount.objects.filter(workspace=workspace, kind="sms").exists()


def test_a_platform_is_connected_and_its_page_gives_what_to_paste(
    at: At, as_owner: Client, workspace: Workspace, sms: None, gateway: tuple[str, type[Gateway]]  # noqa: F811
) -> None:  # fmt: skip
    assert "sms" in str(as_owner.get(at("channel_connect")).content)
    form = as_owner.get(at("channel_connect") + "?kind=sms").content.decode()
    assert re.findall(r'name="(\w+)" (?:type|required)', form)[-4:] == ["gateway", "secret", "proxy", "cost_a_month"]
    done = as_owner.post(at("channel_connect"), {"kind": "sms", "name": "短信网关", "gateway": gateway[0]})
    account = ChannelAccount.objects.get(workspace=workspace, kind="sms")
    assert done["Location"] == at("channel", account_id=account.id)
    page = as_owner.get(done["Location"]).content.decode()
    made = value(account, "secret")
    assert len(made) == 32
    pasted = re.findall(r'data-copy="([^"]+)"', page)
    assert pasted == [f"http://127.0.0.1:8000/in/sms/{account.token}/", made]
    assert "HUIXIANG_PUBLIC_URL" in page  # nobody reaches 127.0.0.1 from outside


def test_the_first_message_is_waited_for_and_shown_masked(at: At, as_viewer: Client, account: ChannelAccount) -> None:
    waiting = as_viewer.get(at("channel_first", account_id=account.id)).content.decode()
    assert 'hx-trigger="every 3s"' in waiting
    assert sent_in(account, key="guessed") == 401
    assert "收到 1 次调用，但验签不通过" in text_of(as_viewer.get(at("channel_first", account_id=account.id)).content)
    assert sent_in(account, "热水器漏水，打我电话 13812345678") == 200
    came = as_viewer.get(at("channel_first", account_id=account.id)).content.decode()
    assert "hx-trigger" not in came
    assert "热水器漏水" in came
    assert "13812345678" not in came


def test_a_test_goes_to_who_wrote_marked_and_only_when_chosen(
    at: At, as_owner: Client, account: ChannelAccount, gateway: tuple[str, type[Gateway]]  # noqa: F811
) -> None:  # fmt: skip
    test = at("channel_test", account_id=account.id)
    assert as_owner.post(test, {"to": who(account), "words": "在吗"}, headers=HTMX).status_code == 409
    sent_in(account)
    page = as_owner.get(at("channel", account_id=account.id)).content.decode()
    assert "13800001234" not in page
    assert re.findall(r'<option value="(\S+)">', page) == [who(account)]
    assert as_owner.post(test, {"to": who(account), "words": "在吗"}).status_code == 302
    run_waiting()
    assert [(body["to"], body["text"]) for _key, body in gateway[1].heard] == [("13800001234", "〔测试〕在吗")]
    delivery = Delivery.objects.get(account=account)
    assert (delivery.purpose, delivery.state) == ("test", "delivered")
    assert "已送达" in text_of(as_owner.get(at("channel_tested", account_id=account.id)).content)
    told = Entry.objects.filter(subject_id=account.id, name="channels.account_changed")
    assert list(told.values_list("data__what", flat=True)) == ["tested"]


def test_no_test_goes_where_the_window_is_shut(at: At, as_owner: Client, account: ChannelAccount) -> None:
    sent_in(account)
    Conversation.objects.update_or_create(
        account=account, external_id="@13800001234",
        defaults={"workspace": account.workspace, "private": True, "reply_until": ago(minutes=1)},
    )  # fmt: skip
    page = as_owner.get(at("channel", account_id=account.id)).content.decode()
    assert f'<option value="{who(account)}" disabled>' in page
    sent = {"to": who(account), "words": "在吗"}
    assert as_owner.post(at("channel_test", account_id=account.id), sent, headers=HTMX).status_code == 409
    assert not Delivery.objects.exists()


def test_a_new_secret_leaves_the_one_before_good_and_says_until_when(
    at: At, as_owner: Client, account: ChannelAccount
) -> None:
    done = as_owner.post(at("channel_act", account_id=account.id), {"act": "rotate", "secret": "secret"}, follow=True)
    account.refresh_from_db()
    fresh = value(account, "secret")
    assert values(account, "secret") == [fresh, SECRET]
    assert fresh != SECRET
    assert [sent_in(account, "一"), sent_in(account, "二", key=fresh)] == [200, 200]
    assert re.search(r"旧密钥到 20\d\d-\d\d-\d\d \d\d:\d\d 前仍有效", text_of(done.content))
    sent = {"act": "rotate", "secret": "gateway"}
    assert as_owner.post(at("channel_act", account_id=account.id), sent, headers=HTMX).status_code == 409


def test_settings_are_changed_an_empty_secret_stays_and_cost_is_told_for_each_message(
    at: At, as_owner: Client, account: ChannelAccount, gateway: tuple[str, type[Gateway]]  # noqa: F811
) -> None:  # fmt: skip
    for text in ("一", "二", "三", "四"):
        sent_in(account, text)
    page = as_owner.get(at("channel_settings", account_id=account.id)).content.decode()
    assert SECRET not in page
    sent = {"name": "短信二", "gateway": gateway[0], "secret": "", "proxy": "", "cost_a_month": "90"}
    assert as_owner.post(at("channel_settings", account_id=account.id), sent).status_code == 302
    account.refresh_from_db()
    kept = (account.name, decrypt(account.settings["secret"]), account.settings["cost_a_month"])
    assert kept == ("短信二", SECRET, "90")
    assert "平均每条进来的消息 22.50" in text_of(as_owner.get(at("channel", account_id=account.id)).content)
    assert "22.50" in text_of(as_owner.get(at("channels")).content)
    wrong = as_owner.post(at("channel_settings", account_id=account.id), {**sent, "cost_a_month": "viel"})
    assert (wrong.status_code, 'id="ch-cost_a_month-e"' in wrong.content.decode()) == (422, True)


def test_paused_it_says_why_and_resumed_what_waited_goes_out(
    at: At, as_owner: Client, account: ChannelAccount, gateway: tuple[str, type[Gateway]]  # noqa: F811
) -> None:  # fmt: skip
    sent_in(account)
    as_owner.post(at("channel_test", account_id=account.id), {"to": who(account), "words": "在吗"})
    gateway[1].answer = (401, b"{}")
    run_waiting()
    listing = text_of(as_owner.get(at("channels")).content)
    assert "已暂停：The gateway does not know our secret. 1 条消息等着发出。" in listing
    assert Delivery.objects.get(account=account).state == DeliveryState.QUEUED
    gateway[1].answer = (200, b"{}")
    as_owner.post(at("channel_act", account_id=account.id), {"act": "resume"})
    run_waiting()
    assert Delivery.objects.get(account=account).state == DeliveryState.DELIVERED
    assert Health.objects.get(account=account).error == ""


def test_a_new_address_finds_calls_the_one_before_nothing(at: At, as_owner: Client, account: ChannelAccount) -> None:
    before = ChannelAccount(id=account.id, token=account.token)
    as_owner.post(at("channel_act", account_id=account.id), {"act": "address"})
    account.refresh_from_db()
    assert [sent_in(before), sent_in(account)] == [404, 200]


def test_one_that_nothing_came_by_is_removed_one_with_messages_is_closed_and_keeps_them(
    at: At, as_owner: Client, account: ChannelAccount, workspace: Workspace, gateway: tuple[str, type[Gateway]]  # noqa: F811
) -> None:  # fmt: skip
    spare = connect(workspace=workspace, kind="sms", name="空", slug="spare", given={"gateway": gateway[0]})
    sent_in(account)
    act = at("channel_act", account_id=account.id)
    assert as_owner.post(act, {"act": "remove"}, headers=HTMX).status_code == 409
    assert as_owner.post(at("channel_act", account_id=spare.id), {"act": "remove"}).status_code == 302
    assert not ChannelAccount.objects.filter(id=spare.id).exists()
    as_owner.post(at("channel_test", account_id=account.id), {"to": who(account), "words": "在吗"})
    as_owner.post(act, {"act": "close"})
    closed = ChannelAccount.objects.get(id=account.id)
    assert (closed.settings, closed.token, closed.closed_at is not None) == ({}, None, True)
    assert sent_in(account) == 404
    assert Message.objects.filter(account=account).count() == 1
    assert Delivery.objects.get(account=account).state == DeliveryState.FAILED
    assert as_owner.post(act, {"act": "resume"}, headers=HTMX).status_code == 409
    assert "已关闭的渠道" in text_of(as_owner.get(at("channels")).content)
    assert as_owner.get(at("channel", account_id=account.id)).status_code == 200


def test_who_may_only_read_sees_neither_address_nor_secret(
    at: At, as_viewer: Client, as_owner: Client, account: ChannelAccount
) -> None:
    sent_in(account)
    mine, theirs = (one.get(at("channel", account_id=account.id)).content.decode() for one in (as_owner, as_viewer))
    for hidden in (SECRET, str(account.token), "/act/", who(account)):
        assert hidden not in theirs
    assert SECRET in mine
    assert as_viewer.get(at("channel_connect")).status_code == 404
    assert as_viewer.post(at("channel_check", account_id=account.id)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_cost_as_many_statements_for_many_as_for_one(
    at: At, as_owner: Client, account: ChannelAccount, number: int, gateway: tuple[str, type[Gateway]],  # noqa: F811
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for place in range(number):
        given = {"gateway": gateway[0], "cost_a_month": "10"}
        more = connect(workspace=account.workspace, kind="sms", name=f"{place}", slug=f"more-{place}", given=given)
        sent_in(account, f"第 {place} 条")
        sent_in(more, key=value(more, "secret"))
    as_owner.get(at("channels"))
    with django_assert_num_queries(12):
        as_owner.get(at("channels"))
    with django_assert_num_queries(19):
        as_owner.get(at("channel", account_id=account.id))
