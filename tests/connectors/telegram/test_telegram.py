"""Telegram in both directions, by updates written after the documentation and a server of the Bot API's form."""

import copy
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st

from huixiang.channels.contracts import Call, TransportError, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.connectors.telegram.inbound import heard, ids_of, message
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, connected, platform

FIXTURES = Path(__file__).parent / "fixtures"
TOKEN, SECRET = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", "s3cret_s3cret_s3cret"
BOT = f"/bot{TOKEN}"
ME = {"ok": True, "result": {"id": 123456, "is_bot": True, "first_name": "回响", "username": "huixiang_bot"}}


@pytest.fixture
def telegram() -> Iterator[Platform]:
    with platform() as found:
        sent = {"ok": True, "result": {"message_id": 1}}
        found.answers = {f"{BOT}/getMe": (200, ME), f"{BOT}/sendMessage": (200, sent)}
        found.answers[f"{BOT}/setWebhook"] = (200, {"ok": True, "result": True})
        yield found


@pytest.fixture
def account(workspace: Workspace, telegram: Platform, settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://feedback.example.com"
    return connected(
        workspace, "telegram", bot_token=TOKEN, secret=SECRET, username="@huixiang_bot", api=telegram.address
    )


def update(name: str, **changed: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    body["message"].update({"date": int(time.time()), **changed})
    return body


def post(account: ChannelAccount, body: Any, secret: str = SECRET) -> Any:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    address = f"/in/telegram/{account.token}/"
    return Client().post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_a_message_is_taken_once(account: ChannelAccount) -> None:
    assert [post(account, update("private")).status_code for _time in range(2)] == [200, 200]
    [read] = Message.objects.filter(account=account)
    assert (read.text, read.author_id, read.author_name) == (
        "热水器漏水，地板都泡了",
        "1111111",
        "Test Firstname Test Lastname",
    )
    assert (read.private, read.thread, read.external_id) == (True, "", "1111111:1365")


def test_without_the_secret_nothing_is_taken(account: ChannelAccount) -> None:
    assert [post(account, update("private"), secret).status_code for secret in ("", "guessed", SECRET + "x")] == [
        401
    ] * 3
    assert not Message.objects.exists()


def test_groups_topics_captions_and_replies(account: ChannelAccount) -> None:
    read = message(account, update("group")["message"])
    assert read is not None
    assert (read.text, read.thread, read.group, read.private) == ("充电口打不开", "-1001234567890", "青山车友", False)
    assert (read.external_id, read.reply_to) == ("-1001234567890:77#5", "-1001234567890:70#5")
    assert read.addressed
    plain = update("group", caption="群里随便说说", reply_to_message=None)
    other = message(account, plain["message"])
    assert other is not None
    assert (other.addressed, other.reply_to) == (False, "")


def test_an_edit_answers_what_it_edits(account: ChannelAccount) -> None:
    first = update("private")
    edit = {
        "update_id": 10002,
        "edited_message": {**first["message"], "text": "漏水严重", "edit_date": int(time.time())},
    }
    assert [post(account, one).status_code for one in (first, edit, edit)] == [200, 200, 200]
    texts = Message.objects.filter(account=account).order_by("id").values_list("text", "reply_to")
    assert list(texts) == [("热水器漏水，地板都泡了", ""), ("漏水严重", "1111111:1365")]


def test_start_is_greeted_and_no_message(account: ChannelAccount) -> None:
    said = json.loads(post(account, update("private", text="/start 42")).content)
    assert (said["method"], said["chat_id"], bool(said["text"])) == ("sendMessage", "1111111", True)
    assert not Message.objects.exists()


def test_a_picture_alone_says_what_it_is_and_bots_are_passed_over(account: ChannelAccount) -> None:
    shown = message(account, update("private", text=None, photo=[{"file_id": "x"}])["message"])
    assert shown is not None
    assert shown.text.strip()
    robot = update("private")
    robot["message"]["from"]["is_bot"] = True
    channel = update("private", chat={"id": -5, "type": "channel"})
    joined = {"update_id": 1, "my_chat_member": {"chat": {"id": 1}}}
    assert [post(account, one).status_code for one in (robot, channel, joined)] == [200, 200, 200]
    assert not Message.objects.exists()


def test_checking_says_who_we_are_and_registers_the_address(account: ChannelAccount, telegram: Platform) -> None:
    assert connector("telegram").check(account) == "@huixiang_bot"
    [webhook] = telegram.at(f"{BOT}/setWebhook")
    assert webhook["url"] == f"https://feedback.example.com/in/telegram/{account.token}/"
    assert (webhook["secret_token"], webhook["allowed_updates"]) == (SECRET, ["message", "edited_message"])
    assert not connector("telegram").to_paste(account, webhook["url"])
    account.settings["registers"] = "hand"
    connector("telegram").check(account)
    assert len(telegram.at(f"{BOT}/setWebhook")) == 1
    [by_hand] = connector("telegram").to_paste(account, webhook["url"])
    assert by_hand.secret
    assert "setWebhook?url=https%3A%2F%2Ffeedback.example.com" in by_hand.value


def test_an_address_telegram_does_not_take_is_said(account: ChannelAccount, telegram: Platform) -> None:
    refused = {"ok": False, "error_code": 400, "description": "Bad Request: bad webhook: An HTTPS URL must be provided"}
    telegram.answers[f"{BOT}/setWebhook"] = (400, refused)
    with pytest.raises(TransportError, match="HTTPS"):
        connector("telegram").check(account)


def test_answers_go_to_the_person_or_into_the_topic(account: ChannelAccount, telegram: Platform) -> None:
    chat = "-1001234567890"
    place = Conversation.objects.create(
        workspace=account.workspace, account=account, external_id=chat, group="青山车友"
    )
    answered(account, "1111111", in_reply_to="1111111:1365")
    answered(account, "2222222", conversation=place, into_group=True, in_reply_to=f"{chat}:77#5")
    answered(account, "3333333", conversation=place, in_reply_to=f"{chat}:77#5")
    person, topic, beside = telegram.at(f"{BOT}/sendMessage")
    assert (person["chat_id"], person["reply_parameters"]["message_id"]) == ("1111111", 1365)
    assert (topic["chat_id"], topic["message_thread_id"], topic["reply_parameters"]["message_id"]) == (chat, 5, 77)
    assert (beside["chat_id"], "reply_parameters" in beside) == ("3333333", False)


def test_a_group_that_moved_is_found_again(account: ChannelAccount, telegram: Platform) -> None:
    def moved(asked: Any) -> Any:
        if asked.body["chat_id"] == "-5":
            return 400, {"ok": False, "error_code": 400, "parameters": {"migrate_to_chat_id": -1005}}
        return 200, {"ok": True}

    telegram.answers[f"{BOT}/sendMessage"] = moved
    place = Conversation.objects.create(workspace=account.workspace, account=account, external_id="-5", group="群")
    assert answered(account, "1", conversation=place, into_group=True, in_reply_to="-5:9").state == "delivered"
    assert [one["chat_id"] for one in telegram.at(f"{BOT}/sendMessage")] == ["-5", "-1005"]


@pytest.mark.parametrize(
    ("status", "said", "state", "paused"),
    [
        (403, {"description": "Forbidden: bot was blocked by the user"}, "failed", False),
        (400, {"description": "Bad Request: chat not found"}, "failed", False),
        (401, {"description": "Unauthorized"}, "queued", True),
        (429, {"description": "Too Many Requests: retry after 37", "parameters": {"retry_after": 37}}, "queued", False),
        (502, {}, "unknown", False),
        (503, {}, "queued", False),
    ],
)
def test_what_telegram_refuses_decides_what_follows(
    account: ChannelAccount, telegram: Platform, status: int, said: dict[str, Any], state: str, paused: bool
) -> None:
    telegram.answers[f"{BOT}/sendMessage"] = (status, {"ok": False, "error_code": status, **said})
    delivery = answered(account, "1111111")
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason), bool(delivery.error)) == (state, paused, True)
    if status == 429:
        wait = (delivery.next_attempt_at - datetime.now(UTC)).total_seconds()
        assert 30 < wait <= 37


def test_a_line_that_breaks_while_sending_leaves_it_open_whether_it_arrived(
    account: ChannelAccount, telegram: Platform
) -> None:
    telegram.broken = {f"{BOT}/sendMessage"}
    assert answered(account, "1111111").state == "unknown"


def test_ids_are_read_back_and_others_left_alone() -> None:
    assert str(ids_of("-100:7#5")) == "-100:7#5"
    assert [ids_of(other) for other in ("<mail@example.com>", "C1:1.2", "", "1:2:3")] == [None] * 4


SAMPLE = json.loads((FIXTURES / "group.json").read_text())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SAMPLE["message"])), inner),
    max_leaves=8,
)


@fuzzing(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(sorted(SAMPLE["message"])), put=JSON, whole=JSON)
def test_whatever_is_sent_is_a_message_or_unreadable(account: ChannelAccount, place: str, put: Any, whole: Any) -> None:
    touched = copy.deepcopy(SAMPLE)
    touched["message"][place] = put
    for body in (touched, {"edited_message": whole}, whole):
        try:
            heard(account, Call("POST", {}, {}, json.dumps(body).encode(), datetime.now(UTC)))
        except Unreadable:
            continue
