"""An application in WeCom: what members write comes in, answers go out, and what WeCom refuses is said in words."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from wechatpy.enterprise.crypto import WeChatCrypto

from huixiang.channels.accounts import change
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Sent
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Asked, Platform, answered, connected, platform
from tests.connectors.wechat.calls import KEY, TOKEN, VECTORS, get, other_side, post, raw, xml

CORP, MEMBER = "ww1436e0e65a779aee", "ChenJiaShun"
SEND, TOKENS, AGENT = "/cgi-bin/message/send", "/cgi-bin/gettoken", "/cgi-bin/agent/get"


@pytest.fixture
def wecom(empty_cache: None, settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers[TOKENS] = (200, {"errcode": 0, "access_token": "t-1", "expires_in": 7200})
        found.answers[SEND] = (200, {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "m-1"})
        found.answers[AGENT] = (200, {"errcode": 0, "name": "车主服务"})
        yield found


@pytest.fixture
def account(workspace: Workspace, wecom: Platform) -> ChannelAccount:
    given = {"corp_id": CORP, "agent_id": "218", "app_secret": "s3cret", "token": TOKEN, "aes_key": KEY}
    return connected(workspace, "wecom_app", **given, api=wecom.address)


def sent(**fields: Any) -> str:
    given = {"ToUserName": CORP, "FromUserName": MEMBER, "CreateTime": int(time.time()), "MsgType": "text"}
    return xml(**{**given, "Content": "考勤机又连不上了", "MsgId": 4561255354251345929, "AgentID": 218, **fields})


def set_to(account: ChannelAccount, name: str) -> dict[str, Any]:
    vector: dict[str, Any] = VECTORS[name]
    given = {"token": vector["token"], "aes_key": vector["encoding_aes_key"], "corp_id": vector["corp_id"]}
    change(account=account, given=given, actor=SYSTEM)
    return vector


@pytest.mark.parametrize("name", ["wecom_a", "wecom_b"])
def test_the_address_check_of_the_documents(account: ChannelAccount, name: str) -> None:
    echo = set_to(account, name)["echo"]
    query = {one: echo[one] for one in ("msg_signature", "timestamp", "nonce", "echostr")}
    with time_machine.travel(int(echo["timestamp"])):
        assert get(account, query) == (200, echo["plaintext"])
        begun = time.perf_counter()
        # A plus that came as a space, because somebody on the way did not write it as %2B, does no harm.
        assert get(account, {**query, "echostr": echo["echostr"].replace("+", " ")}) == (200, echo["plaintext"])
        assert time.perf_counter() - begun < 1  # WeCom waits no longer
        assert get(account, {**query, "echostr": echo["echostr"].replace("A", "B")})[0] == 401
        assert get(account, {**query, "msg_signature": ""})[0] == 401
    assert get(account, query)[0] == 401


@pytest.mark.parametrize("name", ["wecom_a", "wecom_b"])
def test_the_messages_of_the_documents_are_stored_once(account: ChannelAccount, name: str) -> None:
    vector = set_to(account, name)
    example, expect = vector["message"], vector["message"]["expect"]
    query = {one: example[one] for one in ("msg_signature", "timestamp", "nonce")}
    body = xml(ToUserName=vector["corp_id"], Encrypt=example["encrypt"], AgentID="218")
    with time_machine.travel(int(example["timestamp"])):
        assert [raw(account, query, body), raw(account, query, body)] == [(200, "")] * 2
        assert raw(account, query, body.replace(example["encrypt"][:8], "AAAAAAAA"))[0] == 401
    assert raw(account, query, body)[0] == 401
    [message] = Message.objects.filter(account=account)
    assert (message.text, message.author_id) == (expect["Content"], expect["FromUserName"])
    assert message.external_id == expect.get("MsgId", message.external_id)


def test_tampered_stale_and_foreign_calls_are_refused(account: ChannelAccount) -> None:
    assert post(account, sent(), CORP, token="guessed")[0] == 401
    assert post(account, sent(), CORP, signed_as="another")[0] == 401
    assert post(account, sent(), CORP, age=301)[0] == 401
    assert post(account, sent(), "ww0000000000000000")[0] == 401
    assert not Message.objects.exists()


def test_events_are_taken_and_pictures_are_named(account: ChannelAccount) -> None:
    assert post(account, sent(MsgType="event", Event="enter_agent"), CORP) == (200, "")
    assert post(account, sent(MsgType="image", PicUrl="http://x.invalid/"), CORP) == (200, "")
    assert [one.text for one in Message.objects.all()] == ["[图片]"]


def test_libraries_of_others_call_us(account: ChannelAccount) -> None:
    at, side = str(int(time.time())), {"library": "@wecom/crypto", "token": TOKEN, "key": KEY, "receiver": CORP}
    [encrypt] = other_side({**side, "what": "encrypt", "text": sent(MsgId=1)})
    [signed] = other_side({**side, "what": "sign", "timestamp": at, "nonce": "n-2", "encrypt": encrypt})
    query = {"timestamp": at, "nonce": "n-2", "msg_signature": signed}
    assert raw(account, query, xml(ToUserName=CORP, Encrypt=encrypt)) == (200, "")
    body = WeChatCrypto(TOKEN, KEY, CORP).encrypt_message(sent(MsgId=2), "n-2", at)
    query["msg_signature"] = body.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    assert raw(account, query, body) == (200, "")
    assert Message.objects.filter(author_id=MEMBER).count() == 2


def test_an_answer_goes_out(account: ChannelAccount, wecom: Platform) -> None:
    delivery = answered(account, MEMBER)
    assert (delivery.state, delivery.error) == ("delivered", "")
    wanted = {"touser": MEMBER, "msgtype": "text", "agentid": 218, "text": {"content": "师傅今天下午到。"}}
    assert wecom.at(SEND) == [wanted]
    [token] = [one for one in wecom.asked if one.path == TOKENS]
    assert token.query == {"corpid": [CORP], "corpsecret": ["s3cret"]}


def test_more_than_thirty_a_minute_wait_because_wecom_would_drop_them(account: ChannelAccount, wecom: Platform) -> None:
    earlier = [
        Sent(workspace=account.workspace, account=account, place=MEMBER, at=timezone.now()) for _number in range(29)
    ]
    Sent.objects.bulk_create(earlier)
    assert [answered(account, MEMBER).state for _number in range(2)] == ["delivered", "queued"]
    assert answered(account, "another").state == "delivered"
    assert [one["touser"] for one in wecom.at(SEND)] == [MEMBER, "another"]


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        ({"errcode": 0, "invaliduser": MEMBER}, "failed", f"没有发给 {MEMBER}"),
        ({"errcode": 81013}, "failed", "成员已离开"), ({"errcode": 40003}, "failed", "成员已离开"),
        ({"errcode": 45002}, "failed", "太长"), ({"errcode": 77777, "errmsg": "odd"}, "failed", "77777：odd"),
        ({"errcode": 45009}, "queued", "放慢"), ({"errcode": -1}, "queued", "繁忙"),
        ({"errcode": 60020, "errmsg": "from ip: 203.0.113.9"}, "queued", "可信 IP"),
        ({"errcode": 40056}, "queued", "AgentId"), ({"errcode": 48002}, "queued", "权限"),
    ],
)  # fmt: skip
def test_what_wecom_refuses_is_said(
    account: ChannelAccount, wecom: Platform, said: dict[str, Any], state: str, words: str
) -> None:
    wecom.answers[SEND] = (200, said)
    delivery = answered(account, MEMBER)
    account.refresh_from_db()
    assert delivery.state == state
    assert words in delivery.error
    assert bool(account.paused_reason) == (said["errcode"] in {60020, 40056, 48002})


def test_an_access_token_that_ended_is_fetched_anew_once(account: ChannelAccount, wecom: Platform) -> None:
    tokens = iter(["t-1", "t-2"])
    wecom.answers[TOKENS] = lambda _asked: (200, {"errcode": 0, "access_token": next(tokens), "expires_in": 7200})

    def said(asked: Asked) -> tuple[int, Any]:
        return 200, {"errcode": 42001 if asked.query["access_token"] == ["t-1"] else 0}

    wecom.answers[SEND] = said
    assert [answered(account, MEMBER).state for _number in range(2)] == ["delivered"] * 2
    assert [one.query["access_token"] for one in wecom.asked if one.path == SEND] == [["t-1"], ["t-2"], ["t-2"]]


def test_the_check_tells_who_we_are_or_why_not(account: ChannelAccount, wecom: Platform) -> None:
    assert connector("wecom_app").check(account) == "车主服务"
    change(account=account, given={"app_secret": "wrong"}, actor=SYSTEM)
    wecom.answers[TOKENS] = (200, {"errcode": 40001, "errmsg": "invalid credential"})
    with pytest.raises(TransportError, match="企业 ID 和 Secret") as error:
        connector("wecom_app").check(account)
    assert error.value.pauses
    wecom.answers[TOKENS] = (200, b"<html>")
    with pytest.raises(TransportError, match="无法理解"):
        connector("wecom_app").check(account)


def test_what_to_paste(account: ChannelAccount) -> None:
    pasted = connector("wecom_app").to_paste(account, "https://x.invalid/in/")
    assert [(one.where, one.value) for one in pasted] == [
        ("URL", "https://x.invalid/in/"), ("Token", TOKEN), ("EncodingAESKey", KEY)
    ]  # fmt: skip
