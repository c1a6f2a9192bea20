"""Files for the QQ bot: from QQ's own hosts only."""

from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.qq_bot.media import named
from tests.connectors.loopback import Platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.connectors.qq_bot.test_qq_bot import EVENTS, account, event, post, qq

__all__ = ["account", "qq"]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def sent(account: ChannelAccount, url: str) -> None:
    name = next(one for one, body in EVENTS.items() if body["t"] == "C2C_MESSAGE_CREATE")
    file = {"content_type": "image/jpeg", "filename": "shot.jpg", "size": 900, "url": url}
    assert post(account, event(name, content=COMPLAINT, attachments=[file])).status_code == 200


def test_it_is_fetched_without_the_bots_token(account: ChannelAccount, qq: Platform) -> None:
    qq.answers["/download"] = (200, PICTURE)
    sent(account, f"{qq.address}/download?rkey=1")
    assert fetched(account) == [("kept", "shot.png", "image/png")]
    [asked] = [one for one in qq.asked if one.path == "/download"]
    assert ("authorization" in asked.headers, asked.query) == (False, {"rkey": ["1"]})


def test_an_address_that_is_not_qqs(account: ChannelAccount) -> None:
    sent(account, "https://example.com/x.png")
    fetched(account)
    assert "别处" in why(account)[0]


def test_what_a_message_names() -> None:
    files = [
        {"content_type": "image/png", "url": "gchat.qpic.cn/x/0"}, {"content_type": "voice", "url": "https://x.qq.com/v"},
        {"content_type": "image/png"}, "?",
    ]  # fmt: skip
    assert [one.reference for one in named({"attachments": files})] == [{"url": "https://gchat.qpic.cn/x/0"}]
