"""Uploads of posts, by the short names in their text."""

from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.discourse.media import named
from tests.connectors.discourse.test_discourse import account, forum, post
from tests.connectors.loopback import Platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why

__all__ = ["account", "forum"]
SHORT = "/uploads/short-url/yoj8pf9DdIeHRRULyw7i57GAYdz.png"
RAW = f"{COMPLAINT}\n\n![仪表|690x388](upload://yoj8pf9DdIeHRRULyw7i57GAYdz.png)"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_an_upload_is_fetched_and_the_key_stays_with_the_forum(
    account: ChannelAccount, forum: Platform, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
    stored = forum.address.replace("127.0.0.1", "localhost") + "/bucket/x.png"
    forum.answers |= {SHORT: (302, b"", {"Location": stored}), "/bucket/x.png": (200, PICTURE)}
    assert post(account, raw=RAW) == 200
    assert fetched(account) == [("kept", "仪表.png", "image/png")]
    keys = {one.path: "api-key" in one.headers for one in forum.asked}
    assert keys == {SHORT: True, "/bucket/x.png": False}


def test_a_redirect_into_our_own_network_is_not_followed(account: ChannelAccount, forum: Platform) -> None:
    forum.answers[SHORT] = (302, b"", {"Location": "https://192.168.1.1/x.png"})
    post(account, raw=RAW)
    fetched(account)
    assert "192.168.1.1" in why(account)[0]


def test_a_page_instead_of_the_file(account: ChannelAccount, forum: Platform) -> None:
    forum.answers[SHORT] = (200, b"<html>", {"Content-Type": "text/html"})
    post(account, raw=RAW)
    fetched(account)
    assert "页面" in why(account)[0]


def test_what_a_text_names() -> None:
    pdf = "[报告.pdf|attachment](upload://abcDEF12345.pdf) (1.2 KB)"
    found = named(f"{RAW} ![x](https://example.com/x.png) ![y](upload://yoj8pf9DdIeHRRULyw7i57GAYdz.png) {pdf}")
    assert [(one.sort, one.name) for one in found] == [("picture", "仪表.png"), ("file", "报告.pdf")]
    assert named("![|audio](upload://abcDEF12345.mp3) ![x](upload://../../etc.png)") == []
