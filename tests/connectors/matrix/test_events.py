"""Events as the specification shows them, and as nobody should send them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.connectors.matrix.api import failure
from huixiang.connectors.matrix.events import Room, Us, answered, message, relation_to, since_invited

FIXTURES = json.loads((Path(__file__).parent / "fixtures" / "events.json").read_text(encoding="utf-8"))
GROUP, ALONE = Room("!room:example.org", "车友群", private=False), Room("!two:example.org", "阿川", private=True)
US = Us("@bot:example.org", "小助手")


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_events_are_understood(name: str) -> None:
    event, wanted = FIXTURES[name]["event"], FIXTURES[name]["message"]
    found = message(event, GROUP, US, reply_to=answered(event))
    shown = {"text": found.text, "reply_to": found.reply_to, "addressed": found.addressed} if found else None
    assert shown == wanted


def test_alone_everything_is_said_to_us_and_the_room_is_kept_for_the_answer() -> None:
    found = message(FIXTURES["text"]["event"], ALONE, US)
    assert found is not None
    assert (found.private, found.thread, found.group, found.addressed) == (True, "", "", True)
    assert found.window is not None
    assert found.window.handle == "!two:example.org"


def test_an_answer_stands_in_the_thread_of_what_it_answers() -> None:
    assert relation_to(FIXTURES["in a thread"]["event"]) == {
        "rel_type": "m.thread", "event_id": "$root", "is_falling_back": False,
        "m.in_reply_to": {"event_id": FIXTURES["in a thread"]["event"]["event_id"]},
    }  # fmt: skip


def test_of_a_room_just_entered_only_what_was_said_since_the_invitation_is_taken() -> None:
    invited = {"type": "m.room.member", "state_key": US.id, "content": {"membership": "invite"}}
    said = FIXTURES["text"]["event"]
    assert since_invited([said, invited, said], US) == [said]
    assert since_invited([said], US) == [said]


@pytest.mark.parametrize(
    ("code", "status", "wait", "wanted"),
    [
        ("M_LIMIT_EXCEEDED", 429, 2_500, (False, False, 2.5)),
        ("M_LIMIT_EXCEEDED", 429, None, (False, False, 5.0)),
        ("M_UNKNOWN_TOKEN", 401, None, (True, False, None)),
        ("M_FORBIDDEN", 403, None, (False, True, None)),
        ("M_TOO_LARGE", 413, None, (False, True, None)),
        ("", 502, None, (False, False, None)),
    ],
)
def test_what_the_homeserver_says_decides_what_follows(
    code: str, status: int, wait: int | None, wanted: tuple[bool, bool, float | None]
) -> None:
    error = failure(code, "why", wait, status)
    assert (error.pauses, error.permanent, error.again_in) == wanted


def test_a_kind_that_is_no_word_says_nothing() -> None:
    event = {"type": "m.room.message", "sender": "@a:b", "event_id": "$1", "content": {"msgtype": [], "body": "黑屏"}}
    assert message(event, GROUP, US) is None


NAMES = st.sampled_from([
    "type", "content", "body", "msgtype", "sender", "event_id", "m.relates_to", "rel_type", "m.in_reply_to", "filename",
    "origin_server_ts", "m.mentions", "user_ids", "is_falling_back",
])  # fmt: skip
WORDS = st.sampled_from([
    "m.room.message", "m.text", "m.image", "m.thread", "m.replace", "> a\n\nb", "\x00", "\ud800", "$e",
])  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries(
    {"type": st.just("m.room.message"), "sender": st.text(max_size=9), "event_id": st.text(max_size=9)},
    optional={"content": st.dictionaries(NAMES, ANYTHING, max_size=6), "origin_server_ts": ANYTHING},
)


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_no_event_breaks_the_reading(event: dict[str, Any]) -> None:
    assert relation_to(event)["m.in_reply_to"] == {"event_id": event["event_id"]}
    if found := message(event, GROUP, US, reply_to=answered(event)):
        assert found.external_id == event["event_id"]
