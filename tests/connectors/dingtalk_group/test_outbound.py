"""What is said into a DingTalk group: signed, and what DingTalk answers decides what follows."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.dingtalk_group.outbound import signed
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

SEND = "/robot/send"
SECRET = "SEC0123456789abcdef"
TOKEN = "a" * 32


@pytest.fixture
def dingtalk(settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers[SEND] = (200, {"errcode": 0, "errmsg": "ok"})
        yield found


@pytest.fixture
def account(workspace: Workspace, dingtalk: Platform) -> ChannelAccount:
    hook = f"{dingtalk.address}{SEND}?access_token={TOKEN}"
    return connected(workspace, "dingtalk_group", hook=hook, secret=SECRET)


def test_the_signature_is_dingtalks_and_not_feishus() -> None:
    address = signed("https://oapi.dingtalk.com/robot/send?access_token=x", "SECabc", "1599360473")
    assert address.endswith("&timestamp=1599360473&sign=9c8jyYUaQyFODUeeixjj9FQWXRaQX4xNfPA0XiY%2F%2BqA%3D")


def test_it_is_said_in_the_group_signed_by_the_time_in_thousandths(account: ChannelAccount, dingtalk: Platform) -> None:
    assert answered(account, "group", into_group=True, link="https://example.com/a").state == "delivered"
    [asked] = dingtalk.asked
    [at], [sign] = asked.query["timestamp"], asked.query["sign"]
    wanted = hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert asked.query["access_token"] == [TOKEN]
    assert base64.b64decode(sign) == wanted
    assert abs(int(at) / 1000 - time.time()) < 60
    assert asked.body == {
        "msgtype": "text",
        "text": {"content": "师傅今天下午到。\n\nhttps://example.com/a"},
        "at": {"isAtAll": False},
    }


def test_it_speaks_to_nobody_alone(account: ChannelAccount, dingtalk: Platform) -> None:
    assert answered(account, "staff-7").state == "failed"
    assert dingtalk.asked == []


@pytest.mark.parametrize(
    ("code", "words", "state", "paused", "minutes"),
    [
        (130101, "send too fast, exceed 20 times per minute", "queued", False, 9),
        (-1, "system busy", "queued", False, 0),
        (300001, "token is not exist", "queued", True, None),
        (400102, "机器人已停用", "queued", True, None),
        (310000, "sign not match", "queued", True, None),
        (310000, "keywords not in content", "failed", False, None),
        (430104, "含有不合适的内容", "failed", False, None),
    ],
)
def test_what_dingtalk_says_decides_what_follows(
    account: ChannelAccount,
    dingtalk: Platform,
    code: int,
    words: str,
    state: str,
    paused: bool,
    minutes: int | None,
) -> None:
    dingtalk.answers[SEND] = (200, {"errcode": code, "errmsg": words})
    delivery = answered(account, "group", into_group=True)
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason)) == (state, paused)
    if minutes is not None:
        assert delivery.next_attempt_at > timezone.now() + timedelta(minutes=minutes)


def test_a_line_that_breaks_after_the_request_leaves_it_open(account: ChannelAccount, dingtalk: Platform) -> None:
    dingtalk.broken.add(SEND)
    assert answered(account, "group", into_group=True).state == "unknown"


@pytest.mark.parametrize("hook", ["https://oapi.dingtalk.com/robot/send", "ftp://x/robot/send?access_token=" + TOKEN])
def test_an_address_that_is_none_is_not_stored(workspace: Workspace, hook: str) -> None:
    with pytest.raises(Refused):
        connected(workspace, "dingtalk_group", hook=hook)
