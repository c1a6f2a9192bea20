"""Feishu's own libraries at the other end: what our tests send they accept, what they send our connector sends, too."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.channels.tasks import deliver
from tests.connectors.feishu.sender import (
    APP_ID,
    APP_SECRET,
    ASKER,
    KEY,
    TOKEN,
    Asked,
    Platform,
    event,
    fixture,
    post,
    sealed,
    signed,
)
from tests.connectors.feishu.test_frames import lark
from tests.factories import rows

ASKED, GROUP = "om_5ce6d572455d361153b7cb51da133945", "oc_5ce6d572455d361153b7xx51da133945"


def calls() -> list[tuple[dict[str, str], str]]:
    """A message, the same tampered with, signed with a guessed key, and the test of the address."""
    body = sealed(event())
    other = sealed(event("别的话"))
    guessed = sealed(event(), "guessed")
    tested = sealed(fixture("url_verification"))
    return [
        (signed(body), body.decode()), (signed(body), other.decode()),
        (signed(guessed, key="guessed"), guessed.decode()), ({}, tested.decode()),
    ]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_node_library_takes_and_refuses_what_we_take_and_refuse(account: ChannelAccount) -> None:
    made = calls()
    script = Path(__file__).with_name("node_side.mjs")
    asked = json.dumps({"key": KEY, "token": TOKEN, "calls": made})
    node = shutil.which("node") or ""
    done = subprocess.run([node, str(script)], input=asked, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    content = event()["event"]["message"]["content"]
    assert json.loads(done.stdout) == [[content], [], [], {"challenge": "ajls384kdjx98XX"}]
    ours = [post(account, body.encode(), headers) for headers, body in made]
    assert [one.status_code for one in ours] == [200, 401, 401, 200]
    assert ours[3].json() == {"challenge": "ajls384kdjx98XX"}


def test_the_python_librarys_dispatcher_takes_and_refuses_the_same() -> None:
    told, texts = lark("dispatches", {"key": KEY, "token": TOKEN, "calls": calls()})
    assert [status for status, _body in told] == [200, 500, 500, 200]
    assert json.loads(told[3][1]) == {"challenge": "ajls384kdjx98XX"}
    assert texts == [event()["event"]["message"]["content"]]


def said(account: ChannelAccount, text: str, **fields: Any) -> Delivery:
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient=ASKER, purpose="reply", text=text,
        recipient_member_id=rows.member(account, ASKER).id, **fields,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    return delivery


def shape(asked: Asked) -> tuple[Any, ...]:
    """All of a request that the platform looks at."""
    return asked.method, asked.path, asked.query, asked.headers.get("authorization"), asked.body


def test_the_python_librarys_client_sends_what_we_send(account: ChannelAccount, platform: Platform) -> None:
    place = Conversation.objects.create(
        workspace=account.workspace, account=account, external_id=GROUP, group="车主一群"
    )
    ours = [
        said(account, "师傅今天下午到。"), said(account, "本周更新", conversation=place, into_group=True),
        said(account, "收到", conversation=place, into_group=True, in_reply_to=ASKED),
    ]  # fmt: skip
    sent = [one for one in platform.asked if "/messages" in one.path]
    sorts = [("open_id", ASKER), ("chat_id", GROUP), ("reply", ASKED)]
    sends = [
        (sort, to, one.body["content"], delivery.id.hex)
        for (sort, to), one, delivery in zip(sorts, sent, ours, strict=True)
    ]
    codes = lark("sends", {"app_id": APP_ID, "secret": APP_SECRET, "domain": platform.url, "sends": sends})
    assert codes == [0, 0, 0]
    theirs = [one for one in platform.asked if "/messages" in one.path][3:]
    tokens = platform.of("internal")
    assert tokens[0].body == tokens[-1].body
    assert tokens[0].path == tokens[-1].path
    for mine, other in zip(sent, theirs, strict=True):
        assert other.headers["authorization"] == f"Bearer t-{platform.tokens}"
        mine.headers["authorization"] = other.headers["authorization"]  # each fetched its own
        assert shape(mine) == shape(other)
    assert len(platform.said) == 3  # by the same id: Feishu would have dropped theirs
