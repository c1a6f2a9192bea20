"""Weibo private messages in both directions, by the platform's published signature and example message."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st

from huixiang.channels.contracts import Call, NotGenuine, TransportError, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.weibo.inbound import heard, signature_of
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

FIXTURES = Path(__file__).parent / "fixtures"
VECTOR = json.loads((FIXTURES / "vector.json").read_text())
TEXT = json.loads((FIXTURES / "text.json").read_text())
SECRET, REPLY = VECTOR["app_secret"], "/2/messages/reply.json"


@pytest.fixture
def weibo() -> Iterator[Platform]:
    with platform() as found:
        found.answers[REPLY] = (200, {"result": True, "receiver_id": 2489518277, "type": "text"})
        found.answers["/oauth2/get_token_info"] = (200, {"uid": 1902538057, "expire_in": 157679471})
        yield found


@pytest.fixture
def account(workspace: Workspace, weibo: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    given = {"app_secret": SECRET, "access_token": "2.00abc", "api": f"{weibo.address}/2", "token_api": weibo.address}
    return connected(workspace, "weibo", **given)


def said(text: str = "充电口打不开", **changed: Any) -> dict[str, Any]:
    return {**TEXT, "created_at": datetime.now(UTC).strftime("%a %b %d %H:%M:%S %z %Y"), "text": text, **changed}


def post(account: ChannelAccount, body: Any, *, nonce: str = "57155157", age: int = 0, secret: str = SECRET) -> int:
    at = str(int((time.time() - age) * 1000))
    return called(account, body, {"timestamp": at, "nonce": nonce, "signature": signature_of(secret, at, nonce)})


def called(account: ChannelAccount, body: Any, query: dict[str, str]) -> int:
    address = f"/in/weibo/{account.token}/?{urlencode(query)}"
    return Client().post(address, json.dumps(body), content_type="application/json").status_code


def test_the_published_check_of_the_address_is_answered_and_not_when_touched_or_old(account: ChannelAccount) -> None:
    def asked(later: int = 0, **changed: str) -> str:
        query = {name: VECTOR[name] for name in ("timestamp", "nonce", "signature")} | {"echostr": "dnPdpTZz85"}
        at = datetime.fromtimestamp(int(VECTOR["timestamp"]) / 1000 + later, UTC)
        return connector("weibo").hear(account, Call("GET", {**query, **changed}, {}, b"", at)).answer.body

    assert asked() == "dnPdpTZz85"
    wrongs: list[dict[str, Any]] = [{"nonce": "57155158"}, {"signature": "0" * 40}, {"later": 301}, {"later": -301}]
    for wrong in wrongs:
        with pytest.raises(NotGenuine):
            asked(**wrong)


def test_a_message_is_taken_once_and_can_be_answered_for_two_days(account: ChannelAccount) -> None:
    one = said()
    assert [post(account, one, nonce="1"), post(account, one, nonce="2"), post(account, said("还有"), nonce="3")] == [
        200
    ] * 3
    read = list(Message.objects.filter(account=account).order_by("id").values_list("text", "author_id", "private"))
    assert read == [("充电口打不开", "2489518277", True), ("还有", "2489518277", True)]
    kept = Conversation.objects.get(account=account)
    assert 47 < (kept.reply_until - datetime.now(UTC)).total_seconds() / 3600 <= 48  # type: ignore[operator]


def test_what_is_tampered_with_or_stale_is_refused_and_a_signature_serves_one_body(account: ChannelAccount) -> None:
    assert [post(account, said(), secret="guessed"), post(account, said(), age=301)] == [401, 401]
    at = str(int(time.time() * 1000))
    query = {"timestamp": at, "nonce": "9", "signature": signature_of(SECRET, at, "9")}
    first = said()
    assert [called(account, body, query) for body in (first, first, said("换了内容"))] == [200, 200, 401]
    assert Message.objects.filter(account=account).count() == 1


def test_events_are_passed_over_pictures_said_and_xml_told(account: ChannelAccount) -> None:
    assert post(account, said(type="event", data={"subtype": "follow"}), nonce="1") == 200
    assert post(account, said(text="", type="image", data={"tovfid": 123}), nonce="2") == 200
    [read] = Message.objects.filter(account=account)
    assert read.text.strip()
    with pytest.raises(Unreadable, match="JSON"):
        heard(Call("POST", {}, {}, b"<xml></xml>", datetime.now(UTC)))


def test_an_answer_is_a_form_with_json_inside(account: ChannelAccount, weibo: Platform) -> None:
    assert connector("weibo").check(account) == "1902538057"
    assert answered(account, "2489518277", "已修好 & 谢谢").state == "delivered"
    [form] = weibo.at(REPLY)
    assert json.loads(form.pop("data")) == {"text": "已修好 & 谢谢"}
    assert form == {"access_token": "2.00abc", "type": "text", "receiver_id": "2489518277", "save_sender_box": "1"}


def test_a_token_that_has_ended_is_said_by_the_check(account: ChannelAccount, weibo: Platform) -> None:
    weibo.answers["/oauth2/get_token_info"] = (200, {"uid": 1, "expire_in": -5})
    with pytest.raises(TransportError) as ended:
        connector("weibo").check(account)
    assert ended.value.pauses


def test_without_a_token_messages_come_in_and_answers_wait(account: ChannelAccount, weibo: Platform) -> None:
    account.settings["access_token"] = ""
    account.save()
    assert post(account, said()) == 200
    assert answered(account, "2489518277").state == "queued"
    account.refresh_from_db()
    assert (bool(account.paused_reason), weibo.asked) == (True, [])


@pytest.mark.parametrize(
    ("said", "state", "paused"),
    [
        ((403, {"error": "expired_token", "error_code": 21327}), "queued", True),
        ((403, {"error": "ip limit", "error_code": 10022}), "queued", False),
        ((400, {"error": "replied or too late", "error_code": 26403}), "failed", False),
        ((200, {"result": False}), "failed", False),
    ],
)
def test_what_weibo_refuses_decides_what_follows(
    account: ChannelAccount, weibo: Platform, said: Any, state: str, paused: bool
) -> None:
    weibo.answers[REPLY] = said
    delivery = answered(account, "2489518277")
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)


def test_a_line_that_breaks_while_answering_leaves_it_open_whether_it_arrived(
    account: ChannelAccount, weibo: Platform
) -> None:
    weibo.broken = {REPLY}
    assert answered(account, "2489518277").state == "unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["text", "image"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(TEXT)), inner, max_size=6),
    max_leaves=8,
)


@fuzzing(max_examples=120, deadline=None)
@given(place=st.sampled_from(sorted(TEXT)), put=JSON, whole=JSON, raw=st.binary(max_size=60))
def test_whatever_is_sent_is_a_message_or_unreadable(place: str, put: Any, whole: Any, raw: bytes) -> None:
    for body in (json.dumps({**TEXT, place: put}).encode(), json.dumps(whole).encode(), raw):
        with suppress(Unreadable):
            found = heard(Call("POST", {}, {}, body, datetime.now(UTC)))
            assert all(one.external_id and one.author_id for one in found.messages)
