"""Answers to Discord by REST, and slash commands; their signatures by Discord's own verifier."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from discord_interactions import verify_key
from django.test import Client
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from nacl.signing import SigningKey

from huixiang.channels.contracts import Call, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.tasks import deliver
from huixiang.connectors.discord.inbound import heard
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

KEY = SigningKey(b"\x07" * 32)
PUBLIC = KEY.verify_key.encode().hex()
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
COMMAND = {
    "type": 2, "id": "786008729715212338", "token": "A_UNIQUE_TOKEN", "guild_id": "290926798626357999",
    "member": {"user": {"id": "53908232506183680", "username": "Mason", "global_name": "老麦"}},
    "data": {"id": "771825006014889984", "name": "feedback", "type": 1,
             "options": [{"type": 3, "name": "words", "value": "充电口打不开"}]},
}  # fmt: skip


@pytest.fixture
def discord() -> Iterator[Platform]:
    with platform() as found:
        found.answers = {
            "/api/users/@me": (200, {"id": "900", "username": "huixiang", "global_name": "回响"}),
            "/api/users/@me/channels": (200, {"id": "601"}),
            "/api/channels/601/messages": (200, {"id": "1"}), "/api/channels/600/messages": (200, {"id": "2"}),
        }  # fmt: skip
        yield found


@pytest.fixture
def account(workspace: Workspace, discord: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return connected(workspace, "discord", bot_token=TOKEN, public_key=PUBLIC, api=f"{discord.address}/api")


def post(account: ChannelAccount, body: Any, *, age: int = 0, key: SigningKey = KEY) -> Any:
    """A call signed as Discord signs; its own verifier takes it."""
    raw, at = json.dumps(body).encode(), str(int(time.time()) - age)
    signature = key.sign(at.encode() + raw).signature.hex()
    assert verify_key(raw, signature, at, key.verify_key.encode().hex())
    headers = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": at}
    return Client().post(f"/in/discord/{account.token}/", raw, content_type="application/json", headers=headers)


def test_a_slash_command_is_a_private_message_taken_once(account: ChannelAccount) -> None:
    assert json.loads(post(account, {"type": 1}).content) == {"type": 1}
    said = [json.loads(post(account, COMMAND).content) for _time in range(2)]
    assert [(one["type"], one["data"]["flags"]) for one in said] == [(4, 64), (4, 64)]
    [read] = Message.objects.filter(account=account)
    assert (read.text, read.author_id, read.author_name, read.private) == (
        "充电口打不开",
        "53908232506183680",
        "老麦",
        True,
    )


def test_what_is_tampered_with_or_stale_is_refused(account: ChannelAccount) -> None:
    assert post(account, COMMAND, key=SigningKey(b"\x08" * 32)).status_code == 401
    assert post(account, COMMAND, age=301).status_code == 401
    assert not Message.objects.exists()


def test_answers_go_to_the_person_or_into_the_channel(account: ChannelAccount, discord: Platform) -> None:
    place = Conversation.objects.create(workspace=account.workspace, account=account, external_id="600", group="吐槽")
    assert connector("discord").check(account) == "回响"
    person = answered(account, "77", in_reply_to="600:1000")
    answered(account, "78", conversation=place, into_group=True, in_reply_to="600:1000")
    assert discord.at("/api/users/@me/channels") == [{"recipient_id": "77"}]
    [alone], [group] = discord.at("/api/channels/601/messages"), discord.at("/api/channels/600/messages")
    assert (alone["nonce"], alone["enforce_nonce"], "message_reference" in alone) == (person.id.hex[:25], True, False)
    assert group["message_reference"] == {"message_id": "1000", "fail_if_not_exists": False}
    assert group["allowed_mentions"] == {"parse": []}
    assert discord.asked[-1].headers["authorization"] == f"Bot {TOKEN}"


@pytest.mark.parametrize(
    ("status", "said", "state", "paused"),
    [
        (403, {"code": 50007, "message": "Cannot send messages to this user"}, "failed", False),
        (403, {"code": 50001, "message": "Missing Access"}, "failed", False),
        (401, {"code": 0, "message": "401: Unauthorized"}, "queued", True),
        (403, {"code": 40002, "message": "verify your account"}, "queued", True),
        (429, {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}, "queued", False),
    ],
)
def test_what_discord_refuses_decides_what_follows(
    account: ChannelAccount, discord: Platform, status: int, said: Any, state: str, paused: bool
) -> None:
    discord.answers["/api/channels/601/messages"] = (status, said)
    delivery = answered(account, "77")
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)
    if status == 429:
        assert 55 < (delivery.next_attempt_at - datetime.now(UTC)).total_seconds() <= 64.57


def test_a_broken_line_is_tried_again_once_because_doubles_are_dropped(
    account: ChannelAccount, discord: Platform
) -> None:
    discord.broken = {"/api/channels/601/messages"}
    delivery = answered(account, "77")
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    delivery.attempts, delivery.next_attempt_at = 1, datetime.now(UTC)
    delivery.save()
    deliver(str(account.id))
    delivery.refresh_from_db()
    assert delivery.state == "unknown"
    first, second = discord.at("/api/channels/601/messages")
    assert first["nonce"] == second["nonce"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "data", "options", "value", "member", "user", "name"]), inner, max_size=6
        )
    ),
    max_leaves=12,
)


@fuzzing(max_examples=120, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["id", "data", "member", "user"]), JSON).map(lambda body: {"type": 2, **body})
    | JSON
)
def test_whatever_is_sent_is_a_message_or_unreadable(body: Any) -> None:
    with suppress(Unreadable):
        found = heard(Call("POST", {}, {}, json.dumps(body).encode(), datetime.now(UTC)))
        assert all(one.external_id and one.author_id for one in found.messages)
