"""A Discourse forum in both directions, by its own published example and calls of its serializer's form."""

import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st

from huixiang.channels.contracts import Call, NotGenuine, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.discourse.inbound import heard, message
from huixiang.intake.asking import ask
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

FIXTURES = Path(__file__).parent / "fixtures"
VECTOR = json.loads((FIXTURES / "vector.json").read_text())
POST = json.loads((FIXTURES / "post.json").read_text())
SECRET, INBOX = VECTOR["secret"], "/topics/private-messages/huixiang.json"


@pytest.fixture
def forum() -> Iterator[Platform]:
    with platform() as found:
        found.answers = {
            "/posts.json": (200, {"id": 9, "topic_id": 1701}),
            "/session/current.json": (200, {"current_user": {"id": 3, "username": "huixiang"}}),
            INBOX: (200, {"topic_list": {"topics": []}}),
        }  # fmt: skip
        yield found


@pytest.fixture
def account(workspace: Workspace, forum: Platform, settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    given = {"site": forum.address, "username": "huixiang", "api_key": "k" * 64, "secret": SECRET}
    return connected(workspace, "discourse", **given)


def now(ago: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post(
    account: ChannelAccount, secret: str = SECRET, event_id: int = 1, ago: timedelta = timedelta(), **changed: Any
) -> int:
    body = json.dumps({"post": {**POST["post"], "created_at": now(ago), **changed}}).encode()
    headers = {"X-Discourse-Event-Id": str(event_id), "X-Discourse-Event": "post_created"}
    headers["X-Discourse-Event-Signature"] = f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"
    address = f"/in/discourse/{account.token}/"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def test_the_published_example_is_genuine_and_not_when_touched(account: ChannelAccount) -> None:
    def called(body: bytes) -> Any:
        headers = {"x-discourse-event-signature": VECTOR["signature"], "x-discourse-event": "ping"}
        return connector("discourse").hear(account, Call("POST", {}, headers, body, datetime.now(UTC)))

    assert called(VECTOR["body"].encode()).messages == ()
    with pytest.raises(NotGenuine):
        called(VECTOR["body"].encode() + b" ")


def test_a_post_is_taken_once_also_under_another_event_id(account: ChannelAccount) -> None:
    assert [post(account, event_id=1), post(account, event_id=1), post(account, event_id=2)] == [200, 200, 200]
    [read] = Message.objects.filter(account=account)
    assert (read.external_id, read.thread, read.author_id, read.private) == (
        "post:2501#2",
        "topic:1701",
        "laomai",
        False,
    )
    assert (read.author_name, "口盖" in read.text, "upload://" in read.text) == ("老麦", True, False)
    assert Conversation.objects.get(account=account).group == "冬天的充电问题"


def test_what_is_tampered_with_or_old_is_refused(account: ChannelAccount) -> None:
    assert post(account, secret="guessed") == 401
    assert post(account, ago=timedelta(hours=25)) == 401
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"username": "Huixiang"}, {"user_id": -1, "username": "system"}, {"post_type": 4}, {"staff": True}],
)
def test_own_posts_robots_whispers_and_staff_are_passed_over(account: ChannelAccount, changed: dict[str, Any]) -> None:
    assert post(account, **changed) == 200
    assert not Message.objects.exists()
    assert not account.refused_calls.exists()


def test_a_first_post_carries_its_title_and_staff_are_taken_when_wanted(account: ChannelAccount) -> None:
    account.settings["staff"] = "1"
    read = message(account, {**POST["post"], "post_number": 1, "staff": True, "raw": "@huixiang 求修"})
    assert read is not None
    assert read.text == "冬天的充电问题\n\n@huixiang 求修"
    assert read.addressed


def test_of_private_messages_only_those_to_our_user_are_read(account: ChannelAccount, forum: Platform) -> None:
    assert post(account, topic_archetype="private_message", raw="两人之间的话") == 200
    assert not Message.objects.exists()
    talk = {"id": 77, "title": "请教", "highest_post_number": 2}
    forum.answers[INBOX] = (200, {"topic_list": {"topics": [talk]}})
    said = {**POST["post"], "topic_id": 77, "created_at": now()}
    old = {**said, "id": 1, "post_number": 1, "created_at": now(timedelta(days=3)), "raw": "三天前"}
    fresh, ours = (
        {**said, "id": 2, "post_number": 2, "raw": "单独说"},
        {**said, "id": 3, "post_number": 3, "username": "huixiang"},
    )
    forum.answers["/t/77/1.json"] = (200, {"title": "请教", "post_stream": {"posts": [old, fresh]}})
    assert [ask(account.id), ask(account.id)] == [1, 0]
    [read] = Message.objects.filter(account=account)
    assert (read.text, read.private, read.thread) == ("单独说", True, "topic:77")
    forum.answers[INBOX] = (200, {"topic_list": {"topics": [{**talk, "highest_post_number": 3}]}})
    forum.answers["/t/77/3.json"] = (200, {"title": "请教", "post_stream": {"posts": [fresh, ours]}})
    assert ask(account.id) == 0


def test_answers_are_posts_in_the_topic_or_private_messages(account: ChannelAccount, forum: Platform) -> None:
    made = {"workspace": account.workspace, "account": account}
    topic = Conversation.objects.create(**made, external_id="topic:1701", group="充电")
    talk = Conversation.objects.create(**made, external_id="topic:77", private=True)
    assert connector("discourse").check(account) == "@huixiang"
    answered(account, "laomai", conversation=topic, into_group=True, in_reply_to="post:2501#2")
    answered(account, "laomai", conversation=talk)
    answered(account, "xiaoman", conversation=topic, subject_line="充电口", in_reply_to="post:2501#2")
    into, alone, begun = forum.at("/posts.json")
    assert into == {"topic_id": 1701, "raw": "师傅今天下午到。", "reply_to_post_number": 2}
    assert alone == {"topic_id": 77, "raw": "师傅今天下午到。"}
    assert (begun["target_recipients"], begun["archetype"], begun["title"]) == ("xiaoman", "private_message", "充电口")
    assert (forum.asked[-1].headers["api-key"], forum.asked[-1].headers["api-username"]) == ("k" * 64, "huixiang")


@pytest.mark.parametrize(
    ("status", "key_is_good", "state", "paused"),
    [
        (403, False, "queued", True),
        (403, True, "failed", False),
        (422, True, "failed", False),
        (429, True, "queued", False),
    ],
)
def test_what_the_forum_refuses_decides_what_follows(
    account: ChannelAccount, forum: Platform, status: int, key_is_good: bool, state: str, paused: bool
) -> None:
    forum.answers["/posts.json"] = (status, {"errors": ["帖子太短"], "error_type": "invalid_access"})
    if not key_is_good:
        forum.answers["/session/current.json"] = (403, {"errors": ["no"]})
    delivery = answered(account, "laomai")
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)


def test_a_line_that_breaks_while_posting_leaves_it_open_whether_it_arrived(
    account: ChannelAccount, forum: Platform
) -> None:
    forum.broken = {"/posts.json"}
    assert answered(account, "laomai").state == "unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("2026-11-22T04:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(POST["post"])), inner, max_size=5)
    ),
    max_leaves=8,
)


@fuzzing(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(sorted(POST["post"])), put=JSON, whole=JSON)
def test_whatever_is_sent_is_a_message_or_refused(account: ChannelAccount, place: str, put: Any, whole: Any) -> None:
    for body in ({"post": {**POST["post"], place: put}}, {"post": whole}, whole):
        call = Call("POST", {}, {"x-discourse-event": "post_created"}, json.dumps(body).encode(), datetime.now(UTC))
        with suppress(Unreadable, NotGenuine):
            heard(account, call)
