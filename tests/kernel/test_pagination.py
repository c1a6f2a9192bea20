import base64
import datetime
import json
import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.kernel import pagination

MOMENT = datetime.datetime(2026, 11, 21, 8, 5, 0, 123456, tzinfo=datetime.UTC)
SOME_ID = uuid.UUID("01939c5e-0000-7000-8000-000000000001")


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def test_a_cursor_brings_its_values_back() -> None:
    cursor = pagination.encode(MOMENT, SOME_ID)
    assert pagination.decode(cursor, pagination.moment, uuid.UUID) == [MOMENT, SOME_ID]


@given(st.integers(-(2**63), 2**63 - 1), st.uuids())
def test_numbers_and_ids_come_back_exactly(number: int, some_id: uuid.UUID) -> None:
    assert pagination.decode(pagination.encode(number, some_id), int, uuid.UUID) == [number, some_id]


@given(st.floats(allow_nan=False, allow_infinity=False), st.uuids())
def test_fractions_come_back_exactly(number: float, some_id: uuid.UUID) -> None:
    assert pagination.decode(pagination.encode(number, some_id), float, uuid.UUID) == [number, some_id]


@given(st.text())
def test_any_text_is_no_cursor(text: str) -> None:
    assert pagination.decode(text, pagination.moment, uuid.UUID) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_any_json_of_another_shape_is_no_cursor(value: object) -> None:
    cursor = coded(json.dumps(value))
    assert pagination.decode(cursor, pagination.moment, uuid.UUID) is None


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "[Infinity, 1]", f"[1{'0' * 400}.5e999, 1]", '["2026-11-21T08:05:00", 1]', "[]", "{}", "null"],
)
def test_malice_is_no_cursor(text: str) -> None:
    assert pagination.decode(coded(text), int, pagination.moment) is None


def test_infinity_is_no_whole_number() -> None:
    assert pagination.decode(coded("[Infinity]"), int) is None


def test_a_number_too_long_is_no_fraction() -> None:
    assert pagination.decode(coded(f"[1{'0' * 400}]"), float) is None


def test_an_empty_cursor_is_none() -> None:
    assert pagination.decode("", int) is None


def test_a_cursor_of_fewer_values_is_none() -> None:
    assert pagination.decode(pagination.encode(1), int, int) is None


@dataclass
class Row:
    place: int


def test_a_full_page_says_that_there_is_more() -> None:
    page = pagination.cut([Row(1), Row(2), Row(3)], 2, "place")
    assert page.rows == [Row(1), Row(2)]
    assert pagination.decode(page.next_cursor or "", int) == [2]


def test_the_last_page_has_no_next() -> None:
    assert pagination.cut([Row(1), Row(2)], 2, "place") == pagination.Page([Row(1), Row(2)], None)
