"""Photos and documents, by getFile and the address it tells."""

from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.telegram.media import named
from tests.connectors.loopback import Platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.connectors.telegram.test_telegram import BOT, TOKEN, account, post, telegram, update

__all__ = ["account", "telegram"]
PHOTO = [
    {"file_id": "small", "width": 90, "height": 60, "file_size": 1200},
    {"file_id": "large", "width": 1280, "height": 860, "file_size": 120_000},
]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(account: ChannelAccount, **message: Any) -> None:
    body = update("private", **message)
    if "caption" in message:
        del body["message"]["text"]
    assert post(account, body).status_code == 200


def test_the_largest_size_of_a_photo_is_fetched(account: ChannelAccount, telegram: Platform) -> None:
    told = {"ok": True, "result": {"file_id": "large", "file_path": "photos/file 1.jpg"}}
    telegram.answers[f"{BOT}/getFile"] = (200, told)
    telegram.answers[f"/file{BOT}/photos/file%201.jpg"] = (200, PICTURE)
    sent(account, caption=COMPLAINT, photo=PHOTO)
    assert fetched(account) == [("kept", "图片.png", "image/png")]
    assert telegram.at(f"{BOT}/getFile") == [{"file_id": "large"}]


def test_what_cannot_be_had_is_said_without_the_token(account: ChannelAccount, telegram: Platform) -> None:
    telegram.answers[f"{BOT}/getFile"] = (200, {"ok": True, "result": {"file_path": "documents/gone.pdf"}})
    sent(account, caption=COMPLAINT, document={"file_id": "d", "file_name": "报告.pdf", "file_size": 900})
    assert fetched(account) == [("failed", "报告.pdf", "")]
    [sentence] = why(account)
    assert "404" in sentence
    assert TOKEN not in sentence


def test_what_a_message_names() -> None:
    animation = {"animation": {"file_id": "a", "file_name": "x.mp4"}, "document": {"file_id": "a"}}
    assert [(one.sort, one.name) for one in named(animation)] == [("film", "x.mp4")]
    only_named: list[Any] = [{"voice": {"file_id": "v"}}, {"sticker": {"file_id": "s"}}, {"photo": "x"}, {}]
    assert [named(one) for one in only_named] == [[]] * 4
