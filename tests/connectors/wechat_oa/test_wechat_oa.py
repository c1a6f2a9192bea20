"""An official account: what followers send comes in, answers go out, and what WeChat refuses is said in words."""

import datetime
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from wechatpy.crypto import WeChatCrypto

from huixiang.channels import accounts, windows
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, Health
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Asked, Platform, answered, connected, platform
from tests.connectors.wechat.calls import KEY, TOKEN, VECTORS, get, other_side, post, raw, xml

VECTOR = VECTORS["wechat_oa_safe_mode"]
APP, PERSON = "wxba5fad812f8e6fb9", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
SEND, STABLE = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"


@pytest.fixture
def wechat(empty_cache: None, settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        numbers = itertools.count(1)
        found.answers[STABLE] = lambda _asked: (200, {"access_token": f"t-{next(numbers)}", "expires_in": 7200})
        found.answers[SEND] = (200, {"errcode": 0, "errmsg": "ok"})
        found.answers["/cgi-bin/get_api_domain_ip"] = (200, {"ip_list": ["127.0.0.1"]})
        yield found


@pytest.fixture
def account(workspace: Workspace, wechat: Platform) -> ChannelAccount:
    given = {"app_id": APP, "app_secret": "s3cret", "token": TOKEN, "aes_key": KEY, "api": wechat.address}
    return connected(workspace, "wechat_oa", **given)


def sent(**fields: Any) -> str:
    now = int(time.time())
    given = {"ToUserName": "gh_97417a04a28d", "FromUserName": PERSON, "CreateTime": now, "MsgType": "text"}
    return xml(**{**given, "Content": "热水器漏水，地板都泡了", "MsgId": "23456789012345678", **fields})


def place(account: ChannelAccount) -> Conversation:
    return Conversation.objects.get(account=account, external_id=f"@{PERSON}")


def test_the_address_check_of_the_documents(account: ChannelAccount) -> None:
    check = VECTOR["url_check"]
    accounts.change(account=account, given={"token": VECTOR["token"]}, actor=SYSTEM)
    query = {name: check[name] for name in ("timestamp", "nonce", "echostr", "signature")}
    with time_machine.travel(int(check["timestamp"]) + 3):
        assert get(account, query) == (200, check["echostr"])
        assert get(account, {**query, "nonce": "1"})[0] == 401
    assert get(account, query)[0] == 401  # two years later


def test_the_encrypted_call_of_the_documents(account: ChannelAccount) -> None:
    given = {"token": VECTOR["token"], "aes_key": VECTOR["encoding_aes_key"]}
    accounts.change(account=account, given=given, actor=SYSTEM)
    example = VECTOR["encrypted_post"]
    query = {name: example[name] for name in ("timestamp", "nonce", "signature", "msg_signature")}
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": example["encrypt"]})
    with time_machine.travel(int(example["timestamp"]) + 1):
        assert raw(account, query, body) == (200, "success")  # an event: nothing to store
        assert raw(account, query, body.replace("+qdx1", "+qdx2"))[0] == 401
        assert raw(account, {**query, "timestamp": "1714112446"}, body)[0] == 401
        account.settings["app_id"] = "wx0000000000000000"
        account.save()
        status, why = raw(account, query, body)
        assert (status, "别的账号" in why) == (401, True)
    assert raw(account, query, body)[0] == 401
    assert Health.objects.get(account=account).not_genuine == 4


def test_a_message_is_stored_once_with_its_window(account: ChannelAccount) -> None:
    assert [post(account, sent(), APP), post(account, sent(), APP)] == [(200, "success")] * 2
    [message] = Message.objects.filter(account=account)
    assert (message.text, message.author_id, message.private) == ("热水器漏水，地板都泡了", PERSON, True)
    assert message.external_id == "23456789012345678"
    left = windows.open_now(place(account), "wechat_oa")
    assert (left.now, left.left) == (True, 5)
    assert left.until is not None
    assert left.until - timezone.now() == pytest.approx(datetime.timedelta(hours=48), abs=datetime.timedelta(seconds=5))


def test_tampered_stale_foreign_and_plain_calls_are_refused(account: ChannelAccount) -> None:
    assert post(account, sent(), APP, token="guessed")[0] == 401
    assert post(account, sent(), APP, key=KEY[::-1])[0] == 401
    assert post(account, sent(), APP, signed_as="another")[0] == 401
    assert post(account, sent(), APP, age=301)[0] == 401
    assert post(account, sent(), "wx0000000000000000")[0] == 401
    status, why = raw(account, {"timestamp": str(int(time.time())), "nonce": "1", "signature": "x"}, sent())
    assert (status, "安全模式" in why) == (401, True)
    assert not Message.objects.exists()


def test_both_secrets_are_good_for_a_day(account: ChannelAccount) -> None:
    accounts.change(account=account, given={"token": "new" + TOKEN[:20], "aes_key": KEY[::-1]}, actor=SYSTEM)
    assert post(account, sent(MsgId="1"), APP)[0] == 200
    assert post(account, sent(MsgId="2"), APP, token="new" + TOKEN[:20], key=KEY[::-1])[0] == 200
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"MsgType": "image", "PicUrl": "http://x.invalid/1.jpg"}, "[图片]"),
        ({"MsgType": "voice", "Recognition": "漏水了"}, "[语音] 漏水了"),
        ({"MsgType": "voice"}, "[语音]"),
        ({"MsgType": "location", "Label": "徐汇区"}, "[位置] 徐汇区"),
        ({"MsgType": "link", "Title": "说明书", "Url": "https://x.invalid/"}, "[链接] 说明书 https://x.invalid/"),
        ({"MsgType": "hologram"}, "[hologram]"),
    ],
)
def test_what_has_no_words_is_named(account: ChannelAccount, fields: dict[str, str], text: str) -> None:
    assert post(account, sent(**fields), APP)[0] == 200
    assert Message.objects.get().text == text


def test_what_makes_no_sense_stands_in_plain_sight(account: ChannelAccount) -> None:
    assert [post(account, one, APP)[0] for one in (sent(CreateTime="soon"), sent(FromUserName=""), "no")] == [200] * 3
    assert account.refused_calls.count() == 3
    assert not Message.objects.exists()


def test_an_event_opens_a_minute_for_those_who_wrote_once(account: ChannelAccount) -> None:
    def event(name: str, at: int) -> None:
        assert post(account, sent(MsgType="event", Event=name, CreateTime=at), APP) == (200, "success")

    now = int(time.time())
    event("subscribe", now)
    assert not Conversation.objects.filter(account=account).exists()
    post(account, sent(), APP)
    event("CLICK", now)
    assert place(account).reply_left == 5  # two days are more than a minute
    Conversation.objects.update(reply_until=timezone.now(), reply_left=0)
    event("VIEW", now)
    assert place(account).reply_left == 0
    event("SCAN", now)
    assert (place(account).reply_left, windows.open_now(place(account), "wechat_oa").now) == (3, True)
    Conversation.objects.update(reply_left=1)
    event("SCAN", now)  # the same once more
    assert place(account).reply_left == 1
    event("unsubscribe", now)
    assert not windows.open_now(place(account), "wechat_oa").now


def test_answers_go_out_and_are_counted(account: ChannelAccount, wechat: Platform) -> None:
    post(account, sent(), APP)
    for _number in range(2):
        delivery = answered(account, PERSON, conversation=place(account))
        assert (delivery.state, delivery.error) == ("delivered", "")
    assert wechat.at(SEND) == [{"touser": PERSON, "msgtype": "text", "text": {"content": "师傅今天下午到。"}}] * 2
    assert "师傅".encode() in next(one.raw for one in wechat.asked if one.path == SEND)  # no \\u…: it would be shown
    wanted = {"grant_type": "client_credential", "appid": APP, "secret": "s3cret", "force_refresh": False}
    assert wechat.at(STABLE) == [wanted]  # one token for both
    assert place(account).reply_left == 3


def test_a_shut_window_is_known_before_sending(account: ChannelAccount, wechat: Platform) -> None:
    post(account, sent(), APP)
    Conversation.objects.update(reply_left=0)
    assert answered(account, PERSON, conversation=place(account)).state == "failed"
    assert wechat.at(SEND) == []


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (45015, "failed", "48 小时"), (45047, "failed", "5 条回复"), (43004, "failed", "不再关注"),
        (40003, "failed", "不再关注"), (45002, "failed", "太长"), (87014, "failed", "违规"),
        (99999, "failed", "拒绝"), (45009, "queued", "用完"), (45011, "queued", "放慢"),
        (-1, "queued", "繁忙"), (48001, "queued", "认证"), (40164, "queued", "白名单"),
    ],
)  # fmt: skip
def test_what_wechat_refuses_is_said(
    account: ChannelAccount, wechat: Platform, code: int, state: str, words: str
) -> None:
    post(account, sent(), APP)
    wechat.answers[SEND] = (200, {"errcode": code, "errmsg": "why hint"})
    delivery = answered(account, PERSON, conversation=place(account))
    account.refresh_from_db()
    assert delivery.state == state
    assert words in delivery.error
    assert bool(account.paused_reason) == (code in {48001, 40164})
    assert (place(account).reply_left == 0) == (code in {45015, 45047, 43004, 40003})
    assert delivery.attempts == (1 if state == "failed" or code == -1 else 0)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_an_access_token_that_ended_is_fetched_anew_once(account: ChannelAccount, wechat: Platform, code: int) -> None:
    def said(asked: Asked) -> tuple[int, Any]:
        return 200, {"errcode": code if asked.query["access_token"] == ["t-1"] else 0, "errmsg": ""}

    wechat.answers[SEND] = said
    assert answered(account, PERSON).state == "delivered"
    assert [one["force_refresh"] for one in wechat.at(STABLE)] == [False, False]
    wechat.answers[SEND] = (200, {"errcode": code, "errmsg": "invalid credential"})
    assert answered(account, PERSON).state == "queued"
    account.refresh_from_db()
    assert "核对" in account.paused_reason
    assert len(wechat.at(SEND)) == 4


def test_a_token_wechat_insists_on_is_forced(account: ChannelAccount, wechat: Platform) -> None:
    def token(asked: Asked) -> tuple[int, Any]:
        return 200, {"access_token": "t-new" if asked.body["force_refresh"] else "t-old", "expires_in": 7200}

    def said(asked: Asked) -> tuple[int, Any]:
        return 200, {"errcode": 0 if asked.query["access_token"] == ["t-new"] else 42001}

    wechat.answers.update({STABLE: token, SEND: said})
    assert answered(account, PERSON).state == "delivered"
    assert [one["force_refresh"] for one in wechat.at(STABLE)] == [False, False, True]


@pytest.mark.parametrize(
    ("code", "words"), [(40125, "AppSecret"), (40013, "AppID"), (40164, "白名单"), (50007, "核对 ID 和密钥")]
)
def test_who_is_not_let_in_reads_why(account: ChannelAccount, wechat: Platform, code: int, words: str) -> None:
    wechat.answers[STABLE] = (200, {"errcode": code, "errmsg": "rid: 1"})
    with pytest.raises(TransportError, match=words) as error:
        connector("wechat_oa").check(account)
    assert error.value.pauses


def test_the_check_tells_who_we_are_and_a_new_secret_gets_a_new_token(
    account: ChannelAccount, wechat: Platform
) -> None:
    assert connector("wechat_oa").check(account) == APP
    accounts.change(account=account, given={"app_secret": "another"}, actor=SYSTEM)
    connector("wechat_oa").check(account)
    assert [one["secret"] for one in wechat.at(STABLE)] == ["s3cret", "another"]


def test_a_line_that_breaks_leaves_the_outcome_unknown(account: ChannelAccount, wechat: Platform) -> None:
    wechat.broken.add(SEND)
    assert answered(account, PERSON).state == "unknown"
    wechat.broken = {STABLE}
    accounts.change(account=account, given={"app_secret": "another"}, actor=SYSTEM)
    assert answered(account, PERSON).state == "queued"  # nothing was handed over yet


def test_too_long_an_answer_goes_out_in_pieces(account: ChannelAccount, wechat: Platform) -> None:
    assert answered(account, PERSON, text="热水器的漏水已经修好了。" * 80).state == "delivered"
    pieces = [one["text"]["content"] for one in wechat.at(SEND)]
    assert [len(piece.encode()) <= 2048 for piece in pieces] == [True, True]
    assert "".join(pieces) == "热水器的漏水已经修好了。" * 80


def test_libraries_of_others_call_us(account: ChannelAccount) -> None:
    at, nonce = str(int(time.time())), "n-2"
    [encrypt] = other_side(
        {"library": "wechat-crypto", "token": TOKEN, "key": KEY, "receiver": APP, "what": "encrypt",
         "text": sent(MsgId="from-node")}
    )  # fmt: skip
    [signed] = other_side(
        {"library": "wechat-crypto", "token": TOKEN, "key": KEY, "receiver": APP, "what": "sign", "timestamp": at,
         "nonce": nonce, "encrypt": encrypt}
    )  # fmt: skip
    query = {"timestamp": at, "nonce": nonce, "msg_signature": signed}
    assert raw(account, query, xml(ToUserName=APP, Encrypt=encrypt)) == (200, "success")
    body = WeChatCrypto(TOKEN, KEY, APP).encrypt_message(sent(MsgId="from-wechatpy"), nonce, at)
    query["msg_signature"] = body.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    assert raw(account, query, body) == (200, "success")
    assert set(Message.objects.values_list("external_id", flat=True)) == {"from-node", "from-wechatpy"}


def test_what_to_paste(account: ChannelAccount) -> None:
    pasted = {str(one.where): one for one in connector("wechat_oa").to_paste(account, "https://x.invalid/in/")}
    assert pasted["服务器地址(URL)"].value == "https://x.invalid/in/"
    assert (pasted["令牌(Token)"].value, pasted["令牌(Token)"].secret) == (TOKEN, True)
    assert Delivery.objects.count() == 0


def test_a_message_that_comes_late_does_not_shorten_the_window_of_a_newer_one(account: ChannelAccount) -> None:
    now = int(time.time())
    for number, at in (("1", now), ("2", now - 200)):
        assert post(account, sent(MsgId=number, CreateTime=at), APP)[0] == 200
    newer = datetime.datetime.fromtimestamp(now, datetime.UTC)
    assert place(account).reply_until == newer + datetime.timedelta(hours=48)
    assert Message.objects.count() == 2
