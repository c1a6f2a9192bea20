"""A robot of a WeCom group: what is said into the group, and what the operator reads when it was not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.accounts import connect
from huixiang.channels.contracts import Hears, TransportError, connector
from huixiang.channels.models import ChannelAccount, Sent
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform
from tests.connectors.wechat.calls import raw

KEY = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
SEND = "/cgi-bin/webhook/send"


@pytest.fixture
def wecom(empty_cache: None, settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers[SEND] = (200, {"errcode": 0, "errmsg": "ok"})
        yield found


@pytest.fixture
def account(workspace: Workspace, wecom: Platform) -> ChannelAccount:
    address = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    return connected(workspace, "wecom_group", webhook=address, api=wecom.address)


def test_it_is_said_into_the_group(account: ChannelAccount, wecom: Platform) -> None:
    delivery = answered(account, "group")
    assert (delivery.state, delivery.error) == ("delivered", "")
    [asked] = wecom.asked
    assert (asked.query, asked.body) == ({"key": [KEY]}, {"msgtype": "text", "text": {"content": "师傅今天下午到。"}})
    assert connector("wecom_group").can_post()


def test_markdown_is_written_as_such_and_the_key_alone_will_do(workspace: Workspace, wecom: Platform) -> None:
    account = connected(workspace, "wecom_group", webhook=KEY, style="markdown", api=wecom.address)
    assert answered(account, "group", text="**已修复**").state == "delivered"
    assert wecom.asked[0].query == {"key": [KEY]}
    assert wecom.asked[0].body == {"msgtype": "markdown", "markdown": {"content": "**已修复**"}}


def test_what_is_no_address_of_a_robot_is_refused(workspace: Workspace) -> None:
    for wrong in ("", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "http://x.invalid/?key=" + KEY, "short"):
        with pytest.raises(Refused):
            connect(workspace=workspace, kind="wecom_group", name="群", slug="g", given={"webhook": wrong})


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [(93000, "queued", "重新复制"), (45009, "queued", "20 条消息"), (40058, "failed", "太长"),
     (-1, "queued", "繁忙"), (77777, "failed", "拒绝")],
)  # fmt: skip
def test_what_wecom_refuses_is_said(
    account: ChannelAccount, wecom: Platform, code: int, state: str, words: str
) -> None:
    wecom.answers[SEND] = (200, {"errcode": code, "errmsg": "why"})
    delivery = answered(account, "group")
    account.refresh_from_db()
    assert delivery.state == state
    assert words in delivery.error
    assert KEY not in delivery.error
    assert bool(account.paused_reason) == (code == 93000)


def test_twenty_a_minute(account: ChannelAccount, wecom: Platform) -> None:
    now, workspace = timezone.now(), account.workspace
    Sent.objects.bulk_create(Sent(workspace=workspace, account=account, place="x", at=now) for _number in range(19))
    assert [answered(account, "group").state for _number in range(2)] == ["delivered", "queued"]
    assert len(wecom.asked) == 1


def test_a_line_that_breaks_leaves_the_outcome_unknown(account: ChannelAccount, wecom: Platform) -> None:
    wecom.broken.add(SEND)
    assert answered(account, "group").state == "unknown"


def test_the_check_says_nothing_into_the_group(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[SEND] = (200, {"errcode": 44004, "errmsg": "empty content"})
    assert connector("wecom_group").check(account) == "wecom_group"
    assert wecom.at(SEND) == [{"msgtype": "text", "text": {"content": ""}}]
    wecom.answers[SEND] = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    with pytest.raises(TransportError, match="重新复制"):
        connector("wecom_group").check(account)


def test_nothing_comes_in_by_it(account: ChannelAccount) -> None:
    assert connector("wecom_group").hears_by(account) == Hears.NOTHING
    assert raw(account, {}, "<xml/>")[0] == 404
