"""WeCom's callbacks of a bot: the check of the address, messages, one answer within an hour."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from huixiang.channels.accounts import change
from huixiang.channels.contracts import TransportError, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, RefusedCall
from huixiang.connectors.wecom_bot.inbound import message
from huixiang.groupbot.actions import change as change_bot
from huixiang.groupbot.manner import Manner
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.connectors.loopback import Platform, answered, connected, platform
from tests.connectors.wecom_bot.test_line import recorded
from tests.factories.jobs import run_waiting

TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
RESPONSE = "/cgi-bin/aibot/response"


@pytest.fixture
def wecom(settings: Any) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers[RESPONSE] = (200, {"errcode": 0, "errmsg": "ok"})
        yield found


@pytest.fixture
def account(workspace: Workspace, wecom: Platform) -> ChannelAccount:
    return connected(workspace, "wecom_bot", mode="calls", token=TOKEN, aes_key=KEY, api=wecom.address)


@dataclass(frozen=True)
class Sealing:
    """Another's implementation, for nobody in particular, as WeCom calls a bot's address."""

    token: str = TOKEN
    key: str = KEY

    def sealed(self, text: str, *, age: int = 0, receiver: str = "") -> tuple[dict[str, str], str]:
        """The query and the encrypted text."""
        at, nonce, signer = str(int(time.time()) - age), "n-1", WeChatSigner()
        encrypt = PrpCrypto(base64.b64decode(self.key + "=")).encrypt(text, receiver).decode()
        signer.add_data(self.token, at, nonce, encrypt)
        return {"msg_signature": signer.signature, "timestamp": at, "nonce": nonce}, encrypt


GENUINE = Sealing()


def called(account: ChannelAccount, sent: Any, by: Sealing = GENUINE, **how: Any) -> int:
    text = sent if isinstance(sent, str) else json.dumps(sent, ensure_ascii=False)
    query, encrypt = by.sealed(text, **how)
    return posted(account, query, encrypt)


def posted(account: ChannelAccount, query: dict[str, str], encrypt: str) -> int:
    address = f"/in/wecom_bot/{account.token}/?{urlencode(query)}"
    return Client().post(address, json.dumps({"encrypt": encrypt}), content_type="application/json").status_code


def test_the_address_is_proven_by_the_decrypted_text_alone(account: ChannelAccount) -> None:
    query, echo = Sealing().sealed("1616140317555161061")
    answer = Client().get(f"/in/wecom_bot/{account.token}/?{urlencode({**query, 'echostr': echo})}")
    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    query["nonce"] = "other"
    refused = Client().get(f"/in/wecom_bot/{account.token}/?{urlencode({**query, 'echostr': echo})}")
    assert refused.status_code == 401


def test_messages_are_stored_once(account: ChannelAccount) -> None:
    assert [called(account, recorded("private")), called(account, recorded("private"))] == [200, 200]
    assert called(account, {"msgtype": "event", "event": {"eventtype": "enter_chat"}}) == 200
    [stored] = Message.objects.filter(account=account)
    assert (stored.text, stored.author_id, stored.private) == ("充电口弹不开", "lixiao", True)
    place = Conversation.objects.get(account=account, external_id="@lixiao")
    assert place.reply_left == 1
    assert place.reply_until is not None
    assert timedelta(minutes=59) < place.reply_until - timezone.now() <= timedelta(hours=1)


def test_tampered_stale_and_others_calls_are_refused(account: ChannelAccount) -> None:
    query, encrypt = Sealing().sealed(json.dumps(recorded("private")))
    assert posted(account, query, "A" + encrypt[1:]) == 401
    assert posted(account, {**query, "nonce": "other"}, encrypt) == 401
    assert called(account, recorded("private"), age=301) == 401
    assert called(account, recorded("private"), age=-301) == 401
    assert called(account, recorded("private"), receiver="ww1436e0e65a779aee") == 401
    assert called(account, recorded("private"), Sealing(token="guessed")) == 401
    assert called(account, recorded("private"), Sealing(key="6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt")) == 401
    assert [called(account, "{"), called(account, recorded("private", msgid=""))] == [200, 200]
    assert RefusedCall.objects.filter(account=account).count() == 2
    assert not Message.objects.exists()


def test_token_and_key_of_before_are_good_for_a_day(account: ChannelAccount) -> None:
    fresh = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
    change(account=account, given={"token": "fresh", "aes_key": fresh}, actor=SYSTEM)
    assert called(account, recorded("private")) == 200
    assert called(account, recorded("group"), Sealing("fresh", fresh)) == 200
    assert Message.objects.filter(account=account).count() == 2


def test_one_answer_goes_to_the_address_of_the_message(account: ChannelAccount, wecom: Platform) -> None:
    address = f"{wecom.address}{RESPONSE}?response_code=abc"
    called(account, recorded("private", response_url=address))
    place = Conversation.objects.get(account=account)
    assert answered(account, "lixiao", conversation=place).state == "delivered"
    assert wecom.at(RESPONSE) == [{"msgtype": "markdown", "markdown": {"content": "师傅今天下午到。"}}]
    place.refresh_from_db()
    assert answered(account, "lixiao", conversation=place).state == "failed"
    assert len(wecom.asked) == 1


def test_no_other_address_is_answered_and_nobody_in_a_group_alone(account: ChannelAccount, wecom: Platform) -> None:
    called(account, recorded("private", response_url="https://qyapi.weixin.qq.com.evil.example/x?response_code=abc"))
    private = Conversation.objects.get(account=account)
    assert answered(account, "lixiao", conversation=private).state == "failed"
    called(account, recorded("group", response_url=f"{wecom.address}{RESPONSE}?response_code=abc"))
    group = Conversation.objects.get(account=account, external_id="wrkSFfCgAAq1")
    assert answered(account, "laomai", conversation=group).state == "failed"
    assert wecom.asked == []
    assert answered(account, "laomai", conversation=group, into_group=True).state == "delivered"


def test_the_first_feedback_of_a_group_gets_notice_and_link_by_its_only_address(
    account: ChannelAccount, wecom: Platform
) -> None:
    change_bot(account=account, manner=Manner(on=True, quiet_from="00:00", quiet_until="00:00"), actor=SYSTEM)
    said = recorded("group", response_url=f"{wecom.address}{RESPONSE}?response_code=abc")
    said["text"]["content"] = f"@反馈小助手 {factories.BLACK_SCREEN}"
    called(account, said)
    run_waiting()
    [told] = wecom.at(RESPONSE)
    assert ["7 天" in told["markdown"]["content"], "/s/" in told["markdown"]["content"]] == [True, True]
    assert [one.state for one in Delivery.objects.all()] == ["delivered"]


def test_an_address_that_is_used_up_is_said_in_words(account: ChannelAccount, wecom: Platform) -> None:
    wecom.answers[RESPONSE] = (200, {"errcode": 40096, "errmsg": "invalid response_code"})
    called(account, recorded("private", response_url=f"{wecom.address}{RESPONSE}?response_code=abc"))
    delivery = answered(account, "lixiao", conversation=Conversation.objects.get(account=account))
    assert (delivery.state, "40096" in delivery.error) == ("failed", True)


def test_what_is_pasted_and_what_the_line_needs(account: ChannelAccount) -> None:
    by = connector("wecom_bot")
    assert [paste.value for paste in by.to_paste(account, "https://x/in")] == ["https://x/in", TOKEN, KEY]
    account.settings["mode"] = "line"
    assert by.to_paste(account, "https://x/in") == ()
    with pytest.raises(TransportError):
        by.check(account)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("msgid", "msgtype", "text", "from", "chattype", "chatid", "mixed", "voice", "response_url", "create_time")
PARTS = st.fixed_dictionaries({"msg_item": st.lists(ANYTHING, max_size=3)})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING | PARTS, max_size=6), st.booleans())
def test_whatever_is_sent_is_a_message_or_unreadable(sent: dict[str, Any], sound: bool) -> None:
    base = {"msgid": "1", "from": {"userid": "u"}, "msgtype": "mixed"} if sound else {}
    try:
        read = message({**base, **sent}, datetime.now(UTC))
    except Unreadable:
        return
    assert read.external_id
    assert read.author_id
    assert read.private == (not read.thread)
