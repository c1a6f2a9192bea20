"""Whatever JSON is sent, the answer is 202 or a refusal in words."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Program

signs = st.text(st.characters(codec=None), max_size=12)  # NUL and lone surrogates too
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | signs,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(signs, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["channel", "external_id", "author", "text", "time", "thread", "reply_to", "private"]
near = st.fixed_dictionaries(
    {"channel": st.just("owners-app") | values, "text": signs | values},
    optional={field: values | signs for field in FIELDS[1:] if field != "text"},
)
calm = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@calm
@given(body=values)
def test_any_json_value_as_the_body(app: Program, body: Any) -> None:
    status, answer = app.post("messages", body)
    assert status in {202, 400, 422}
    assert status == 202 or answer["error"]


@calm
@given(items=st.lists(near | values, max_size=4))
def test_any_json_values_as_items(app: Program, items: list[Any]) -> None:
    status, answer = app.post("messages", {"messages": items})
    if "NaN" in json.dumps(items) or "Infinity" in json.dumps(items):
        assert status in {202, 400}
        return
    assert status == 202
    assert len(answer["results"]) == len(items)
    for result in answer["results"]:
        assert result["status"] in {"stored", "duplicate"} or result["error"]


@calm
@given(body=st.binary(max_size=60))
def test_any_bytes_as_the_body(app: Program, body: bytes) -> None:
    assert app.post_raw("messages", body)[0] in {400, 422}


@calm
@given(cursor=st.text(max_size=40), kind=st.text(max_size=8), theme=st.text(max_size=8))
def test_any_words_in_the_address(app: Program, cursor: str, kind: str, theme: str) -> None:
    parameters = {"cursor": cursor, "kind": kind, "theme": theme}
    status, answer = app.get("feedback", **parameters)
    assert status == 200 or (status in {400, 422} and answer["error"])
