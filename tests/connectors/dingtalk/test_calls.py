"""DingTalk's calls by HTTP: the robot's, whose signature covers no body, and the event push's, encrypted."""

import base64
import datetime
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.channels.accounts import change
from huixiang.channels.contracts import Call, NotGenuine, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation, RefusedCall
from huixiang.connectors.dingtalk.events import event
from huixiang.connectors.dingtalk.inbound import message, robot_sign
from huixiang.connectors.wechat_crypto import decrypted, signature
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.kernel.crypto import encrypt
from tests.connectors.dingtalk.conftest import Sent
from tests.connectors.dingtalk.gateway import SECRET

VECTORS = (
    {
        "token": "123456", "key": "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "receiver": "suite4xxxxxxxxxxxxxxx",
        "timestamp": "1445827045067", "nonce": "nEXhMP4r", "signature": "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
        "encrypt": (
            "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9V"
            "rYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="
        ),
        "event": "check_create_suite_url",
    },
    {
        "token": "mryue", "key": "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "receiver": "ding6ccabc44d2c8d38b",
        "timestamp": "1608001896814", "nonce": "WL4PK6yA", "signature": "03044561471240d4a14bb09372dfcfd4fd0e40cb",
        "encrypt": (
            "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFc"
            "hzNukR+t8SB/qk4ROMu3"
        ),
        "event": "check_url",
    },
)  # fmt: skip


def call_of(vector: dict[str, str], *, age: int = 0) -> tuple[ChannelAccount, Call]:
    """A vector as the call it was, so many seconds after it."""
    stored = {"event_token": encrypt(vector["token"]), "event_key": encrypt(vector["key"])}
    account = ChannelAccount(kind="dingtalk", settings={**stored, "corp_id": vector["receiver"], "client_id": "other"})
    at = datetime.datetime.fromtimestamp(int(vector["timestamp"]) / 1000 + age, datetime.UTC)
    query = {name: vector[name] for name in ("timestamp", "nonce", "signature")}
    return account, Call("POST", query, {}, json.dumps({"encrypt": vector["encrypt"]}).encode(), at)


@pytest.mark.parametrize("vector", VECTORS)
def test_events_of_the_documentation_are_read_and_answered(vector: dict[str, str]) -> None:
    happened, answer = event(*call_of(vector))
    assert happened["EventType"] == vector["event"]
    said = json.loads(answer.body)
    assert said["msg_signature"] == signature(vector["token"], said["timeStamp"], said["nonce"], said["encrypt"])
    assert decrypted(vector["key"], said["encrypt"], vector["receiver"]) == "success"
    heard = connector("dingtalk").hear(*call_of(vector))
    assert (list(heard.messages), heard.answer.status) == ([], 200)


@pytest.mark.parametrize("vector", VECTORS)
def test_tampered_stale_and_other_receivers_events_are_refused(vector: dict[str, str]) -> None:
    account, call = call_of(vector)
    tampered = replace(call, body=json.dumps({"encrypt": "Z" + vector["encrypt"][1:]}).encode())
    other = ChannelAccount(kind="dingtalk", settings={**account.settings, "corp_id": "dingother"})
    wrong = ChannelAccount(kind="dingtalk", settings={**account.settings, "event_token": encrypt("guessed")})
    for refused in (
        (account, tampered),
        call_of(vector, age=301),
        call_of(vector, age=-301),
        (other, call),
        (wrong, call),
    ):
        with pytest.raises(NotGenuine):
            event(*refused)


def test_the_robots_sign_is_dingtalks_and_not_feishus() -> None:
    assert robot_sign("SECabc", "1599360473") == "9c8jyYUaQyFODUeeixjj9FQWXRaQX4xNfPA0XiY/+qA="


def called(
    account: ChannelAccount, sent: Any, *, secret: str = SECRET, age: float = 0, at: str = "", **headers: str
) -> int:
    at = at or str(int((time.time() - age) * 1000))
    sign = base64.b64encode(hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()).decode()
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    address = f"/in/dingtalk/{account.token}/"
    given = {"Timestamp": at, "Sign": sign, **headers}
    return Client().post(address, body, content_type="application/json", headers=given).status_code


@pytest.fixture
def http(opened: Callable[..., ChannelAccount]) -> ChannelAccount:
    return opened(mode="http")


@pytest.mark.usefixtures("empty_cache")
def test_a_robots_call_is_stored_once_and_one_signature_says_one_thing(
    http: ChannelAccount, recorded: Callable[..., Sent]
) -> None:
    sent, at = recorded("private"), str(int(time.time() * 1000))
    assert [called(http, sent, at=at), called(http, sent, at=at), called(http, sent)] == [200, 200, 200]
    assert called(http, recorded("private", msgId="other", text={"content": "别的话"}), at=at) == 401
    assert Message.objects.get(account=http).text == "充电口弹不开"


@pytest.mark.usefixtures("empty_cache")
def test_tampered_stale_and_strange_calls(http: ChannelAccount, recorded: Callable[..., Sent]) -> None:
    sent = recorded("private")
    assert called(http, sent, secret="guessed") == 401
    assert [called(http, sent, age=301), called(http, sent, age=-301), called(http, sent, at="٣")] == [401, 401, 401]
    assert called(http, sent, sign="") == 401
    assert [called(http, b"{"), called(http, {**sent, "createAt": "soon"})] == [200, 200]
    assert RefusedCall.objects.filter(account=http).count() == 2
    assert not Message.objects.exists()


@pytest.mark.usefixtures("empty_cache")
def test_the_secret_before_is_good_for_a_day(http: ChannelAccount, recorded: Callable[..., Sent]) -> None:
    change(account=http, given={"client_secret": "fresh"}, actor=SYSTEM)
    assert [called(http, recorded("private")), called(http, recorded("group"), secret="fresh")] == [200, 200]


@pytest.mark.usefixtures("empty_cache")
def test_answers_go_to_no_address_but_dingtalks(
    opened: Callable[..., ChannelAccount], recorded: Callable[..., Sent]
) -> None:
    """The signature does not cover the address: whoever changed it must not read our answers."""
    account = opened(mode="http", client_id="")
    called(account, recorded("group", sessionWebhook="https://oapi.dingtalk.com.evil.example/robot"))
    assert Conversation.objects.get(account=account).reply_handle == ""
    called(account, recorded("group", msgId="2"))
    place = Conversation.objects.get(account=account)
    assert place.reply_handle
    assert place.reply_until is not None  # a plain group robot can do nothing but answer


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "msgId", "msgtype", "text", "content", "createAt", "conversationType", "conversationId", "senderStaffId",
    "sessionWebhook", "sessionWebhookExpiredTime", "conversationTitle",
)  # fmt: skip
SOUND: Sent = {
    "msgId": "1", "conversationId": "c", "senderId": "s", "createAt": 1, "conversationType": "2",
    "sessionWebhook": "https://oapi.dingtalk.com/x", "sessionWebhookExpiredTime": 2,
}  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=6), st.booleans())
def test_whatever_is_sent_is_a_message_or_unreadable(sent: Sent, sound: bool) -> None:
    account = ChannelAccount(kind="dingtalk", settings={"client_id": "x"})
    try:
        read = message(account, {**SOUND, **sent} if sound else sent)
    except Unreadable:
        return
    assert read.external_id
    assert read.author_id
    assert read.private == (not read.thread)
