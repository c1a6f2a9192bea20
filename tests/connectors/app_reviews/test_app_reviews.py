"""Apple's public reviews, from a server on the loopback that answers as Apple's does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import TransportError, connector
from huixiang.channels.models import ChannelAccount, Health
from huixiang.connectors.app_reviews.inbound import reviews
from huixiang.intake.asking import ask
from huixiang.intake.models import Message
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace
from tests.connectors.loopback import Platform, connected, platform

PAGE = json.loads((Path(__file__).parent / "fixtures" / "page.json").read_text(encoding="utf-8"))
EMPTY: dict[str, Any] = {"feed": {"title": {"label": "iTunes Store: Customer Reviews"}}}


def at(page: int) -> str:
    return f"/cn/rss/customerreviews/page={page}/id=414478124/sortby=mostrecent/json"


def numbered(*numbers: int) -> dict[str, Any]:
    """A page of reviews with these ids."""
    entries = [{**PAGE["feed"]["entry"][0], "id": {"label": str(number)}} for number in numbers]
    return {"feed": {"entry": entries[0] if len(entries) == 1 else entries}}


@pytest.fixture
def server() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def account(workspace: Workspace, server: Platform, settings: Any) -> Iterator[ChannelAccount]:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with translation.override("en"):
        yield connected(workspace, "app_reviews", app="414478124", country="cn", api=server.address)


def test_reviews_come_in_with_their_stars(account: ChannelAccount, server: Platform) -> None:
    server.answers |= {at(1): (200, PAGE), at(2): (200, EMPTY)}
    assert ask(account.id) == 2
    newest = Message.objects.get(external_id="9001")
    assert newest.text == "登录不上\n更新后一直转圈\n★☆☆☆☆ 3.4.1"
    assert (newest.author_name, newest.author_id) == ("漠河守夜人", "https://itunes.apple.com/cn/reviews/id11")
    assert newest.sent_at.isoformat() == "2026-11-20T15:05:00+00:00"


def test_pages_are_turned_until_what_is_known_is_met(account: ChannelAccount, server: Platform) -> None:
    server.answers |= {at(1): (200, numbered(6, 5)), at(2): (200, numbered(4, 3)), at(3): (200, EMPTY)}
    ask(account.id)
    assert [one.path for one in server.asked] == [at(1), at(2), at(3)]
    server.asked.clear()
    server.answers |= {at(1): (200, numbered(9, 8)), at(2): (200, numbered(7, 6))}
    server.answers[at(3)] = (200, numbered(5, 1))  # one that turned up late, behind those we know
    assert ask(account.id) == 6
    assert [one.path for one in server.asked] == [at(1), at(2), at(3)]
    server.answers |= {at(1): (200, numbered(9))}  # one entry alone comes without a list
    ask(account.id)
    assert (Message.objects.count(), Health.objects.get(account=account).cursor["seen"]) == (8, "9")


def test_an_empty_page_now_and_then_loses_nothing(account: ChannelAccount, server: Platform) -> None:
    server.answers |= {at(1): (200, numbered(2, 1)), at(2): (200, EMPTY)}
    ask(account.id)
    server.answers[at(1)] = (200, EMPTY)
    ask(account.id)
    assert Health.objects.get(account=account).cursor["seen"] == "2"


def test_what_apple_refuses_stands_with_the_account(account: ChannelAccount, server: Platform) -> None:
    server.answers[at(1)] = (403, {})
    ask(account.id)
    assert Health.objects.get(account=account).error == "The App Store refuses to show reviews (403)."
    server.answers[at(1)] = (200, b"<html>")
    ask(account.id)
    assert Health.objects.get(account=account).error.startswith("The App Store's answer holds no reviews")


def test_the_app_is_named_and_a_wrong_number_told(account: ChannelAccount, server: Platform) -> None:
    server.answers["/lookup"] = (200, {"resultCount": 1, "results": [{"trackName": "北辰出行"}]})
    assert connector("app_reviews").check(account) == "北辰出行"
    server.answers["/lookup"] = (200, {"resultCount": 0, "results": []})
    with pytest.raises(TransportError, match="no app of this number"):
        connector("app_reviews").check(account)


@pytest.mark.parametrize("wrong", [{"app": "id1"}, {"country": "China"}, {"app": ""}])
def test_settings_are_checked(workspace: Workspace, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        connected(workspace, "app_reviews", **{"app": "414478124", "country": "cn", **wrong})


NAMES = st.sampled_from(["feed", "entry", "label", "id", "title", "im:rating", "updated", "author"])
anything = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
)


@given(st.fixed_dictionaries({"feed": st.fixed_dictionaries({"entry": anything})}) | anything)
@settings(max_examples=200, deadline=None)
def test_no_answer_breaks_the_reading(page: Any) -> None:
    assert all(message.external_id for message in reviews(page))
