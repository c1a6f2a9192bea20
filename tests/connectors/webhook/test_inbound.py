"""Signed calls from outside, signed by the library that others sign with."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount, RefusedCall
from huixiang.channels.webhooks import receiving
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace
from tests.fuzzing import ANY_JSON, SIGNS

BODY = {
    "type": "form.filled", "timestamp": "2026-11-21T08:05:00+08:00",
    "data": {"id": "f-17", "text": "零下三十度停了一夜，早上打不着火", "author": {"id": "u-9", "name": "漠河守夜人"}},
}  # fmt: skip


@pytest.fixture
def account(workspace: Workspace) -> ChannelAccount:
    return open_account(workspace=workspace, slug="webhook-1", kind="webhook", name="问卷")


@pytest.fixture
def secret(account: ChannelAccount) -> str:
    return receiving.set_up(account=account, actor=SYSTEM)


def _call(
    account: ChannelAccount, secret: str, body: Any = BODY, *, call_id: str = "msg_1",
    at: datetime.datetime | None = None, tampered: bool = False, **headers: str,
) -> Any:  # fmt: skip
    text, at = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False), at or timezone.now()
    signed = {
        "webhook-id": call_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(call_id, at, text),
        "accept-language": "en",
    } | headers
    sent = text.replace("打不着火", "打得着火") if tampered else text
    address = f"/hooks/{account.settings['token']}/"
    return Client().post(address, sent.encode(), content_type="application/json", headers=signed)


def test_a_signed_call_becomes_a_message(account: ChannelAccount, secret: str) -> None:
    answer = _call(account, secret)
    assert (answer.status_code, answer.json()) == (200, {"results": [{"external_id": "f-17", "status": "stored"}]})
    row = Message.objects.get()
    assert (row.author_id, row.author_name, row.text) == ("u-9", "漠河守夜人", BODY["data"]["text"])  # type: ignore[index]
    assert row.sent_at.isoformat() == "2026-11-21T00:05:00+00:00"


def test_the_same_call_again_doubles_nothing(account: ChannelAccount, secret: str) -> None:
    bare = {"data": {"text": "车打不着火了"}}
    assert [_call(account, secret, bare).json()["results"][0]["status"] for _ in range(2)] == ["stored", "duplicate"]
    assert Message.objects.get().external_id == "msg_1"


def test_tampered_foreign_stale_and_bare_calls_are_refused(account: ChannelAccount, secret: str) -> None:
    wrong = "The signature does not fit: check the secret."
    late = "The time of the call is missing, or off by more than five minutes."
    assert _call(account, secret, tampered=True).json() == {"error": wrong}
    assert _call(account, "whsec_" + "A" * 32).json() == {"error": wrong}
    for minutes in (-6, 6):
        off = _call(account, secret, at=timezone.now() + datetime.timedelta(minutes=minutes))
        assert (off.status_code, off.json()) == (401, {"error": late})
    bare = _call(account, secret, **{"webhook-signature": ""})
    assert (bare.status_code, bare.json()) == (400, {"error": "The header webhook-signature is missing."})
    assert _call(account, secret, **{"webhook-signature": "v1,@@"}).status_code == 401
    assert _call(account, secret, **{"webhook-signature": "nonsense"}).status_code == 401
    assert Message.objects.count() == 0
    assert RefusedCall.objects.count() == 0  # whoever cannot sign cannot fill the page


def test_nothing_is_there_for_a_wrong_address(account: ChannelAccount, secret: str) -> None:
    assert Client().post("/hooks/nowhere/").status_code == 404
    assert Client().get(f"/hooks/{account.settings['token']}/").status_code == 405


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", "The body is not JSON."),
        ("[NaN]", "The body is not JSON."),
        ({"data": {}}, "There is no text at data.text."),
        ({"data": {"text": "x", "id": {}}}, "What stands at data.id is no text."),
        ({"data": {"text": "x"}, "timestamp": "soon"}, "What stands at timestamp is no time."),
        ({"data": {"text": "x"}, "timestamp": 1e300}, "What stands at timestamp is no time."),
        ({"data": {"text": "x"}, "timestamp": "0001-01-01T00:00:00+14:00"}, "What stands at timestamp is no time."),
        ({"data": {"text": " "}}, "The text is empty."),
        ({"data": {"text": "a\x00b"}}, "text contains a NUL character."),
    ],
)
def test_what_cannot_be_taken_is_told_and_parked_in_plain_sight(
    account: ChannelAccount, secret: str, body: Any, error: str
) -> None:
    answer = _call(account, secret, body)
    assert (answer.status_code in {400, 422}, answer.json()["error"]) == (True, error)
    assert RefusedCall.objects.get().reason == error
    assert Message.objects.count() == 0


def test_fields_are_mapped_and_lists_taken(account: ChannelAccount, secret: str) -> None:
    wanted = {"list": "rows", "text": "said.0", "external_id": "no", "author_name": "who", "time": "at"}
    receiving.map_fields(account=account, wanted=wanted, actor=SYSTEM)
    rows = [{"no": 1, "said": ["车机黑屏"], "who": "甲", "at": 1_763_683_500}, {"no": 2, "said": ["空调有异响"]}]
    answer = _call(account, secret, {"rows": rows})
    assert [one["external_id"] for one in answer.json()["results"]] == ["1", "2"]
    assert sorted(Message.objects.values_list("author_name", "text")) == [("", "空调有异响"), ("甲", "车机黑屏")]
    assert _call(account, secret, {"rows": 5}).json() == {"error": "rows is no list of messages."}


def test_the_secret_before_is_good_for_a_day(account: ChannelAccount, secret: str) -> None:
    new = receiving.rotate(account=account, actor=SYSTEM)
    assert [_call(account, one, call_id=one[-8:]).status_code for one in (secret, new)] == [200, 200]
    account.settings["old_until"] = timezone.now().isoformat()
    account.save()
    assert _call(account, secret).status_code == 401


def test_the_page_shows_words_masked(account: ChannelAccount, secret: str) -> None:
    _call(account, secret, {"data": {"words": "我的电话 13800138000"}})
    assert "13800138000" not in RefusedCall.objects.get().excerpt


FILLED = st.fixed_dictionaries(
    {"text": SIGNS | ANY_JSON},
    optional=dict.fromkeys(("id", "author", "thread", "reply_to", "private"), ANY_JSON)
    | {"author": st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "name", "email"), ANY_JSON))},
)
NEAR = st.fixed_dictionaries({"data": FILLED}, optional={"timestamp": ANY_JSON | st.datetimes().map(str)})


@fuzzing(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(body=(NEAR | ANY_JSON).map(json.dumps) | st.text(max_size=40), call_id=st.from_regex(r"\A[!-~]{1,12}\Z"))
def test_whatever_is_signed_is_taken_or_refused_in_words(
    account: ChannelAccount, secret: str, body: str, call_id: str
) -> None:
    answer = _call(account, secret, body, call_id=call_id)
    assert answer.status_code in {200, 400, 422}
    assert answer.status_code == 200 or answer.json()["error"]
