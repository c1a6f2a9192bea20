from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huixiang.intake.models import Message
from huixiang.triage.actions import process
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.api.conftest import Program

Build = Callable[..., dict[str, Any]]

LONG = "长" * 20_001
TIME_SHAPE = "time must be ISO 8601, for example 2026-11-21T08:05:00+08:00."


def test_a_message_is_stored_once(app: Program, message: Build) -> None:
    first = message(external_id="a-17")
    status, answer = app.send(first)
    stored = Message.objects.get()
    assert (status, answer) == (
        202,
        {"results": [{"external_id": "a-17", "status": "stored", "id": str(stored.id)}]},
    )
    assert (stored.author_id, stored.author_name, stored.thread) == ("u-1", "漠河守夜人", "t-3")
    assert stored.sent_at.isoformat() == "2026-11-21T00:05:00+00:00"
    assert app.send(first)[1] == {"results": [{"external_id": "a-17", "status": "duplicate", "id": str(stored.id)}]}


def test_the_same_id_twice_in_one_batch_keeps_the_first(app: Program, message: Build) -> None:
    _status, answer = app.send(message(external_id="x", text="第一"), message(external_id="x", text="第二"))
    assert [result["status"] for result in answer["results"]] == ["stored", "duplicate"]
    assert answer["results"][0]["id"] == answer["results"][1]["id"]
    assert Message.objects.get().text == "第一"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"text": ...}, "text is missing."),
        ({"channel": ...}, "channel is missing."),
        ({"external_id": ...}, "external_id is missing."),
        ({"external_id": ""}, "external_id is missing."),
        ({"author": ...}, "author is missing."),
        ({"author": {"name": "无名"}}, "author.id is missing."),
        ({"author": "u-9"}, "author must be an object."),
        ({"author": {"id": 9}}, "author.id must be text."),
        ({"author": {"id": "u", "email": "nobody"}}, "author.email is not an e-mail address."),
        ({"text": 17}, "text must be text."),
        ({"text": "   "}, "The text is empty."),
        ({"text": LONG}, "The text has 20001 characters; up to 20000 can be taken."),
        ({"text": "a\0b"}, "text contains a NUL character."),
        ({"text": "a\ud800b"}, "text contains half of a character (a lone surrogate)."),
        ({"author": {"id": "u", "name": "a\0"}}, "author.name contains a NUL character."),
        ({"author": {"id": "u\udfff"}}, "author.id contains half of a character (a lone surrogate)."),
        ({"thread": "x" * 201}, "thread is longer than 200 characters."),
        ({"private": "yes"}, "private must be true or false."),
        ({"time": "2026-11-21 08:05"}, "time must name its zone, for example 2026-11-21T08:05:00+08:00."),
        ({"time": "yesterday"}, TIME_SHAPE),
        ({"time": 1_700_000_000}, TIME_SHAPE),
        ({"time": "0001-01-01T00:00:00+14:00"}, TIME_SHAPE),
        ({"time": "1815-06-18T00:00:00Z"}, "The time lies before 1990."),
        ({"time": "2999-01-01T00:00:00Z"}, "The time lies in the future."),
        ({"channel": "nowhere"}, "channel: there is no channel “nowhere” in this workspace."),
        ({"channel": "files"}, "channel: “files” does not take messages over the API."),
        ({"channel": "mail"}, "channel: “mail” does not take messages over the API."),
    ],
)
def test_a_bad_item_is_refused_in_words_and_the_others_go_in(
    app: Program, message: Build, changed: dict[str, Any], error: str
) -> None:
    status, answer = app.send(message(external_id="before"), message(**changed), message(external_id="after"))
    assert status == 202
    assert [result["status"] for result in answer["results"]] == ["stored", "refused", "stored"]
    assert answer["results"][1]["error"] == error
    assert [answer["results"][0]["external_id"], answer["results"][2]["external_id"]] == ["before", "after"]


@pytest.mark.parametrize("item", [None, 3, "text", [], [[]], True])
def test_an_item_that_is_no_object_is_refused(app: Program, item: Any) -> None:
    assert app.send(item) == (
        202,
        {"results": [{"external_id": "", "status": "refused", "error": "A message must be an object."}]},
    )


def test_no_time_is_now_and_no_author_is_nobody_known(app: Program, message: Build) -> None:
    assert app.send(message(time=..., author=None))[1]["results"][0]["status"] == "stored"
    stored = Message.objects.get()
    assert (stored.author_id, stored.historical) == ("?a-1", False)
    assert (stored.received_at - stored.sent_at).total_seconds() < 60


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 422, "body is missing."),
        (b"{", 400, None),
        (b"[]", 422, "The body must be an object."),
        (b"null", 422, "The body must be an object."),
        (b"{}", 422, "messages is missing."),
        (b'{"messages": {}}', 422, "messages must be a list."),
        (b'{"messages": NaN}', 400, "NaN is not JSON."),
        (b'{"messages": [{"text": -Infinity}]}', 400, "-Infinity is not JSON."),
        (b'{"messages": [], "messages": []}', 400, "The key “messages” stands twice in one object."),
        (b'{"messages": [' + b"9" * 5_000 + b"]}", 400, None),
        (b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "The body is nested too deeply."),
        (b'{"messages": ["\xff\xfe"]}', 400, "The body is not UTF-8."),
        (b'{"messages": [1e999]}', 202, None),
    ],
)
def test_a_body_that_cannot_be_read_is_answered_in_words(
    app: Program, body: bytes, status: int, error: str | None
) -> None:
    found, answer = app.post_raw("messages", body)
    assert found == status
    if error:
        assert answer == {"error": error}


def test_another_content_type_is_told_the_right_one(app: Program) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert app.post_raw("messages", b"{}", content_type) == (
            415,
            {"error": "Send JSON with the header Content-Type: application/json."},
        )


def test_too_many_or_too_much_is_413(app: Program, message: Build, settings: Any) -> None:
    assert app.send(*[message()] * 1_001) == (413, {"error": "Up to 1000 messages can be sent at once."})
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
    status, answer = app.send(message(text="x" * (2 * 1024 * 1024)))
    assert (status, answer) == (
        413,
        {"error": "The body is larger than 2 MB; send fewer messages at a time."},
    )


def test_a_thousand_messages_cost_the_queries_of_one(app: Program, message: Build) -> None:
    app.send(message())  # the key's use is noted once a minute
    counted = []
    for number in (1, 1_000):
        batch = [message() for _place in range(number)]
        with CaptureQueriesContext(connection) as queries:
            app.send(*batch)
        counted.append(len(queries))
    assert Message.objects.count() == 1_002
    assert counted == [7, 7]


def test_what_became_of_a_message(app: Program, message: Build, workspace: Workspace) -> None:
    message_id = app.send(message(text=factories.COLD_START))[1]["results"][0]["id"]
    status, answer = app.get(f"messages/{message_id}")
    assert (status, answer["state"], answer["feedback_id"]) == (200, "pending", None)
    process(workspace_id=workspace.id)
    status, answer = app.get(f"messages/{message_id}")
    assert (answer["state"], answer["channel"]) == ("feedback", "owners-app")
    assert answer["feedback_id"] == str(Message.objects.get().feedback_id)


def test_messages_of_another_workspace_are_not_there(
    app: Program, message: Build, other_workspace: Workspace, program: Callable[..., Program]
) -> None:
    message_id = app.send(message())[1]["results"][0]["id"]
    stranger = program(other_workspace)
    assert stranger.get(f"messages/{message_id}") == (404, {"error": "There is nothing at this address."})
    assert stranger.send(message())[1]["results"][0]["status"] == "stored"  # its own owners-app
    assert [m.workspace_id for m in Message.objects.order_by("received_at")][1] == other_workspace.id
