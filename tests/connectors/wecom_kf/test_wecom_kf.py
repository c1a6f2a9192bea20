"""WeCom customer service: we are told, we fetch until there is no more, we answer, and read what was not brought."""

import copy
import datetime
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from huixiang.channels import windows
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, Health
from huixiang.intake.asking import ask, ask_due
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Asked, Platform, answered, connected, platform
from tests.connectors.wechat.calls import KEY, TOKEN, get, other_side, post, raw, xml

EXAMPLE = json.loads((Path(__file__).parent / "fixtures" / "sync_msg.json").read_text(encoding="utf-8"))
CORP, PLACE, PERSON = "ww12345678910", "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q", "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw"
SEND, SYNC = "/cgi-bin/kf/send_msg", "/cgi-bin/kf/sync_msg"
LIST, NAMES = "/cgi-bin/kf/account/list", "/cgi-bin/kf/customer/batchget"
CALLBACK = "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR"
DONE = {"errcode": 0, "errmsg": "ok", "next_cursor": "end", "has_more": 0, "msg_list": []}


@pytest.fixture
def wecom(empty_cache: None, settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers["/cgi-bin/gettoken"] = (200, {"errcode": 0, "access_token": "t-1", "expires_in": 7200})
        found.answers[SEND] = (200, {"errcode": 0, "errmsg": "ok", "msgid": "MSG_ID"})
        found.answers[SYNC] = (200, DONE)
        kept = [{"open_kfid": PLACE, "name": "售后", "manage_privilege": True}]
        found.answers[LIST] = (200, {"errcode": 0, "account_list": kept})
        found.answers[NAMES] = (200, {"errcode": 0, "customer_list": [{"external_userid": PERSON, "nickname": "阿澈"}]})
        yield found


@pytest.fixture
def account(workspace: Workspace, wecom: Platform) -> ChannelAccount:
    given = {"corp_id": CORP, "app_secret": "s3cret", "token": TOKEN, "aes_key": KEY, "api": wecom.address}
    return connected(workspace, "wecom_kf", **given)


def news(**fields: Any) -> str:
    given = {"ToUserName": CORP, "CreateTime": int(time.time()), "MsgType": "event", "Event": "kf_msg_or_event"}
    return xml(**{**given, "Token": CALLBACK, "OpenKfId": PLACE, **fields})


def page(*messages: dict[str, Any], cursor: str = "c-1", more: int = 0) -> dict[str, Any]:
    return {**DONE, "next_cursor": cursor, "has_more": more, "msg_list": list(messages)}


def written(msgid: str, text: str = "又漏了", **fields: Any) -> dict[str, Any]:
    given = {"msgid": msgid, "open_kfid": PLACE, "external_userid": PERSON, "send_time": int(time.time()), "origin": 3}
    return {**given, "msgtype": "text", "text": {"content": text}, **fields}


def example() -> dict[str, Any]:
    """The documents' page, as if it were of now; one message stays without a time."""
    found = copy.deepcopy(EXAMPLE)
    for one in found["msg_list"]:
        one["send_time"] = int(time.time()) if one["send_time"] == 0 else one["send_time"]
    return found


def place(account: ChannelAccount) -> Conversation:
    return Conversation.objects.get(account=account, external_id=f"@{PERSON}")


def test_a_call_says_only_that_there_is_something_and_it_is_fetched_until_there_is_no_more(
    account: ChannelAccount, wecom: Platform
) -> None:
    pages = iter([example(), page(written("m-2"), cursor="c-2", more=1), page(cursor="c-3")])
    wecom.answers[SYNC] = lambda _asked: (200, next(pages))
    assert post(account, news(), CORP) == (200, "")
    assert not wecom.asked  # nothing slow before the answer
    assert ProcrastinateJob.objects.filter(task_name="intake.ask", args={"account_id": str(account.id)}).count() == 1
    assert ask(account.id) == 3
    asked = wecom.at(SYNC)
    assert [(one["cursor"], one["open_kfid"]) for one in asked] == [
        ("", PLACE), ("4gw7MepFLfgF2VC5npN", PLACE), ("c-2", PLACE)
    ]  # fmt: skip
    assert {one["token"] for one in asked} == {CALLBACK}
    texts = set(Message.objects.values_list("text", "author_id", "author_name"))
    first = ("热水器漏水，地板都泡了", "[位置] 广州国际媒体港 广东省广州市海珠区", "又漏了")
    assert texts == {(one, PERSON, "阿澈") for one in first}
    assert account.refused_calls.count() == 1  # the one without a time
    assert Health.objects.get(account=account).cursor == {"places": {PLACE: "c-3"}}


def test_what_comes_again_is_stored_once_and_the_place_is_kept(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[SYNC] = (200, page(written("m-1"), written("m-1")))
    assert [ask(account.id), ask(account.id)] == [2, 2]
    assert Message.objects.count() == 1
    assert [(one["cursor"], "token" in one) for one in wecom.at(SYNC)] == [("", False), ("c-1", False)]


def test_it_is_asked_on_its_own_too(account: ChannelAccount, wecom: Platform) -> None:
    assert ask_due() == 1
    ask(account.id)
    assert ask_due() == 0
    Health.objects.update(asks_next_at=timezone.now())
    assert ask_due() == 1


def test_a_place_that_does_not_move_ends_the_round(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[SYNC] = (200, page(written("m-1"), more=1))
    ask(account.id)
    assert len(wecom.at(SYNC)) == 2


def test_a_token_wecom_does_not_take_is_left_out(account: ChannelAccount, wecom: Platform) -> None:
    def said(asked: Asked) -> tuple[int, Any]:
        return 200, {"errcode": 95007, "errmsg": "invalid msg token"} if "token" in asked.body else page(written("m-1"))

    wecom.answers[SYNC] = said
    post(account, news(), CORP)
    assert [ask(account.id), ask(account.id)] == [1, 1]
    assert ["token" in one for one in wecom.at(SYNC)] == [True, False, False]


def test_without_names_messages_come_in_all_the_same(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[SYNC] = (200, page(written("m-1")))
    wecom.answers[NAMES] = (200, {"errcode": 48002, "errmsg": "api forbidden"})
    assert ask(account.id) == 1
    assert Message.objects.get().author_name == ""


def test_several_service_accounts_have_places_of_their_own(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[LIST] = (200, {"account_list": [
        {"open_kfid": "wkAAAA", "name": "一"}, {"open_kfid": "wkBBBB", "name": "二", "manage_privilege": True},
        {"open_kfid": "wkCCCC", "name": "三", "manage_privilege": False},
    ]})  # fmt: skip
    wecom.answers[SYNC] = lambda asked: (200, page(cursor=asked.body["open_kfid"] + "-1"))
    ask(account.id)
    assert Health.objects.get(account=account).cursor["places"] == {"wkAAAA": "wkAAAA-1", "wkBBBB": "wkBBBB-1"}
    assert connector("wecom_kf").check(account) == "一, 二"


def test_calls_that_are_not_genuine_fetch_nothing(account: ChannelAccount) -> None:
    assert post(account, news(), CORP, token="guessed")[0] == 401
    assert post(account, news(), CORP, signed_as="another")[0] == 401
    assert post(account, news(), CORP, age=301)[0] == 401
    assert post(account, news(), "ww0000000000000000")[0] == 401
    health = Health.objects.get(account=account)
    assert (health.not_genuine, health.last_in_at) == (4, None)
    assert post(account, news(), CORP) == post(account, news(), CORP) == (200, "")


def test_a_library_of_others_checks_the_address_and_calls(account: ChannelAccount) -> None:
    at, side = str(int(time.time())), {"library": "@wecom/crypto", "token": TOKEN, "key": KEY, "receiver": CORP}
    echo, call = other_side(*({**side, "what": "encrypt", "text": text} for text in ("1616140317555161061", news())))
    signed = other_side(
        *({**side, "what": "sign", "timestamp": at, "nonce": "n", "encrypt": one} for one in (echo, call))
    )
    query = {"timestamp": at, "nonce": "n", "msg_signature": signed[0], "echostr": echo}
    assert get(account, query) == (200, "1616140317555161061")
    query = {"timestamp": at, "nonce": "n", "msg_signature": signed[1]}
    assert raw(account, query, xml(ToUserName=CORP, Encrypt=call)) == (200, "")


def test_an_answer_goes_out_with_our_id_from_the_account_they_wrote_to(
    account: ChannelAccount, wecom: Platform
) -> None:
    wecom.answers[SYNC] = (200, page(written("m-1", open_kfid="wkOTHER")))
    ask(account.id)
    left = windows.open_now(place(account), "wecom_kf")
    assert (left.now, left.left) == (True, 5)
    assert left.until is not None
    assert left.until - timezone.now() == pytest.approx(datetime.timedelta(hours=48), abs=datetime.timedelta(seconds=5))
    delivery = answered(account, PERSON, conversation=place(account))
    assert (delivery.state, delivery.error) == ("delivered", "")
    assert wecom.at(SEND) == [{
        "touser": PERSON, "open_kfid": "wkOTHER", "msgid": delivery.id.hex, "msgtype": "text",
        "text": {"content": "师傅今天下午到。"},
    }]  # fmt: skip
    assert place(account).reply_left == 4


def test_a_line_that_breaks_is_tried_again_under_the_same_id(account: ChannelAccount, wecom: Platform) -> None:
    wecom.broken.add(SEND)
    delivery = answered(account, PERSON)
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    wecom.broken.clear()
    Delivery.objects.update(next_attempt_at=timezone.now())
    assert answered(account, "another").state == "delivered"
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert [one["msgid"] for one in wecom.at(SEND)].count(delivery.id.hex) == 2


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (95018, "failed", "请在企业微信里回"), (95001, "failed", "5 条回复"), (95002, "failed", "48 小时"),
        (95000, "failed", "客服账号已不在"), (45009, "queued", "放慢"), (60020, "queued", "可信 IP"),
        (77777, "failed", "拒绝"),
    ],
)  # fmt: skip
def test_what_wecom_refuses_is_said(
    account: ChannelAccount, wecom: Platform, code: int, state: str, words: str
) -> None:
    wecom.answers[SYNC] = (200, page(written("m-1")))
    ask(account.id)
    wecom.answers[SEND] = (200, {"errcode": code, "errmsg": "why"})
    delivery = answered(account, PERSON, conversation=place(account))
    account.refresh_from_db()
    assert delivery.state == state
    assert words in delivery.error
    assert bool(account.paused_reason) == (code == 60020)
    assert (place(account).reply_left == 0) == (code in {95001, 95002})


@pytest.mark.parametrize(("number", "words"), [(4, "48 小时"), (6, "5 条回复"), (10, "拒收"), (0, "没能送到")])
def test_what_wecom_could_not_bring_has_failed_after_all(
    account: ChannelAccount, wecom: Platform, number: int, words: str
) -> None:
    text = "热水器的漏水已经修好了。" * 80
    whole, parted = answered(account, PERSON), answered(account, PERSON, text=text)
    ids = [one["msgid"] for one in wecom.at(SEND)]
    failures = [
        {"msgid": f"e-{n}", "origin": 4, "send_time": 1, "msgtype": "event", "event": {
            "event_type": "msg_send_fail", "open_kfid": PLACE, "external_userid": PERSON, "fail_msgid": one,
            "fail_type": number,
        }} for n, one in enumerate([ids[0], ids[2], "0" * 32])
    ]  # fmt: skip
    wecom.answers[SYNC] = (200, page(*failures))
    assert [ask(account.id), ask(account.id)] == [0, 0]
    for delivery in (whole, parted):
        delivery.refresh_from_db()
        assert delivery.state == "failed"
        assert words in delivery.error


def test_who_wrote_to_an_account_nobody_knows_is_not_answered_by_chance(
    account: ChannelAccount, wecom: Platform
) -> None:
    wecom.answers[LIST] = (200, {"account_list": [{"open_kfid": "wkAAAA"}, {"open_kfid": "wkBBBB"}]})
    delivery = answered(account, PERSON)
    assert (delivery.state, "哪个客服账号" in delivery.error) == ("failed", True)
    assert wecom.at(SEND) == []


def test_an_application_that_serves_no_account_is_told_what_to_do(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[LIST] = (200, {"account_list": []})
    with pytest.raises(TransportError, match="没有可管理的客服账号"):
        connector("wecom_kf").check(account)


def test_trouble_while_fetching_is_said_and_fetched_later(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[SYNC] = (200, {"errcode": 45009, "errmsg": "api freq out of limit"})
    assert ask(account.id) == 0
    health = Health.objects.get(account=account)
    assert "放慢" in health.error
    assert health.cursor == {}
    tries = itertools.count()
    wecom.answers[SYNC] = lambda _asked: (200, page(written(f"m-{next(tries)}")))
    assert ask(account.id) == 1
