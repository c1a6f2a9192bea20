import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import InboundMessage
from huixiang.intake.imports.rows import RowReader, moment
from huixiang.intake.imports.table import Row

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = {"text": "t", "time": "when", "external_id": "id", "author_id": "uid", "author_name": "name", "thread": "c"}

signs = st.text(st.characters(codec=None), max_size=20)  # NUL and lone surrogates too


def reader(**mapping: str) -> RowReader:
    return RowReader(mapping=mapping, columns=["t", "when", "id", "uid", "name", "c"], zone="Asia/Shanghai")


def message(read: RowReader, *cells: str) -> InboundMessage:
    found = read.message(Row(2, [*cells, *[""] * (6 - len(cells))]))
    assert isinstance(found, InboundMessage), found
    return found


def refused(read: RowReader, *cells: str) -> str:
    with translation.override("en"):
        found = read.message(Row(2, [*cells, *[""] * (6 - len(cells))]))
    assert isinstance(found, str)
    return found


def test_every_field_of_a_row() -> None:
    assert message(reader(**ALL), "打不着火", "2026-11-21 08:05", "17", "u9", "漠河", "t3") == InboundMessage(
        external_id="17",
        text="打不着火",
        author_id="u9",
        author_name="漠河",
        sent_at=datetime.datetime(2026, 11, 21, 8, 5, tzinfo=SHANGHAI),
        thread="t3",
    )


def test_without_an_id_a_row_is_known_by_content_and_ordinal() -> None:
    first, second = reader(text="t"), reader(text="t")
    ids = [message(first, text).external_id for text in ("a", "a", "b")]
    assert len(set(ids)) == 3
    assert [message(second, text).external_id for text in ("a", "a", "b")] == ids
    assert ids[0][:-2] == ids[1][:-2]
    assert [found[-2:] for found in ids] == [":1", ":2", ":1"]


def test_an_empty_id_is_made_up_like_a_missing_one() -> None:
    assert message(reader(text="t", external_id="id"), "a").external_id.startswith("row:")


def test_without_an_author_everybody_is_unknown_and_by_name_one_person_a_name() -> None:
    assert message(reader(text="t"), "a").author_id == ""
    by_name = reader(text="t", author_name="name")
    assert message(by_name, "a", "", "", "", "漠河").author_id == "漠河"
    long = message(by_name, "a", "", "", "", "名" * 10_000)
    assert (len(long.author_id), long.author_name) == (69, "名" * 10_000)


def test_without_a_time_it_is_now() -> None:
    for read in (reader(text="t"), reader(text="t", time="when")):
        assert timezone.now() - message(read, "a").sent_at < datetime.timedelta(seconds=5)


def test_what_cannot_come_in_is_said_in_words() -> None:
    assert refused(reader(**ALL), " ") == "The text is empty."
    assert refused(reader(**ALL), "a\0") == "text contains a NUL character."
    assert refused(reader(**ALL), "a", "", "x" * 201) == "external_id is longer than 200 characters."
    assert refused(reader(**ALL), "a", "05/11/2026") == (
        "The time “05/11/2026” cannot be read; write it like 2026-11-21 08:05."
    )
    assert refused(reader(**ALL), "a", "1970-01-01") == "The time lies before 1990."
    assert refused(reader(**ALL), "a", "2999-01-01") == "The time lies in the future."
    assert refused(reader(**ALL), "a\udcff") == "The row contains bytes that are no text in the file's encoding."


def test_broken_bytes_in_a_column_nobody_reads_do_not_matter() -> None:
    assert message(reader(text="t"), "a", "\udcff\0").text == "a"


def test_a_row_at_fault_keeps_its_reason() -> None:
    assert reader(text="t").message(Row(9, ["half"], "broken")) == "broken"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-21 08:05", "2026-11-21T08:05:00+08:00"),
        ("2026-11-21T08:05:09", "2026-11-21T08:05:09+08:00"),
        ("2026-11-21T08:05:09.5Z", "2026-11-21T08:05:09.500000+00:00"),
        ("2026-11-21 08:05:09 +0900", "2026-11-21T08:05:09+09:00"),
        ("2026-11-21T08:05:00-03:30", "2026-11-21T08:05:00-03:30"),
        ("2026/1/2", "2026-01-02T00:00:00+08:00"),
        ("2026.11.21 8:05", "2026-11-21T08:05:00+08:00"),
        ("2026年11月21日", "2026-11-21T00:00:00+08:00"),
        ("2026年11月21日 8时5分", "2026-11-21T08:05:00+08:00"),
        ("2026年11月21日 下午3点05分30秒", "2026-11-21T15:05:30+08:00"),
        ("2026-11-21 12:30 AM", "2026-11-21T00:30:00+08:00"),
        ("２０２６－１１－２１　０８：０５", "2026-11-21T08:05:00+08:00"),
        ("20261121", "2026-11-21T00:00:00+08:00"),
        ("20261121080509", "2026-11-21T08:05:09+08:00"),
        ("46347.336805555555", "2026-11-21T08:05:00+08:00"),
        ("46347", "2026-11-21T00:00:00+08:00"),
        ("1795219500", "2026-11-21T08:05:00+08:00"),
        ("1795219500000", "2026-11-21T08:05:00+08:00"),
    ],
)
def test_the_usual_ways_to_write_a_time(written: str, expected: str) -> None:
    found = moment(written, SHANGHAI)
    assert found is not None
    assert found == datetime.datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "05/11/2026", "2026-13-01", "2026-02-30", "2026-11-21 25:00", "17", "9" * 400, "1e9"]
)
def test_what_is_no_time_is_not_guessed(written: str) -> None:
    assert moment(written, SHANGHAI) is None


@settings(max_examples=300, deadline=None)
@given(written=st.text(max_size=30) | st.from_regex(r"\A\d{1,16}(\.\d{1,4})?\Z") | st.datetimes().map(str))
def test_any_words_are_a_time_with_a_zone_or_none(written: str) -> None:
    found = moment(written, SHANGHAI)
    assert found is None or found.tzinfo is not None


@settings(max_examples=300, deadline=None)
@given(cells=st.lists(signs | st.datetimes().map(str), min_size=6, max_size=6))
def test_any_row_is_a_message_or_a_sentence(cells: list[str]) -> None:
    found = reader(**ALL).message(Row(2, cells))
    assert isinstance(found, InboundMessage) or found


def test_an_address_is_kept_and_tells_the_author_apart() -> None:
    by_name = {"text": "t", "author_email": "id", "author_name": "name"}
    read = reader(**by_name)
    found = message(read, "打不着火", "", "Mohe@Example.com", "", "漠河")
    assert (found.author_id, found.author_email, found.author_name) == ("mohe@example.com", "Mohe@Example.com", "漠河")
    assert message(read, "打不着火", "", "没有", "", "漠河").author_id == "漠河"
    assert message(reader(**by_name, author_id="uid"), "不好", "", "a@example.com", "u9").author_id == "u9"
