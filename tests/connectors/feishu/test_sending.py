"""Answers by Feishu, against the open platform on the loopback: where they go, once each, and what refusals mean."""

import json
from typing import Any

import pytest
from django.core.cache import cache

from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.channels.tasks import deliver
from huixiang.kernel.clock import now
from tests.connectors.feishu.sender import APP_ID, APP_SECRET, ASKER, Platform
from tests.factories import rows

ASKED, GROUP = "om_5ce6d572455d361153b7cb51da133945", "oc_5ce6d572455d361153b7xx51da133945"
MESSAGES = "/open-apis/im/v1/messages"


@pytest.fixture
def group(account: ChannelAccount) -> Conversation:
    return Conversation.objects.create(
        workspace=account.workspace, account=account, external_id=GROUP, group="车主一群"
    )


def answer(account: ChannelAccount, text: str = "师傅今天下午到。", **fields: Any) -> Delivery:
    """One answer on its way, and what became of it."""
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient=ASKER, purpose="reply", text=text,
        recipient_member_id=rows.member(account, ASKER).id, **fields,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    return delivery


def again(delivery: Delivery) -> Delivery:
    """The next try, now."""
    Delivery.objects.filter(id=delivery.id).update(next_attempt_at=now())
    deliver(str(delivery.account_id))
    delivery.refresh_from_db()
    return delivery


def test_a_person_is_written_to_by_their_open_id(account: ChannelAccount, platform: Platform) -> None:
    delivery = answer(account)
    assert (delivery.state, delivery.error) == ("delivered", "")
    token, said = platform.asked
    assert token.body == {"app_id": APP_ID, "app_secret": APP_SECRET}
    assert (said.method, said.path, said.query) == ("POST", MESSAGES, {"receive_id_type": "open_id"})
    assert said.body == {
        "receive_id": ASKER, "msg_type": "text", "uuid": delivery.id.hex, "content": '{"text": "师傅今天下午到。"}',
    }  # fmt: skip


def test_a_group_is_answered_under_the_question(
    account: ChannelAccount, platform: Platform, group: Conversation
) -> None:
    answer(account, conversation=group, into_group=True, in_reply_to=ASKED)
    answer(account, conversation=group, into_group=True)
    under, alone = platform.asked[1:]
    assert (under.path, under.query) == (f"{MESSAGES}/{ASKED}/reply", {})
    assert set(under.body) == {"content", "msg_type", "uuid"}
    assert (alone.path, alone.query) == (MESSAGES, {"receive_id_type": "chat_id"})
    assert alone.body["receive_id"] == GROUP


def test_what_is_meant_for_one_person_is_not_said_in_the_group_they_asked_in(
    account: ChannelAccount, platform: Platform, group: Conversation
) -> None:
    answer(account, conversation=group, in_reply_to=ASKED)
    assert [(one.path, one.body["receive_id"]) for one in platform.asked[1:]] == [(MESSAGES, ASKER)]


def test_without_a_group_nothing_is_asked_of_feishu(account: ChannelAccount, platform: Platform) -> None:
    assert answer(account, into_group=True).state == "failed"
    assert platform.asked == []


def test_a_question_that_was_recalled_is_answered_all_the_same(account: ChannelAccount, platform: Platform) -> None:
    place = Conversation.objects.create(
        workspace=account.workspace, account=account, external_id=f"@{ASKER}", private=True
    )
    platform.answers["reply"].append((400, {"code": 230011, "msg": "The message is recalled."}))
    assert answer(account, conversation=place, in_reply_to=ASKED).state == "delivered"
    assert [one.path for one in platform.asked[1:]] == [f"{MESSAGES}/{ASKED}/reply", MESSAGES]


def test_the_token_is_kept_and_fetched_anew_once_it_is_refused(account: ChannelAccount, platform: Platform) -> None:
    answer(account)
    answer(account)
    assert len(platform.of("internal")) == 1
    platform.tokens += 1  # the one we have is no longer good
    assert answer(account).state == "delivered"
    assert len(platform.of("internal")) == 2
    kept = cache.get_many(cache_keys())
    assert kept
    assert not any(b"t-3" in str(value).encode() for value in kept.values())  # it rests encrypted


def cache_keys() -> list[str]:
    """What is in the cache about tokens."""
    from django.db import connection  # noqa: PLC0415 - only here

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM huixiang_cache WHERE cache_key LIKE '%%feishu:token%%'")
        return [key.split(":", 2)[2] for (key,) in cursor.fetchall()]


def test_another_secret_never_meets_the_token_before(account: ChannelAccount, platform: Platform) -> None:
    answer(account)
    account.settings["app_id"] = "cli_another"
    account.save()
    answer(account)
    assert [one.body["app_id"] for one in platform.of("internal")] == [APP_ID, "cli_another"]


def test_a_line_that_breaks_after_sending_is_tried_again_and_doubles_nothing(
    account: ChannelAccount, platform: Platform
) -> None:
    platform.hang_up = 1
    delivery = answer(account)
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    assert again(delivery).state == "delivered"
    assert len(platform.of("/messages")) == 2
    assert len(platform.said) == 1


def test_after_an_hour_nobody_knows_and_nothing_is_sent_again(account: ChannelAccount, platform: Platform) -> None:
    platform.hang_up = 1
    delivery = answer(account)
    broke = f"feishu:broke:{delivery.transaction}"
    cache.set(broke, cache.get(broke) - 3400)
    assert again(delivery).state == "unknown"
    assert len(platform.of("/messages")) == 1


@pytest.mark.parametrize(
    ("status", "said", "state", "attempts", "paused"),
    [
        (400, {"code": 230002, "msg": "The bot can not be outside the group."}, "failed", 1, False),
        (400, {"code": 230013, "msg": "Bot has NO availability to this user."}, "failed", 1, False),
        (400, {"code": 123456, "msg": "new"}, "failed", 1, False),
        (400, {"code": 99991400, "msg": "request trigger frequency limit"}, "queued", 0, False),
        (400, {"code": 230020, "msg": "This operation triggers the frequency limit."}, "queued", 0, False),
        (429, {}, "queued", 0, False),
        (400, {"code": 99991672, "msg": "Access denied."}, "queued", 0, True),
        (400, {"code": 230006, "msg": "Bot ability is not activated."}, "queued", 0, True),
        (503, {}, "queued", 1, False),
        (404, b"<html>", "queued", 1, False),
    ],
)
def test_what_feishu_refuses_decides_what_follows(
    account: ChannelAccount, platform: Platform, status: int, said: Any, state: str, attempts: int, paused: bool
) -> None:  # fmt: skip
    platform.answers["messages"].append((status, said))
    delivery = answer(account)
    account.refresh_from_db()
    assert (delivery.state, delivery.attempts, bool(account.paused_reason)) == (state, attempts, paused)
    assert delivery.error
    assert isinstance(said, bytes) or said.get("msg", "-") not in delivery.error or said["msg"] == "new"  # in our words


def test_a_wrong_secret_pauses_the_account_and_the_message_waits(account: ChannelAccount, platform: Platform) -> None:
    platform.answers["internal"].append((200, {"code": 10014, "msg": "app secret invalid"}))
    delivery = answer(account)
    account.refresh_from_db()
    assert (delivery.state, delivery.attempts, bool(account.paused_reason)) == ("queued", 0, True)


def test_nobody_is_called_by_words_of_others(account: ChannelAccount, platform: Platform) -> None:
    answer(account, '你写的“<at user_id="all">所有人</at>”收到了，a < b')
    [said] = platform.said.values()
    assert json.loads(said.body["content"]) == {"text": '你写的“＜at user_id="all">所有人＜/at>”收到了，a < b'}


def test_the_check_tells_the_bots_name_and_what_is_missing(account: ChannelAccount, platform: Platform) -> None:
    by = connector("feishu")
    assert by.check(account) == "回响"
    account.settings["encrypt_key"] = ""
    with pytest.raises(TransportError, match="Encrypt Key"):
        by.check(account)
    account.settings["way"] = "line"
    assert by.check(account) == "回响"
