"""A feed on the loopback is read once, asked politely, and cannot harm."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.connectors.feed import inbound
from huixiang.intake.asking import ask
from huixiang.intake.models import Message
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Asked, Platform, connected, platform

FIXTURES = Path(__file__).parent / "fixtures"
RSS, ATOM = ((FIXTURES / name).read_bytes() for name in ("rss.xml", "atom.xml"))
MARKS = {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 00:00:00 GMT", "Content-Type": "application/rss+xml"}


@pytest.fixture
def server() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def account(workspace: Workspace, server: Platform, settings: Any) -> Iterator[ChannelAccount]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with translation.override("en"):
        yield connected(workspace, "feed", feed=f"{server.address}/latest.rss")


def once_changed(asked: Asked) -> tuple[int, Any, dict[str, str]]:
    """As a polite server answers: nothing new to whoever has the marks."""
    same = asked.headers.get("if-none-match") == '"v1"' and "if-modified-since" in asked.headers
    return (304, b"", {}) if same else (200, RSS, MARKS)


def test_entries_come_in_once_without_their_markup(account: ChannelAccount, server: Platform) -> None:
    server.answers["/latest.rss"] = once_changed
    assert ask(account.id) == 2
    assert ask(account.id) == 0
    older, newer = Message.objects.order_by("sent_at")
    assert (older.external_id, older.text) == ("https://forum.example/t/1", "导航黑屏，版本 3.4.1 & 之前都有")
    assert (newer.external_id, newer.author_name) == ("topic-2", "漠河守夜人")
    assert newer.text == "充电口冻住了\n零下三十度，盖子弹不开。\n\n拍了\n三次"
    assert newer.sent_at.isoformat() == "2026-11-20T00:05:00+00:00"
    assert "if-none-match" not in server.asked[0].headers
    server.answers["/latest.rss"] = (200, RSS, MARKS | {"ETag": '"v2"'})
    ask(account.id)
    assert Message.objects.count() == 2


def test_atom_and_a_feed_that_moved(account: ChannelAccount, server: Platform) -> None:
    server.answers["/latest.rss"] = (301, b"", {"Location": "/atom"})
    server.answers["/atom"] = (200, gzip.compress(ATOM), {"Content-Encoding": "gzip"})
    assert ask(account.id) == 1
    message = Message.objects.get()
    assert (message.text, message.author_id) == ("更新后变卡\n滑动地图要等两秒", "https://forum.example/u/bing")
    assert connector("feed").check(account) == "车机更新日志下的留言"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, b"", {}), "There is no feed to read at this address (404)."),
        ((503, b"", {}), "The feed's server has trouble (503)."),
        ((429, b"", {}), "The feed's server asks us to come less often."),
        ((200, b"<html><body>hello</body></html>", {}), "This is no feed that can be read (RSS or Atom)."),
        ((200, b"", {}), "This is no feed that can be read (RSS or Atom)."),
        ((200, gzip.compress(b" " * 5_000_000), {"Content-Encoding": "gzip"}), "The feed is larger than 4 MB."),
        ((301, b"", {"Location": "/latest.rss"}), "The feed leads from one address to the next without end."),
        ((302, b"", {"Location": "https://169.254.169.254/latest"}), "leads into a private network"),
        (
            (200, b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss version="2.0">&b;</rss>', {}),
            "declares entities of its own",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_with_the_account(
    account: ChannelAccount, server: Platform, answer: Any, sentence: str
) -> None:
    server.answers["/latest.rss"] = answer
    assert ask(account.id) == 0
    assert sentence in Health.objects.get(account=account).error
    assert not Message.objects.exists()


def test_a_feed_inside_our_network_is_refused_when_it_is_connected(workspace: Workspace) -> None:
    with pytest.raises(Refused):
        connected(workspace, "feed", feed="http://192.168.0.1/feed")


CUTS = st.integers(0, len(RSS))


BROKEN = st.tuples(CUTS, st.binary(max_size=20), CUTS).map(lambda c: RSS[: c[0]] + c[1] + RSS[c[2] :])


@given(st.one_of(st.binary(max_size=300), BROKEN))
@settings(max_examples=150, deadline=None)
def test_no_feed_breaks_the_reading(body: bytes) -> None:
    try:
        found = inbound.messages(inbound.parsed(body))
    except TransportError:
        return
    assert all(message.text and message.external_id for message in found)


@pytest.mark.parametrize(
    ("title", "body", "text"), [("黑屏", "黑屏了，三次", "黑屏了，三次"), ("黑屏", "", "黑屏"), ("", " ", None)]
)
def test_a_title_is_not_said_twice(title: str, body: str, text: str | None) -> None:
    message = inbound._message({"title": title, "summary": body, "id": "1"})
    assert (message.text if message else None) == text
