"""Answers by signed webhook: verified at the other end by the standard's own library."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from huixiang.channels.actions import open_account
from huixiang.channels.contracts import can_answer
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.webhooks import receiving
from huixiang.connectors.webhook.outbound import payload_of
from huixiang.journal.events import SYSTEM
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, answered, platform


@pytest.fixture
def shop() -> Iterator[Platform]:
    with platform() as found:
        found.answers["/answers"] = (200, {})
        yield found


@pytest.fixture
def account(workspace: Workspace, shop: Platform, settings: Any, empty_cache: None) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    made = open_account(workspace=workspace, slug="webhook-1", kind="webhook", name="店铺")
    receiving.set_up(account=made, actor=SYSTEM)
    receiving.answer_at(account=made, url=f"{shop.address}/answers", actor=SYSTEM)
    return made


def test_an_answer_is_signed_with_both_secrets_while_one_is_changed(account: ChannelAccount, shop: Platform) -> None:
    place = Conversation.objects.create(workspace=account.workspace, account=account, external_id="t-7", group="t-7")
    before = receiving.secrets_of(account)[0]
    receiving.rotate(account=account, actor=SYSTEM)
    sent = answered(account, "u-9", conversation=place, in_reply_to="f-17", link="https://a.example/f/1")
    assert sent.state == "delivered"
    [asked] = shop.asked
    for secret in (before, receiving.secrets_of(account)[0]):
        read = Webhook(secret).verify(json.dumps(asked.body, ensure_ascii=False, separators=(",", ":")), asked.headers)
        assert read == json.loads(json.dumps(payload_of(sent)))
    assert asked.body["data"] == {
        "id": sent.id.hex, "text": "师傅今天下午到。\n\nhttps://a.example/f/1", "to": {"id": "u-9"},
        "in_reply_to": "f-17", "thread": "t-7", "purpose": "reply",
    }  # fmt: skip
    assert asked.headers["webhook-id"] == sent.id.hex


@pytest.mark.parametrize(("status", "state"), [(404, "failed"), (429, "queued"), (503, "queued")])
def test_what_is_refused_fails_and_what_may_pass_is_tried_again(
    account: ChannelAccount, shop: Platform, status: int, state: str
) -> None:
    shop.answers["/answers"] = (status, {})
    sent = answered(account, "u-9")
    assert (sent.state, str(status) in sent.error) == (state, True)


def test_without_an_address_nobody_is_answered(account: ChannelAccount) -> None:
    assert can_answer(account)
    receiving.answer_at(account=account, url=" ", actor=SYSTEM)
    assert not can_answer(account)
    sent = answered(account, "u-9")
    assert (sent.state, sent.error) == ("failed", "这个 Webhook 没填回复地址。")


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://10.0.0.3/answers", "shop"])
def test_an_address_that_may_not_be_called_is_refused(account: ChannelAccount, url: str) -> None:
    with pytest.raises(Refused):
        receiving.answer_at(account=account, url=url, actor=SYSTEM)
