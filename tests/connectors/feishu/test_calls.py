"""Events by calls: sealed and signed as Feishu does it, each stored once, none that is not genuine."""

import datetime
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.channels import accounts
from huixiang.channels.contracts import Call, Hears, NotGenuine, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation, Health, RefusedCall
from huixiang.connectors.feishu import naming
from huixiang.connectors.feishu.events import Us, message
from huixiang.connectors.feishu.inbound import OLDEST, heard
from huixiang.connectors.feishu.sealing import is_signed, opened
from huixiang.intake.asking import ask
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.triage.actions import process
from tests.connectors.feishu.sender import (
    APP_ID,
    ASKER,
    BOT,
    KEY,
    Platform,
    event,
    fixture,
    post,
    sealed,
    signed,
    tell,
)

US = Us(BOT, APP_ID)
NAMES = {"@_user_1": "回响", "@_user_2": "Tom"}


def test_the_example_of_the_documentation_opens() -> None:
    sealed_hello = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="
    assert opened("test key", sealed_hello) == "hello world"
    for key, encrypt in (
        ("other key", sealed_hello), ("test key", sealed_hello[:-8] + "AAAAAAA="), ("test key", "P37w+V"),
        ("test key", "P37w"), ("test key", ""), ("test key", "不是"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r".+"):
            opened(key, encrypt)


def test_a_signature_is_over_every_byte() -> None:
    body = sealed({"challenge": "x"})
    sent = signed(body)
    at, nonce, signature = sent.values()
    assert is_signed(KEY, timestamp=at, nonce=nonce, body=body, signature=signature)
    assert not is_signed(KEY, timestamp=at, nonce=nonce, body=body + b" ", signature=signature)
    assert not is_signed(KEY, timestamp=at, nonce="1e30", body=body, signature=signature)
    assert not is_signed("other", timestamp=at, nonce=nonce, body=body, signature=signature)
    assert not is_signed(KEY, timestamp=at, nonce=nonce, body=body, signature="\ud800")


def test_an_event_is_stored_once_however_often_it_comes(account: ChannelAccount) -> None:
    naming.learn_own(account)
    again = event()
    again["header"]["event_id"] = "another event about the same message"
    assert [tell(account, one) for one in (event(), event(), again)] == [200, 200, 200]
    [stored] = Message.objects.filter(account=account)
    assert stored.text == "车机升级到 3.4.1 以后倒车影像黑屏 @Tom 你的也是吗"
    assert (stored.external_id, stored.author_id) == ("om_5ce6d572455d361153b7cb51da133945", ASKER)
    assert (stored.thread, stored.private) == ("oc_5ce6d572455d361153b7xx51da133945", False)
    assert stored.reply_to == "om_5ce6d572455d361153b7cb5xxfsdfsdfdsf"
    assert stored.sent_at == datetime.datetime(2020, 12, 27, 12, 45, 51, 345000, datetime.UTC)


def test_a_call_played_again_after_hours_doubles_nothing_and_a_stale_one_is_refused(account: ChannelAccount) -> None:
    body = sealed(event())
    sent = signed(body, age=OLDEST - 60)
    assert [post(account, body, sent).status_code for _time in range(2)] == [200, 200]
    assert Message.objects.count() == 1
    late = sealed(event(message_id="om_late"))
    assert post(account, late, signed(late, age=OLDEST + 5)).status_code == 401
    assert post(account, late, signed(late, age=-305)).status_code == 401
    assert Message.objects.count() == 1


def test_tampered_foreign_and_bare_calls_are_refused(account: ChannelAccount) -> None:
    body = sealed(event())
    sent = signed(body)
    assert post(account, body.replace(b"A", b"B", 1), sent).status_code == 401
    assert post(account, sealed(event("别的话")), sent).status_code == 401
    assert post(account, body).status_code == 401
    assert tell(account, event(), key="guessed") == 401
    assert tell(account, event() | {"header": event()["header"] | {"app_id": "cli_other"}}) == 401
    plain = json.dumps(event()).encode()
    assert post(account, plain, signed(plain, key="guessed")).status_code == 401
    assert not Message.objects.exists()
    assert not RefusedCall.objects.exists()  # whoever cannot sign cannot fill the page
    assert Health.objects.get(account=account).not_genuine == 6


def test_the_address_is_tested_unsigned_and_answered_by_the_token(account: ChannelAccount) -> None:
    asked = fixture("url_verification")
    for body in (sealed(asked), json.dumps(asked).encode()):
        answer = post(account, body)
        assert (answer.status_code, answer.json()) == (200, {"challenge": "ajls384kdjx98XX"})
    wrong = asked | {"token": "guessed"}
    answers = [post(account, body) for body in (sealed(wrong), sealed(asked, "guessed"), json.dumps(wrong).encode())]
    assert {(one.status_code, one.content) for one in answers} == {(401, answers[0].content)}  # all alike


def test_without_a_token_what_was_encrypted_with_the_key_is_proof_enough(account: ChannelAccount) -> None:
    account.settings["verification_token"] = ""
    account.save()
    asked = fixture("url_verification")
    assert post(account, sealed(asked)).status_code == 200
    assert post(account, json.dumps(asked).encode()).status_code == 401


def test_nothing_is_taken_without_an_encrypt_key(account: ChannelAccount) -> None:
    account.settings["encrypt_key"] = ""
    account.save()
    assert post(account, json.dumps(event()).encode()).status_code == 401


def test_the_key_before_is_good_for_a_day(account: ChannelAccount) -> None:
    accounts.change(account=account, given={"encrypt_key": "fresh key"}, actor=SYSTEM)
    told = [event(message_id="om_old"), event(message_id="om_new")]
    assert [tell(account, one, key=key) for one, key in zip(told, (KEY, "fresh key"), strict=True)] == [200, 200]
    account.settings["old_encrypt_key_until"] = "2026-01-01T00:00:00+00:00"
    account.save()
    assert tell(account, event(message_id="om_older")) == 401


def test_private_words_have_a_place_of_their_own_and_are_meant_for_us(account: ChannelAccount) -> None:
    private = event("座椅加热不工作", chat_type="p2p", mentions=None)
    found = message(private, US)
    assert found is not None
    assert (found.private, found.thread, found.group, found.addressed) == (True, "", "", True)


@pytest.mark.parametrize(
    ("us", "mentions", "addressed"),
    [(US, fixture("received")["event"]["message"]["mentions"], True), (US, [], False),
     (US, fixture("received")["event"]["message"]["mentions"][1:], False),
     (Us("", APP_ID), fixture("received")["event"]["message"]["mentions"][1:], True)],
)  # fmt: skip
def test_whoever_calls_the_bot_addresses_it(us: Us, mentions: Any, addressed: bool) -> None:
    found = message(event(mentions=mentions), us)
    assert found is not None
    assert found.addressed is addressed


def test_an_event_of_schema_1_is_the_same_message(account: ChannelAccount) -> None:
    assert tell(account, fixture("received_old")) == 200
    [stored] = Message.objects.filter(account=account)
    assert (stored.text, stored.author_id) == ("空调有异味 @Tom 也说过", ASKER)
    found = message(fixture("received_old"), US)
    assert found is not None
    assert (found.addressed, found.thread, found.reply_to) == (True, "oc_5ce6d572455d361153b7cb51da133945", "")


def test_what_bots_say_and_what_is_no_message_is_answered_and_left(account: ChannelAccount) -> None:
    own, other, joined = event(), event(), event()
    own["event"]["sender"]["sender_id"]["open_id"] = BOT
    other["event"]["sender"]["sender_type"] = "app"
    joined["header"]["event_type"] = "im.chat.member.bot.added_v1"
    naming.learn_own(account)
    assert [tell(account, one) for one in (own, other, joined)] == [200, 200, 200]
    assert not Message.objects.exists()
    assert not RefusedCall.objects.exists()


def test_what_makes_no_sense_stands_in_plain_sight_and_does_not_come_again(account: ChannelAccount) -> None:
    broken = (event(message_id=None), event(create_time="soon"), event(content="{"), event(content="[]"), ["list"])
    assert [tell(account, one) for one in broken] == [200] * 5
    assert RefusedCall.objects.count() == 5
    assert not Message.objects.exists()


@pytest.mark.parametrize(("sort", "content", "text"), fixture("contents"))
def test_every_sort_of_message_has_words(sort: str, content: Any, text: str) -> None:
    found = message(event(message_type=sort, content=json.dumps(content)), US)
    assert found is not None
    assert found.text == text


def test_names_of_people_and_groups_are_asked_for_apart(account: ChannelAccount, platform: Platform) -> None:
    assert tell(account, event()) == 200
    assert platform.asked == []  # nothing slow before it was taken
    process(workspace_id=account.workspace_id)
    ask(account.id)
    group = Conversation.objects.get(account=account)
    member = account.identities.get(external_id=ASKER).member
    assert (group.group, member.name, naming.own_id(account)) == ("车主一群", "阿澈", BOT)
    asked = len(platform.asked)
    assert tell(account, event(message_id="om_second")) == 200
    ask(account.id)
    assert len(platform.asked) == asked
    assert Message.objects.get(external_id="om_second").author_name == "阿澈"


def test_a_name_feishu_does_not_tell_is_not_asked_for_again_and_again(
    account: ChannelAccount, platform: Platform
) -> None:
    naming.learn_own(account)
    tell(account, event())
    process(workspace_id=account.workspace_id)
    platform.answers[ASKER].append((400, {"code": 41050, "msg": "no user authority error"}))
    ask(account.id)
    ask(account.id)
    assert len(platform.of(ASKER)) == 1
    assert account.identities.get(external_id=ASKER).member.name == ""
    assert Health.objects.get(account=account).error == ""


def test_a_platform_that_cannot_be_asked_for_names_is_left_alone_for_a_while(
    account: ChannelAccount, platform: Platform
) -> None:
    platform.answers["internal"].extend([(503, {}), (503, {})])
    assert tell(account, event()) == 200
    ask(account.id)
    assert Health.objects.get(account=account).error
    told = heard(account, call_of(event(message_id="om_second")))
    assert (len(told.messages), told.fetch) == (1, False)


def call_of(told: Any) -> Call:
    body = sealed(told)
    headers = {name.lower(): value for name, value in signed(body).items()}
    return Call("POST", {}, headers, body, datetime.datetime.now(datetime.UTC))


def test_the_setting_says_which_way(account: ChannelAccount) -> None:
    by = connector("feishu")
    assert by.hears_by(account) == Hears.CALLS
    [_scopes, called, _event] = by.to_paste(account, "https://desk.example/in/feishu/x/")
    assert called.value == "https://desk.example/in/feishu/x/"
    account.settings["way"] = "line"
    assert by.hears_by(account) == Hears.LINE
    assert "https://desk.example/in/feishu/x/" not in [one.value for one in by.to_paste(account, called.value)]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["text", "content", "tag", "title", "zh_cn", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
FIELDS = st.sampled_from(sorted(fixture("received")["event"]["message"]))
SORTS = st.sampled_from(["text", "post", "image", "file", "audio", "interactive", "location", "", "other"])


@settings(max_examples=150, deadline=None)
@given(sort=SORTS, content=JSON.map(json.dumps) | st.text(), changed=st.dictionaries(FIELDS, JSON, max_size=2))
def test_whatever_comes_is_a_message_or_told_to_be_none(sort: str, content: str, changed: dict[str, Any]) -> None:
    for told in (
        event(**{"message_type": sort, "content": content, **changed}),
        {**fixture("received_old"), "event": {**fixture("received_old")["event"], "msg_type": sort, **changed}},
    ):
        try:
            found = message(told, US)
        except Unreadable:
            continue
        assert found is None or isinstance(found.text, str)


@settings(max_examples=150, deadline=None)
@given(body=st.binary() | JSON.map(lambda one: json.dumps(one).encode()), at=st.text(max_size=12))
def test_whatever_is_called_with_is_refused_in_words(body: bytes, at: str) -> None:
    account = ChannelAccount(kind="feishu", settings={"app_id": APP_ID})
    headers = {"x-lark-request-timestamp": at, "x-lark-request-nonce": "1", "x-lark-signature": "00"}
    call = Call("POST", {}, headers, body, datetime.datetime.now(datetime.UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huixiang.connectors.feishu.inbound.values", lambda _account, _name: [KEY])
        with pytest.raises((NotGenuine, Unreadable)):
            heard(account, call)
