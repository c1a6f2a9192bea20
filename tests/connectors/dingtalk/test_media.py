"""Files by the code that came with the message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.dingtalk.inbound import message
from huixiang.connectors.dingtalk.media import DOWNLOAD, named
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, connected, platform
from tests.connectors.media import PICTURE, fetched, wanted, why

NOW = 1_790_000_000_000


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dingtalk(settings: Any, empty_cache: None) -> Iterator[Platform]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with platform() as found:
        found.answers["/v1.0/oauth2/accessToken"] = (200, {"accessToken": "t-1", "expireIn": 7200})
        found.answers[DOWNLOAD] = lambda _asked: (200, {"downloadUrl": f"{found.address}/oss/p"})
        found.answers["/oss/p"] = (200, PICTURE)
        yield found


@pytest.fixture
def account(workspace: Workspace, dingtalk: Platform) -> ChannelAccount:
    return connected(
        workspace, "dingtalk", client_id="ding1", client_secret="s", robot_code="robot-1", api=dingtalk.address
    )


def test_the_code_is_changed_for_an_address_that_is_told_no_token(account: ChannelAccount, dingtalk: Platform) -> None:
    wanted(account, {"code": "c-1"})
    assert fetched(account) == [("kept", "图片.png", "image/png")]
    assert dingtalk.at(DOWNLOAD) == [{"downloadCode": "c-1", "robotCode": "robot-1"}]
    [asked] = [one for one in dingtalk.asked if one.path == "/oss/p"]
    assert [name for name in asked.headers if "token" in name or name == "authorization"] == []


def test_a_code_that_ended_and_an_address_of_ours(account: ChannelAccount, dingtalk: Platform) -> None:
    dingtalk.answers[DOWNLOAD] = (400, {"code": "invalidParameter.downloadCode", "message": "expired"})
    wanted(account, {"code": "c-1"})
    fetched(account)
    dingtalk.answers[DOWNLOAD] = (200, {"downloadUrl": "https://10.0.0.1/oss/p"})
    wanted(account, {"code": "c-2"})
    fetched(account)
    first, second = why(account)
    assert "downloadCode" in first
    assert "10.0.0.1" in second


def test_what_a_message_names(account: ChannelAccount) -> None:
    base = {
        "msgId": "m", "conversationId": "c", "senderStaffId": "u", "conversationType": "1", "createAt": NOW,
    }  # fmt: skip
    parts = [{"text": "车机黑屏"}, {"downloadCode": "c-2", "type": "picture"}]
    read = message(account, {**base, "msgtype": "richText", "content": {"richText": parts}})
    assert (read.text, [one.reference for one in read.files]) == ("车机黑屏", [{"code": "c-2"}])
    [file] = named({"msgtype": "file", "content": {"downloadCode": "c", "fileName": "日志.txt"}})
    assert (file.sort, file.name) == ("file", "日志.txt")
    assert named({"msgtype": "audio", "content": {"downloadCode": "c"}}) == []
