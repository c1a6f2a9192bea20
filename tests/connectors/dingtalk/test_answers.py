"""Answers: to a person, into a group, to the talk's own address; and what DingTalk says decides what follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.actions import conversations, queue_deliveries
from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.channels.tasks import deliver
from huixiang.kernel.crypto import encrypt
from tests.connectors.dingtalk.gateway import Gateway
from tests.factories import rows

pytestmark = pytest.mark.usefixtures("empty_cache")

PERSON, GROUP = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"
SESSION = "/robot/sendBySession"


def place(account: ChannelAccount, gateway: Gateway, *, private: bool = False, good: int = 3600) -> Conversation:
    """A talk whose own address is good for so many seconds."""
    key = (account.id, "@staff-7" if private else "cidGroup01==")
    found = conversations(workspace_id=account.workspace_id, wanted=[(*key, private)])[key]
    until = timezone.now() + timedelta(seconds=good)
    found.reply_handle = encrypt(f"{until.timestamp():.0f} {gateway.address}{SESSION}?session=abc")
    found.save()
    return found


def answered(account: ChannelAccount, where: Conversation | None = None, **fields: Any) -> Delivery:
    """One answer on its way, and what became of it."""
    person = fields.pop("recipient", "staff-7")
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient=person, conversation=where, purpose="reply",
        recipient_member_id=rows.member(account, person).id, text="师傅今天下午到。", **fields,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    return delivery


def said(gateway: Gateway) -> list[str]:
    return [path for path, _token, _body in gateway.said]


def test_a_person_is_written_to_by_the_robot_and_the_token_is_kept(account: ChannelAccount, gateway: Gateway) -> None:
    assert [answered(account).state, answered(account, place(account, gateway)).state] == ["delivered", "delivered"]
    assert said(gateway) == ["/v1.0/oauth2/accessToken", PERSON, PERSON]
    _path, token, body = gateway.said[-1]
    assert token == "token-1"
    assert (body["robotCode"], body["userIds"], body["msgKey"]) == ("dingclient", ["staff-7"], "sampleText")
    assert body["msgParam"] == '{"content": "师傅今天下午到。"}'


def test_a_group_is_answered_where_it_talks_as_long_as_that_is_good(account: ChannelAccount, gateway: Gateway) -> None:
    answered(account, place(account, gateway), into_group=True)
    answered(account, place(account, gateway, good=10), into_group=True)
    assert said(gateway) == [f"{SESSION}?session=abc", "/v1.0/oauth2/accessToken", GROUP]
    assert gateway.said[0][2] == {"msgtype": "text", "text": {"content": "师傅今天下午到。"}}
    assert gateway.said[2][2]["openConversationId"] == "cidGroup01=="


def test_an_address_that_is_good_no_longer_is_no_end(account: ChannelAccount, gateway: Gateway) -> None:
    gateway.answers[SESSION] = [(200, {"errcode": 300001, "errmsg": "session 不存在"})]
    assert answered(account, place(account, gateway), into_group=True).state == "delivered"
    assert said(gateway)[-1] == GROUP


def test_a_plain_group_robot_only_answers(opened: Callable[..., ChannelAccount], gateway: Gateway) -> None:
    account = opened(mode="http", client_id="")
    assert answered(account, place(account, gateway), into_group=True).state == "delivered"
    late = answered(account, place(account, gateway, good=-1), into_group=True)
    assert (late.state, "90" in late.error) == ("failed", True)
    gateway.answers[SESSION] = [(200, {"errcode": 310000, "errmsg": "ip X not in whitelist"})]
    refused = answered(account, place(account, gateway), into_group=True)
    assert (refused.state, "310000" in refused.error) == ("failed", True)


def test_somebody_without_an_id_is_answered_only_where_they_wrote(account: ChannelAccount, gateway: Gateway) -> None:
    private = place(account, gateway, private=True)
    assert answered(account, private, recipient="$:LWCP_v1:$Xy").state == "delivered"
    assert said(gateway) == [f"{SESSION}?session=abc"]
    elsewhere = answered(account, place(account, gateway), recipient="$:LWCP_v1:$Ab")
    assert (elsewhere.state, len(said(gateway))) == ("failed", 1)


def test_a_refused_token_is_fetched_anew_once(account: ChannelAccount, gateway: Gateway) -> None:
    stale = (401, {"code": "InvalidAuthentication", "message": "不合法的access_token"})
    gateway.answers[PERSON] = [stale]
    assert answered(account).state == "delivered"
    assert [token for path, token, _body in gateway.said if path == PERSON] == ["token-1", "token-2"]
    gateway.answers[PERSON] = [stale, stale]
    assert answered(account).state == "queued"
    account.refresh_from_db()
    assert "InvalidAuthentication" in account.paused_reason


@pytest.mark.parametrize(
    ("answer", "state", "paused", "soon"),
    [
        ((403, {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied"}), "queued", True, False),
        ((400, {"code": "resource.not.found", "message": "robot 不存在"}), "failed", False, False),
        ((400, {"code": "robotNotExist"}), "queued", True, False),
        ((400, {"code": "Forbidden.AccessDenied.QpsLimitForApi"}), "queued", False, True),
        ((200, {"invalidStaffIdList": ["staff-7"]}), "failed", False, False),
        ((200, {"flowControlledStaffIdList": ["staff-7"]}), "queued", False, True),
        ((503, {}), "queued", False, True),
    ],
)
def test_what_dingtalk_says_decides_what_follows(
    account: ChannelAccount,
    gateway: Gateway,
    answer: tuple[int, dict[str, Any]],
    state: str,
    paused: bool,
    soon: bool,
) -> None:
    gateway.answers[PERSON] = [answer]
    delivery = answered(account)
    account.refresh_from_db()
    assert (delivery.state, bool(account.paused_reason)) == (state, paused)
    assert (delivery.next_attempt_at > timezone.now() + timedelta(seconds=20)) == (soon or state == "failed")
    assert delivery.error


def test_a_robot_that_was_too_fast_rests_for_ten_minutes(account: ChannelAccount, gateway: Gateway) -> None:
    gateway.answers[SESSION] = [(200, {"errcode": 130101, "errmsg": "send too fast"})]
    delivery = answered(account, place(account, gateway), into_group=True)
    assert (delivery.state, delivery.attempts) == ("queued", 0)
    assert delivery.next_attempt_at > timezone.now() + timedelta(minutes=9)


def test_the_check_asks_dingtalk(opened: Callable[..., ChannelAccount], account: ChannelAccount) -> None:
    by = connector("dingtalk")
    assert by.check(account) == "dingclient"
    account.settings["client_secret"] = encrypt("wrong")
    with pytest.raises(TransportError) as error:
        by.check(account)
    assert (error.value.pauses, "invalidClientIdOrSecret" in error.value.sentence) == (True, True)
    account.settings["client_id"] = ""
    with pytest.raises(TransportError, match=r"(?i)client id"):
        by.check(account)
