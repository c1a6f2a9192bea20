"""Pictures and files out of messages, by the documented form of GET …/messages/:message_id/resources/:file_key."""

import json
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.feishu.media import named
from tests.connectors.feishu.sender import Platform, event, tell
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.intake.attachments import files


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def post(*pieces: dict[str, str]) -> dict[str, Any]:
    """Rich text: the complaint, then these pieces."""
    rows = [[{"tag": "text", "text": COMPLAINT}], list(pieces)]
    return event(message_type="post", content=json.dumps({"title": "", "content": rows}), chat_type="p2p")


def test_the_picture_of_a_complaint_is_fetched_as_the_application(account: ChannelAccount, platform: Platform) -> None:
    platform.answers["img_v2_1"].append((200, PICTURE))
    assert tell(account, post({"tag": "img", "image_key": "img_v2_1"})) == 200
    assert fetched(account) == [("kept", "图片.png", "image/png")]
    [asked] = platform.of("/resources/img_v2_1")
    assert (asked.path, asked.query, asked.headers["authorization"]) == (
        "/open-apis/im/v1/messages/om_5ce6d572455d361153b7cb51da133945/resources/img_v2_1",
        {"type": "image"},
        "Bearer t-1",
    )


def test_a_token_that_ended_is_fetched_anew(account: ChannelAccount, platform: Platform) -> None:
    platform.answers["img_v2_1"].extend([(400, {"code": 99991663, "msg": "Invalid access token"}), (200, PICTURE)])
    tell(account, post({"tag": "img", "image_key": "img_v2_1"}))
    assert fetched(account) == [("kept", "图片.png", "image/png")]
    assert platform.tokens == 2


def test_what_feishu_refuses_stands_beside_the_message(account: ChannelAccount, platform: Platform) -> None:
    platform.answers["img_v2_1"].append((400, {"code": 99991672, "msg": "Access denied"}))
    platform.answers["img_v2_2"].append((400, {"code": 234037, "msg": "Downloaded file size exceeds limit."}))
    platform.answers["img_v2_3"].append((200, files.bomb()))
    keys = ("img_v2_1", "img_v2_2", "img_v2_3")
    tell(account, post(*({"tag": "img", "image_key": key} for key in keys)))
    assert [state for state, _name, _type in fetched(account)] == ["failed"] * 3
    first, second, third = why(account)
    assert "99991672" in first or "权限" in first
    assert "234037" in second
    assert "“图片”" in third or "图片" in third


def test_files_by_the_sort_of_message() -> None:
    [film] = named("om_1", "media", json.dumps({"file_key": "f1", "file_name": "异响.mp4", "image_key": "cover"}))
    assert (film.sort, film.name) == ("film", "异响.mp4")
    assert film.reference == {"message": "om_1", "key": "f1", "type": "file"}
    [file] = named("om_1", "file", json.dumps({"file_key": "f2", "file_name": "日志.txt"}))
    assert (file.sort, file.reference["type"]) == ("file", "file")
    others = [("text", '{"text": "image_key"}'), ("sticker", '{"file_key": "x"}'), ("image", "["), ("image", "{}")]
    assert [named("om_1", sort, content) for sort, content in others] == [[]] * 4
