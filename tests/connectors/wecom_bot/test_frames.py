"""Whatever comes by the line is a message, an answer or parked: no frame ends it."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.wecom_bot import line as wecom_line
from tests.fuzzing import ANY_JSON

PARTS = ("msgid", "chattype", "chatid", "from", "msgtype", "text", "mixed", "voice", "quote", "create_time", "event")
BODIES = st.dictionaries(st.sampled_from(PARTS), ANY_JSON, max_size=5).map(
    lambda changed: {"msgid": "m-1", "chattype": "single", "from": {"userid": "u"}, "msgtype": "text", **changed}
)
COMMANDS = st.sampled_from(["", wecom_line.MESSAGE, wecom_line.EVENT, "ping"])
FRAMES = st.fixed_dictionaries({"cmd": COMMANDS | ANY_JSON, "headers": ANY_JSON, "body": BODIES | ANY_JSON})
RAW = FRAMES.map(json.dumps) | ANY_JSON.map(json.dumps) | st.text(max_size=60) | st.binary(max_size=60)


@settings(max_examples=200, deadline=None, suppress_health_check=[*HealthCheck])
@given(raw=RAW)
def test_no_frame_ends_the_line(monkeypatch: pytest.MonkeyPatch, raw: str | bytes) -> None:
    parked, came = list[str](), list[InboundMessage]()

    async def park(_account: ChannelAccount, sentence: str, body: str) -> None:
        parked.append(f"{sentence}{body}")

    async def handled() -> None:
        wire: Any = None
        line = wecom_line.Line(ChannelAccount(), wire)
        await line._handle(raw)
        while not line._came.empty():
            came.append(line._came.get_nowait())

    monkeypatch.setattr(wecom_line, "park", park)
    asyncio.run(handled())
    assert len(parked) + len(came) <= 1
    assert all(one.external_id and one.author_id for one in came)
