"""Slack in both directions; at the other end Slack's own library, which nobody here wrote."""

import copy
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from huixiang.channels import accounts
from huixiang.channels.contracts import Call, NotGenuine, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.slack.inbound import heard, message
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

FIXTURES = Path(__file__).parent / "fixtures"
VECTOR = json.loads((FIXTURES / "vector.json").read_text())
EVENT = json.loads((FIXTURES / "message.json").read_text())
SECRET, TOKEN = VECTOR["signing_secret"], "xoxb-1-abc"
OK = {"auth.test": {"ok": True, "user": "huixiang", "team": "青山社区"}, "chat.postMessage": {"ok": True}}


@pytest.fixture
def slack() -> Iterator[Platform]:
    with platform() as found:
        found.answers = {f"/api/{method}": (200, said) for method, said in OK.items()}
        found.answers["/api/conversations.open"] = (200, {"ok": True, "channel": {"id": "D024BE91L"}})
        yield found


@pytest.fixture
def account(workspace: Workspace, slack: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return connected(workspace, "slack", signing_secret=SECRET, bot_token=TOKEN, api=f"{slack.address}/api")


def event(**changed: Any) -> dict[str, Any]:
    """Slack's example event, now, with other fields."""
    body = copy.deepcopy(EVENT)
    body["event"].update({"ts": f"{time.time():.6f}", **changed})
    return body


def post(account: ChannelAccount, body: Any, *, age: int = 0, secret: str = SECRET, form: bool = False) -> Any:
    """A call signed by Slack's own library."""
    raw = urlencode(body) if form else json.dumps(body)
    at = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=raw)
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature or "", "X-Slack-Retry-Num": "1"}
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return Client().post(f"/in/slack/{account.token}/", raw, content_type=kind, headers=headers)


def as_published(**changed: Any) -> Call:
    values = {"x-slack-request-timestamp": VECTOR["timestamp"], "x-slack-signature": VECTOR["signature"]}
    values["content-type"] = "application/x-www-form-urlencoded"
    at = datetime.fromtimestamp(int(VECTOR["timestamp"]) + changed.get("later", 0), UTC)
    return Call("POST", {}, values, VECTOR["body"].encode() + changed.get("more", b""), at)


def test_the_published_example_is_genuine_and_not_when_touched_or_old(account: ChannelAccount) -> None:
    by = connector("slack")
    assert by.hear(account, as_published()).answer.body  # a command without words is told what to write
    for wrong in (as_published(more=b"x"), as_published(later=301), as_published(later=-301)):
        with pytest.raises(NotGenuine):
            by.hear(account, wrong)


def test_a_message_is_taken_once_however_often_and_as_whatever_it_comes(account: ChannelAccount) -> None:
    sent = event()
    mentioned = copy.deepcopy(sent) | {"event_id": "Ev0PV52K22"}
    mentioned["event"]["type"] = "app_mention"
    assert [post(account, one).status_code for one in (sent, sent, mentioned)] == [200, 200, 200]
    [read] = Message.objects.filter(account=account)
    assert read.text == "热水器漏水 & 地板泡了，见 照片 (https://example.com/a) #售后"
    assert (read.author_id, read.thread, read.private) == ("U2147483697", "C2147483705", False)
    assert message(sent).addressed  # type: ignore[union-attr]


def test_what_is_tampered_with_or_stale_is_refused(account: ChannelAccount) -> None:
    assert post(account, event(), secret="guessed").status_code == 401
    assert post(account, event(), age=301).status_code == 401
    assert not Message.objects.exists()


def test_while_the_secret_is_changed_both_are_good(account: ChannelAccount) -> None:
    accounts.change(account=account, given={"signing_secret": "the new one"}, actor=SYSTEM)
    assert [post(account, event(), secret=one).status_code for one in (SECRET, "the new one")] == [200, 200]


def test_the_address_is_checked_by_a_challenge(account: ChannelAccount) -> None:
    said = post(
        account, {"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
    )
    assert said.content == b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"


@pytest.mark.parametrize(
    "changed",
    [
        {"bot_id": "B1"},
        {"user": "U0BOT"},
        {"subtype": "channel_join"},
        {"type": "reaction_added"},
        {"subtype": "bot_message"},
    ],
)
def test_own_words_and_what_nobody_said_are_passed_over(account: ChannelAccount, changed: dict[str, str]) -> None:
    assert post(account, event(**changed)).status_code == 200
    assert not Message.objects.exists()
    assert not account.refused_calls.exists()


def test_threads_files_edits_and_talks_of_two() -> None:
    inside = message(event(ts="1700000001.000100", thread_ts="1700000000.000100"))
    assert inside is not None
    assert inside.external_id == "C2147483705:1700000001.000100:1700000000.000100"
    assert inside.reply_to == "C2147483705:1700000000.000100"
    alone = message(event(channel="D1", channel_type="im", text="在吗"))
    assert alone is not None
    assert (alone.private, alone.thread, alone.group, alone.addressed) == (True, "", "", True)
    shown = message(event(subtype="file_share", text="", files=[{"name": "漏水.jpg"}]))
    assert shown is not None
    assert "漏水.jpg" in shown.text
    now = {
        "user": "U1",
        "text": "漏水了",
        "ts": "1700000000.000100",
        "edited": {"user": "U1", "ts": "1700000009.000000"},
    }
    edit = event(subtype="message_changed", message=now, previous_message={**now, "text": "漏"}, user=None)
    edited = message(edit)
    assert edited is not None
    assert (edited.text, edited.reply_to) == ("漏水了", "C2147483705:1700000000.000100")
    edit["event"]["previous_message"] = now  # a link was unfurled
    assert message(edit) is None


def test_a_slash_command_is_a_private_message(account: ChannelAccount) -> None:
    form = {
        "command": "/feedback",
        "text": "充电口打不开",
        "user_id": "U1",
        "user_name": "laomai",
        "trigger_id": "13345224609.738474920",
    }
    said = [post(account, form, form=True), post(account, form, form=True)]
    assert [one.status_code for one in said] == [200, 200]
    [read] = Message.objects.filter(account=account)
    assert (read.text, read.author_name, read.private, read.thread) == ("充电口打不开", "laomai", True, "")


def test_answers_are_what_slacks_own_client_would_send(account: ChannelAccount, slack: Platform) -> None:
    assert connector("slack").check(account) == "huixiang · 青山社区"
    assert answered(account, "U1", "已修好 <3 & 谢谢").state == "delivered"
    theirs = WebClient(token=TOKEN, base_url=f"{slack.address}/api/")
    theirs.chat_postMessage(channel="D024BE91L", text="已修好 &lt;3 &amp; 谢谢", mrkdwn=False, unfurl_links=False)
    ours, other = [one for one in slack.asked if one.path == "/api/chat.postMessage"]
    assert ours.body == other.body
    assert ours.headers["authorization"] == other.headers["authorization"]
    assert slack.at("/api/conversations.open") == [{"users": "U1"}]
    answered(account, "U1")
    assert len(slack.at("/api/conversations.open")) == 1  # remembered


def test_a_group_is_answered_in_the_thread_a_person_beside_it(account: ChannelAccount, slack: Platform) -> None:
    place = Conversation.objects.create(workspace=account.workspace, account=account, external_id="C7", group="C7")
    answered(account, "U1", conversation=place, into_group=True, in_reply_to="C7:1700000000.000100")
    answered(account, "U2", conversation=place, into_group=True, in_reply_to="C7:1700000001.000100:1700000000.000100")
    answered(account, "U3", conversation=place, in_reply_to="C7:1700000000.000100")
    sent = [(one["channel"], one.get("thread_ts")) for one in slack.at("/api/chat.postMessage")]
    assert sent == [("C7", "1700000000.000100"), ("C7", "1700000000.000100"), ("D024BE91L", None)]


@pytest.mark.parametrize(
    ("said", "state", "paused"),
    [
        ((200, {"ok": False, "error": "token_revoked"}), "queued", True),
        ((200, {"ok": False, "error": "channel_not_found"}), "failed", False),
        ((200, {"ok": False, "error": "fatal_error"}), "unknown", False),
        ((200, {"ok": False, "error": "ratelimited"}), "queued", False),
        ((429, {}, {"Retry-After": "30"}), "queued", False),
    ],
)
def test_what_slack_refuses_decides_what_follows(
    account: ChannelAccount, slack: Platform, said: Any, state: str, paused: bool
) -> None:
    slack.answers["/api/chat.postMessage"] = said
    delivery = answered(account, "U1")
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)
    assert delivery.attempts == (0 if state == "queued" else 1)


def test_a_line_that_breaks_while_posting_leaves_it_open_whether_it_arrived(
    account: ChannelAccount, slack: Platform
) -> None:
    slack.broken = {"/api/chat.postMessage"}
    assert answered(account, "U1").state == "unknown"


WORDS = st.sampled_from(["message", "im", "U1", "C1", "1355517523.000005", "message_changed", "<@U1|", "<>"])
NAMES = st.sampled_from(
    ["type", "subtype", "channel", "user", "text", "ts", "thread_ts", "message", "files", "edited", "bot_id"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries({"type": st.just("event_callback"), "event": JSON, "authorizations": JSON})


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({"type": st.just("event_callback"), "event": JSON, "authorizations": JSON}) | JSON,
    st.binary(max_size=80),
)
def test_whatever_is_sent_is_a_message_or_unreadable(body: Any, raw: bytes) -> None:
    for sent, kind in ((json.dumps(body).encode(), "application/json"), (raw, "application/x-www-form-urlencoded")):
        try:
            heard(Call("POST", {}, {"content-type": kind}, sent, datetime.now(UTC)))
        except Unreadable:
            continue
