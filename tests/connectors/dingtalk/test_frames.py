"""Whatever comes by the stream is understood, or strange and said why; both can be acknowledged."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.dingtalk.stream import CALLBACK, MESSAGES, _acknowledgement, _place, _read
from tests.fuzzing import ANY_JSON

PARTS = ("msgId", "msgtype", "text", "content", "createAt", "conversationType", "conversationId", "senderStaffId",
         "senderId", "senderNick", "isInAtList", "sessionWebhook", "sessionWebhookExpiredTime")  # fmt: skip
SOUND = {"msgId": "m", "msgtype": "text", "text": {"content": "漏水"}, "conversationType": "1", "senderStaffId": "s"}
SAID = st.dictionaries(st.sampled_from(PARTS), ANY_JSON, max_size=5).map(
    lambda changed: json.dumps({**SOUND, **changed})
)
HEADERS = st.fixed_dictionaries({"topic": st.just(MESSAGES) | ANY_JSON, "messageId": ANY_JSON})
FRAMES = st.fixed_dictionaries(
    {
        "type": st.sampled_from([CALLBACK, "SYSTEM", "EVENT"]) | ANY_JSON,
        "headers": HEADERS | ANY_JSON,
        "data": SAID | ANY_JSON,
    }
)
RAW = FRAMES.map(json.dumps) | ANY_JSON.map(json.dumps) | st.text(max_size=60) | st.binary(max_size=60)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=RAW)
def test_every_frame_is_understood_or_strange(raw: str | bytes) -> None:
    read = _read(ChannelAccount(kind="dingtalk", settings={"api": "https://api.dingtalk.com"}), raw)
    assert not (read.message and read.strange)
    assert json.loads(json.dumps(_acknowledgement(read.frame)))["code"] in {200, 404}
    assert all(isinstance(one, str) for one in _place(read.frame))
