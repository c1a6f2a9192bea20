"""Every vector of the platforms' documents at the address that platform would call: taken, and its likenesses not.

Each is called as it was signed, at the second it was signed; then again, which doubles nothing; then with something in
it changed; then six minutes later. What signs no time says so. `BY_HAND` names the tests of those that are no calls.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks import receiving
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.kernel.crypto import encrypt
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import connected
from tests.connectors.wechat.calls import xml

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "vectors.json").read_text(encoding="utf-8"))
BY_HAND = {
    "feishu_aes": ("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "feishu/test_calls.py"),
    "wechat_encrypt_second": ("wechat_encrypt_second", "wechat/test_crypto.py"),
    "robot_signs_compared": ("9c8jyYUaQyFODUeeixjj9FQWXRaQX4xNfPA0XiY/+qA=", "dingtalk/test_calls.py"),
}  # fmt: skip
SIX_MINUTES = 360
REFUSED = 401
FORUM = "https://forum.invalid"
ADDRESS = "published"  # of the signed webhook


@dataclass(frozen=True)
class Published:
    """One call of the documents: to which kind of account, what of it is touched, and what it brings."""

    kind: str
    settings: Mapping[str, Any]
    at: float  # seconds; when it was signed
    touched: Mapping[str, Any]
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    media_type: str = "application/json"
    answered: int = 200
    messages: int = 0
    signs_its_time: bool = True


def picked(vector: Mapping[str, str], *names: str, **changed: str) -> dict[str, str]:
    return {name: vector[name] for name in names} | changed


def of_wechat() -> dict[str, Published]:
    vector = VECTORS["wechat_oa_safe_mode"]
    settings = {
        "app_id": vector["app_id"], "app_secret": "s", "token": vector["token"],
        "aes_key": vector["encoding_aes_key"],
    }  # fmt: skip
    check, post, plain = vector["url_check"], vector["encrypted_post"], vector["plain_post"]
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": post["encrypt"]})
    asked = picked(check, "timestamp", "nonce", "signature", "echostr")
    checked = Published(
        "wechat_oa", settings, int(check["timestamp"]), {"query": {**asked, "nonce": "1"}}, "GET", query=asked
    )
    return {
        "wechat_oa_safe_mode url_check": checked,
        "wechat_oa_safe_mode encrypted_post": replace(
            checked, method="POST", at=int(post["timestamp"]), body=body,
            touched={"body": body.replace("+qdx1", "+qdx2")},
            query=picked(post, "timestamp", "nonce", "signature", "msg_signature"),
        ),
        # Signed rightly, and yet not taken: whoever has seen the token of an open call could write anything into it.
        "wechat_oa_safe_mode plain_post": replace(
            checked, method="POST", at=int(plain["timestamp"]), body=xml(MsgType="text", Content="x", MsgId=1),
            query=picked(plain, "timestamp", "nonce", "signature"), touched={"body": "<xml></xml>"}, answered=REFUSED,
        ),
        # The same call, to an account of another name.
        "wechat_oa_safe_mode must_reject": replace(
            checked, method="POST", at=int(post["timestamp"]), body=body, touched={"body": "{}"}, answered=REFUSED,
            settings={**settings, "app_id": "wx0000000000000000"},
            query=picked(post, "timestamp", "nonce", "signature", "msg_signature"),
        ),
    }  # fmt: skip


def of_wecom(name: str) -> dict[str, Published]:
    vector = VECTORS[name]
    settings = {
        "corp_id": vector["corp_id"], "agent_id": "218", "app_secret": "s", "token": vector["token"],
        "aes_key": vector["encoding_aes_key"],
    }  # fmt: skip
    echo, sent = vector["echo"], vector["message"]
    asked = picked(echo, "msg_signature", "timestamp", "nonce", "echostr")
    body = xml(ToUserName=vector["corp_id"], Encrypt=sent["encrypt"], AgentID="218")
    checked = Published(
        "wecom_app", settings, int(echo["timestamp"]), {"query": {**asked, "echostr": asked["echostr"].lower()}}, "GET",
        query=asked,
    )  # fmt: skip
    return {
        f"{name} echo": checked,
        f"{name} message": replace(
            checked, method="POST", at=int(sent["timestamp"]), body=body, messages=1, media_type="text/xml",
            query=picked(sent, "msg_signature", "timestamp", "nonce"),
            touched={"body": body.replace(sent["encrypt"][:8], "AAAAAAAA")},
        ),
    }  # fmt: skip


def of_dingtalk(name: str) -> dict[str, Published]:
    vector = VECTORS[name]
    settings = {
        "mode": "http", "corp_id": vector["receiver"], "client_id": "other", "client_secret": "s",
        "event_token": vector["token"], "event_key": vector["aes_key"],
    }  # fmt: skip
    body = {"encrypt": vector["encrypt"]}
    touched = {"body": json.dumps({"encrypt": "Z" + vector["encrypt"][1:]})}
    query = picked(vector, "timestamp", "nonce", "signature")
    return {
        name: Published(
            "dingtalk", settings, int(vector["timestamp"]) / 1000, touched, query=query, body=json.dumps(body)
        )
    }


def of_qq() -> dict[str, Published]:
    check, sent = VECTORS["qq_validation"], VECTORS["qq_dispatch"]
    asked = {"plain_token": check["plain_token"], "event_ts": check["event_ts"]}
    headers = {"x-signature-timestamp": sent["timestamp"], "x-signature-ed25519": sent["signature"]}
    dispatch = Published(
        "qq_bot", {"app_id": "11111111", "secret": sent["secret"]}, int(sent["timestamp"]),
        {"body": sent["body"] + " "}, headers=headers, body=sent["body"],
    )  # fmt: skip
    return {
        "qq_dispatch": dispatch,
        # The question is not signed by them: it says its time, and what could be an event's body is not signed.
        "qq_validation": replace(
            dispatch, settings={"app_id": "11111111", "secret": check["secret"]}, at=int(check["event_ts"]),
            headers={}, body=json.dumps({"op": 13, "d": asked}),
            touched={"body": json.dumps({"op": 13, "d": {**asked, "event_ts": "1725442341000"}})},
        ),
    }  # fmt: skip


def of_others() -> dict[str, Published]:
    weibo, slack, forum = VECTORS["weibo"], VECTORS["slack"], VECTORS["discourse"]
    hook, github = VECTORS["standard_webhooks"], VECTORS["github"]
    asked = picked(weibo, "timestamp", "nonce", "signature", echostr="dnPdpTZz85")
    command = {"x-slack-request-timestamp": slack["timestamp"], "x-slack-signature": slack["signature"]}
    signed = {
        "webhook-id": hook["id"], "webhook-timestamp": hook["timestamp"], "webhook-signature": hook["signature"],
    }  # fmt: skip
    event = {"x-discourse-event-signature": forum["signature"], "x-discourse-event": "ping"}
    return {
        "weibo": Published(
            "weibo", {"app_secret": weibo["app_secret"], "access_token": "t"},
            int(weibo["timestamp"]) / 1000, {"query": {**asked, "nonce": "1"}}, "GET", query=asked,
        ),
        "slack": Published(
            "slack", {"signing_secret": slack["signing_secret"], "bot_token": "xoxb-1-abc"},
            int(slack["timestamp"]), {"body": slack["body"] + "&x=1"}, headers=command, body=slack["body"],
            media_type="application/x-www-form-urlencoded",
        ),
        # It signs the body alone; what a post says of its own time is held to a day, and a ping says none.
        "discourse": Published(
            "discourse", {"secret": forum["secret"], "api_key": "k" * 64, "site": FORUM, "username": "u"}, 0,
            {"body": forum["body"] + " "}, headers=event, body=forum["body"], signs_its_time=False,
        ),
        # The same signature over a body that is no event: genuine, parked, and nothing comes of it.
        "github": Published(
            "discourse", {"secret": github["secret"], "api_key": "k" * 64, "site": FORUM, "username": "u"}, 0,
            {"body": github["body"] + " "}, body=github["body"], signs_its_time=False,
            headers={**event, "x-discourse-event-signature": f"sha256={github['sha256']}"},
        ),
        "standard_webhooks": Published(
            "webhook", {"secret": hook["secret"]}, int(hook["timestamp"]), {"body": hook["body"] + " "}, headers=signed,
            body=hook["body"], answered=422,  # genuine, and no text is where one should be
        ),
    }  # fmt: skip


CALLS: dict[str, Published] = {
    **of_wechat(), **of_wecom("wecom_a"), **of_wecom("wecom_b"), **of_dingtalk("dingtalk_event_1"),
    **of_dingtalk("dingtalk_event_2"), **of_qq(), **of_others(),
}  # fmt: skip

Calling = Callable[..., int]


def opened(workspace: Workspace, published: Published) -> ChannelAccount:
    if published.kind != "webhook":
        return connected(workspace, published.kind, **published.settings)
    account = open_account(workspace=workspace, slug="webhook", kind="webhook", name="问卷")
    receiving.set_up(account=account, actor=SYSTEM)
    account.settings |= {"token": ADDRESS, "secret": encrypt(published.settings["secret"])}
    account.save()
    return account


@pytest.fixture
def calling(workspace: Workspace, empty_cache: None) -> Calling:
    def call(published: Published, later: int = 0) -> int:
        account = ChannelAccount.objects.filter(kind=published.kind).first() or opened(workspace, published)
        place = f"/in/{account.kind}/{account.token}/" if account.kind != "webhook" else f"/hooks/{ADDRESS}/"
        with time_machine.travel(published.at + later):
            return Client().generic(
                published.method, place, published.body, published.media_type, query_params=dict(published.query),
                headers=dict(published.headers),
            ).status_code  # fmt: skip

    return call


def test_no_vector_is_left_out() -> None:
    called = {name.split()[0] for name in CALLS}
    assert called | set(BY_HAND) == set(VECTORS)
    assert not called & set(BY_HAND)
    for shown, place in BY_HAND.values():
        assert shown in (Path(__file__).parent / place).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CALLS)
def test_a_vector_is_taken_once_and_refused_when_touched_or_old(calling: Calling, name: str) -> None:
    published = CALLS[name]
    assert [calling(published), calling(published, 1)] == [published.answered] * 2
    assert Message.objects.count() == published.messages
    assert calling(replace(published, **published.touched), 1) == REFUSED
    late = REFUSED if published.signs_its_time else published.answered
    assert [calling(published, SIX_MINUTES), calling(published, -SIX_MINUTES)] == [late, late]
    assert Message.objects.count() == published.messages

