"""The QQ bot in both directions; signatures by an implementation of Ed25519 that is not ours."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey

from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.channels.contracts import Call, NotGenuine, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.tasks import deliver
from huixiang.connectors.qq_bot.inbound import heard, key_of
from huixiang.intake.models import Message
from huixiang.kernel.crypto import encrypt
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.connectors.loopback import Platform, answered, connected, platform
from tests.factories.jobs import run_waiting

FIXTURES = Path(__file__).parent / "fixtures"
VECTOR = json.loads((FIXTURES / "vector.json").read_text())
EVENTS = json.loads((FIXTURES / "events.json").read_text())
SECRET = VECTOR["qq_validation"]["secret"]
PERSON, GROUP = "E4F4AEA33253A2797FB897C50B81D7ED", "C9F778FE6ADF9D1D1DBE395BF744A33A"
ALONE, INTO = f"/v2/users/{PERSON}/messages", f"/v2/groups/{GROUP}/messages"


@pytest.fixture
def qq() -> Iterator[Platform]:
    with platform() as found:
        sent = (200, {"id": "1", "timestamp": 1})
        found.answers = dict.fromkeys((ALONE, INTO, "/channels/100010/messages", "/dms/98700000000009/messages"), sent)
        found.answers["/app/getAppAccessToken"] = (200, {"access_token": "T-1", "expires_in": "7200"})
        found.answers["/users/@me"] = (200, {"id": "9", "username": "回响助手"})
        found.answers["/users/@me/dms"] = (200, {"guild_id": "98700000000009", "channel_id": "7"})
        yield found


@pytest.fixture
def account(workspace: Workspace, qq: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return connected(workspace, "qq_bot", app_id="11111111", secret=SECRET, api=qq.address, token_api=qq.address)


def signing(secret: str) -> SigningKey:
    return SigningKey((secret * 32)[:32].encode())


def event(name: str, **changed: Any) -> dict[str, Any]:
    body: dict[str, Any] = copy.deepcopy(EVENTS[name])
    body["d"] |= {"timestamp": datetime.now(UTC).isoformat(timespec="seconds"), **changed}
    return body


def post(account: ChannelAccount, body: Any, *, age: int = 0, secret: str = SECRET) -> Any:
    """A call signed by libsodium."""
    raw, at = json.dumps(body).encode(), str(int(time.time()) - age)
    headers = {"X-Signature-Timestamp": at, "X-Bot-Appid": "11111111"}
    headers["X-Signature-Ed25519"] = signing(secret).sign(at.encode() + raw).signature.hex()
    return Client().post(f"/in/qq_bot/{account.token}/", raw, content_type="application/json", headers=headers)


def test_the_published_check_of_the_address_is_answered_and_libsodium_takes_it(account: ChannelAccount) -> None:
    asked = VECTOR["qq_validation"]
    body = {"d": {"plain_token": asked["plain_token"], "event_ts": asked["event_ts"]}, "op": 13}
    with time_machine.travel(int(asked["event_ts"]) + 1):
        answer = Client().post(f"/in/qq_bot/{account.token}/", json.dumps(body), content_type="application/json")
    said = json.loads(answer.content)
    assert said == {"plain_token": asked["plain_token"], "signature": asked["signature"]}
    public = VerifyKey(key_of(SECRET).public_key().public_bytes_raw())
    public.verify(f"{asked['event_ts']}{asked['plain_token']}".encode(), bytes.fromhex(said["signature"]))


def test_the_check_signs_nothing_an_event_could_be_made_of(account: ChannelAccount) -> None:
    forged = {"op": 13, "d": {"event_ts": str(int(time.time())), "plain_token": json.dumps(event("alone"))}}
    answer = Client().post(f"/in/qq_bot/{account.token}/", json.dumps(forged), content_type="application/json")
    assert answer.content == b""
    assert account.refused_calls.count() == 1


def as_published(account: ChannelAccount, *, more: bytes = b"", later: int = 0) -> Any:
    asked = VECTOR["qq_dispatch"]
    account.settings = {**account.settings, "secret": encrypt(asked["secret"])}
    assert key_of(asked["secret"]).public_key().public_bytes_raw().hex() == asked["public_key"]
    headers = {"x-signature-timestamp": asked["timestamp"], "x-signature-ed25519": asked["signature"]}
    at = datetime.fromtimestamp(int(asked["timestamp"]) + later, UTC)
    return connector("qq_bot").hear(account, Call("POST", {}, headers, asked["body"].encode() + more, at))


def test_the_published_event_is_genuine_and_not_when_touched_or_old(account: ChannelAccount) -> None:
    assert json.loads(as_published(account).answer.body) == {"op": 12}
    for wrong in ({"more": b" "}, {"later": 301}, {"later": -301}):
        with pytest.raises(NotGenuine):
            as_published(account, **wrong)


def test_messages_are_taken_once_with_their_place_and_window(account: ChannelAccount) -> None:
    for name in ("alone", "group", "channel", "direct"):
        assert [post(account, event(name)).status_code for _time in range(2)] == [200, 200]
    read = {one.text: one for one in Message.objects.filter(account=account)}
    assert sorted(read) == ["充电口打不开", "热水器漏水", "私下说", "续航不对"]
    assert (read["热水器漏水"].author_id, read["热水器漏水"].private) == (PERSON, True)
    assert read["充电口打不开"].author_id == f"{GROUP}:{PERSON}"
    assert read["续航不对"].author_id == read["私下说"].author_id == "guild:18700000000001:1234"
    kept = Conversation.objects.get(account=account, external_id=f"@{PERSON}")
    assert (kept.reply_left, (kept.reply_until - datetime.now(UTC)).total_seconds() > 3500) == (5, True)  # type: ignore[operator]
    group = Conversation.objects.get(account=account, external_id=f"v2/groups/{GROUP}")
    assert 200 < (group.reply_until - datetime.now(UTC)).total_seconds() <= 300  # type: ignore[operator]


def test_what_is_tampered_with_or_stale_is_refused(account: ChannelAccount) -> None:
    assert post(account, event("alone"), secret="guessed").status_code == 401
    assert post(account, event("alone"), age=301).status_code == 401
    unsigned = Client().post(
        f"/in/qq_bot/{account.token}/", json.dumps(event("alone")), content_type="application/json"
    )
    assert unsigned.status_code == 401
    assert not Message.objects.exists()


def test_answers_carry_the_message_they_answer(account: ChannelAccount, qq: Platform) -> None:
    for name in ("alone", "group", "channel", "direct"):
        post(account, event(name))
    place = {one.external_id: one for one in Conversation.objects.filter(account=account)}
    person, group, channel = place[f"@{PERSON}"], place[f"v2/groups/{GROUP}"], place["channels/100010"]
    sent = [
        answered(account, PERSON, conversation=person),
        answered(account, f"{GROUP}:{PERSON}", conversation=group, into_group=True),
        answered(account, "guild:18700000000001:1234", conversation=channel, into_group=True),
        answered(account, "guild:18700000000001:1234", conversation=place["@guild:18700000000001:1234"]),
    ]
    assert [one.state for one in sent] == ["delivered"] * 4
    [alone], [into] = qq.at(ALONE), qq.at(INTO)
    assert (alone["msg_id"], alone["msg_type"]) == (EVENTS["alone"]["d"]["id"], 0)
    assert alone["msg_seq"] == int(sent[0].id.hex[-7:], 16)
    assert into["msg_id"] == EVENTS["group"]["d"]["id"]
    assert qq.at("/channels/100010/messages")[0]["msg_id"] == EVENTS["channel"]["d"]["id"]
    assert qq.at("/dms/98700000000009/messages")[0]["msg_id"] == EVENTS["direct"]["d"]["id"]
    person.refresh_from_db()
    assert person.reply_left == 4
    assert len(qq.at("/app/getAppAccessToken")) == 1  # kept
    assert qq.asked[-1].headers["authorization"] == "QQBot T-1"


def test_a_member_of_a_group_cannot_be_written_to_alone(account: ChannelAccount, qq: Platform) -> None:
    post(account, event("group"))
    group = Conversation.objects.get(account=account, external_id=f"v2/groups/{GROUP}")
    delivery = answered(account, f"{GROUP}:{PERSON}", conversation=group)
    assert (delivery.state, bool(delivery.error), qq.at(INTO)) == ("failed", True, [])


def test_after_the_window_nothing_is_sent(account: ChannelAccount, qq: Platform) -> None:
    post(account, event("alone"))
    Conversation.objects.filter(account=account).update(reply_until=datetime.now(UTC) - timedelta(seconds=1))
    delivery = answered(account, PERSON, conversation=Conversation.objects.get(account=account))
    assert (delivery.state, qq.at(ALONE)) == ("failed", [])


def test_a_token_that_is_over_is_fetched_anew_once(account: ChannelAccount, qq: Platform) -> None:
    tokens = iter(["T-1", "T-2"])
    qq.answers["/app/getAppAccessToken"] = lambda _asked: (200, {"access_token": next(tokens), "expires_in": "7200"})
    qq.answers["/users/@me"] = lambda asked: (
        (200, {"username": "回响助手"}) if asked.headers["authorization"] == "QQBot T-2" else (401, {"code": 11244})
    )
    assert connector("qq_bot").check(account) == "回响助手"
    assert connector("qq_bot").check(account) == "回响助手"
    assert len(qq.at("/app/getAppAccessToken")) == 2


@pytest.mark.parametrize(
    ("said", "state", "paused"),
    [
        ((400, {"code": 40034128, "message": "msg_id expired"}), "failed", False),
        ((400, {"code": 40054010, "message": "url not allowed"}), "failed", False),
        ((400, {"code": 22009, "message": "msg limit exceed"}), "queued", False),
        ((401, {"code": 11298, "message": "ip not in whitelist"}), "queued", True),
        ((400, {"code": 40054005, "message": "消息被去重"}), "failed", False),
    ],
)
def test_what_qq_refuses_decides_what_follows(
    account: ChannelAccount, qq: Platform, said: Any, state: str, paused: bool
) -> None:
    qq.answers[ALONE] = said
    delivery = answered(account, PERSON)
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)


def test_a_secret_qq_does_not_know_pauses(account: ChannelAccount, qq: Platform) -> None:
    qq.answers["/app/getAppAccessToken"] = (200, {"code": 100007, "message": "appid invalid"})
    answered(account, PERSON)
    account.refresh_from_db()
    assert "appid invalid" in account.paused_reason


def test_a_double_after_a_broken_line_counts_as_sent(account: ChannelAccount, qq: Platform) -> None:
    qq.broken = {ALONE}
    delivery = answered(account, PERSON)
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    qq.broken, qq.answers[ALONE] = set(), (400, {"code": 40054005, "message": "消息被去重"})
    delivery.next_attempt_at = datetime.now(UTC)
    delivery.save()
    deliver(str(account.id))
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


NAMES = [
    "author",
    "content",
    "id",
    "timestamp",
    "group_openid",
    "channel_id",
    "guild_id",
    "attachments",
    "user_openid",
    "member_openid",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.just("2021-05-20T15:14:58+08:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=12,
)


@fuzzing(max_examples=120, deadline=None)
@given(kind=st.sampled_from(sorted(EVENTS)), place=st.sampled_from(NAMES), put=JSON, whole=JSON)
def test_whatever_is_sent_is_a_message_or_unreadable(kind: str, place: str, put: Any, whole: Any) -> None:
    for said in ({**EVENTS[kind]["d"], place: put}, whole):
        with suppress(Unreadable):
            assert all(one.external_id for one in heard({**EVENTS[kind], "d": said}).messages)


def test_somebody_of_a_group_is_answered_in_it_and_the_desk_offers_nothing_else(
    account: ChannelAccount, qq: Platform, client_of: Callable[[Membership], Client], operator: Membership
) -> None:
    post(account, event("group", content=factories.BLACK_SCREEN))
    run_waiting()
    case = Case.objects.get()
    desk, address = client_of(operator), reverse("desk:case", args=[account.workspace.slug, case.id])
    page = desk.get(address)
    assert (page.context["lane"], page.context["route"], page.context["no_way"]) == ("public", None, False)
    with pytest.raises(Refused):
        reply(case=case, by=operator, text="您好", lane="private")
    reply(case=case, by=operator, text="您好，我们在查", lane="public")
    deliver(str(account.id))
    assert [one.path for one in qq.asked if one.path == INTO] == [INTO]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6), tick=False):
        page = desk.get(address)
        assert (page.context["lane"], page.context["no_way"]) == ("internal", False)
        assert page.context["shut"].label == case.conversation.group  # type: ignore[union-attr]
