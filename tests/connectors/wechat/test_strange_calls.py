"""Whatever is in a call that is truly the platform's: it is answered, and nothing but stored or kept in plain sight."""

import datetime
import itertools
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import Call, Unreadable, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.connectors.hooks import _taken
from huixiang.connectors.wechat_crypto import encrypted, signature
from huixiang.connectors.wecom_kf.inbound import message
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import connected
from tests.connectors.wechat.calls import KEY, TOKEN, xml

AT = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
KINDS = {
    "wechat_oa": {"app_id": "wx12345678", "app_secret": "s"},
    "wecom_app": {"corp_id": "ww12345678", "agent_id": "1", "app_secret": "s"},
    "wecom_kf": {"corp_id": "ww12345678", "app_secret": "s"},
}
NAMES = st.sampled_from(
    ["FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey", "OpenKfId", "Token", "Label"]
)
TIMES = st.integers(-(10**9), 10**12)
TELLING = st.sampled_from(["text", "image", "event", "SCAN", "unsubscribe", "1790000000"])
NEWS = {"MsgType": "event", "Event": "kf_msg_or_event"}
BROKEN = st.sampled_from(["\ud800", "\x00", "a" * 300])
VALUES = st.one_of(BROKEN, st.text(max_size=20), TIMES, TELLING, st.none(), st.floats(), st.booleans())
WHOLE = {
    "FromUserName": "o1", "CreateTime": 1790000000, "MsgType": "text", "MsgId": "1", "Content": "漏水", "Event": "SCAN",
    "OpenKfId": "wk1", "Token": "ENC",
}  # fmt: skip
KIND = st.sampled_from([{}, {"MsgType": "event"}, NEWS])
CHANGED = st.builds(lambda kind, few: {**WHOLE, **kind, **few}, KIND, st.dictionaries(NAMES, VALUES, max_size=2))
MESSAGES = st.one_of(
    CHANGED.map(json.dumps),
    st.dictionaries(NAMES, st.one_of(TELLING, TIMES, st.text(max_size=20))).map(lambda fields: xml(**fields)),
    st.text(max_size=60),
)
PLAIN = st.one_of(VALUES, st.dictionaries(st.sampled_from(["content", "title", "name"]), VALUES))


def call(account: ChannelAccount, kind: str, text: str) -> Call:
    receiver, at = KINDS[kind].get("app_id") or KINDS[kind]["corp_id"], str(int(AT.timestamp()))
    encrypt = encrypted(KEY, text.encode("utf-8", "replace").decode(), receiver)
    query = {"timestamp": at, "nonce": "n", "msg_signature": signature(TOKEN, at, "n", encrypt)}
    return Call("POST", query, {}, xml(Encrypt=encrypt).encode(), AT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_call_is_always_answered(kind: str, workspace: Workspace, empty_cache: None) -> None:
    account = connected(workspace, kind, **KINDS[kind], token=TOKEN, aes_key=KEY)

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(text=MESSAGES)
    def answered(text: str) -> None:
        assert _taken(connector(kind), account, call(account, kind, text)).status == 200

    answered()
    for name, broken, more in itertools.product(WHOLE, ("\ud800", "\x00"), ({}, {"MsgType": "event"}, NEWS)):
        text = json.dumps({**WHOLE, **more, name: broken})
        assert _taken(connector(kind), account, call(account, kind, text)).status == 200
    assert Health.objects.get(account=account).not_genuine == 0


@settings(max_examples=300, deadline=None)
@given(
    sent=st.dictionaries(
        st.sampled_from(["msgid", "open_kfid", "external_userid", "send_time", "msgtype", "text", "link", "location"]),
        PLAIN,
    )
)
def test_nothing_but_unreadable_comes_of_a_strange_message_that_was_fetched(sent: dict[str, Any]) -> None:
    try:
        read = message(sent, {})
    except Unreadable:
        return
    assert read.window is not None
