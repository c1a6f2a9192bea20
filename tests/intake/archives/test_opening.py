"""Each program's export is known by itself and gives the same messages."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huixiang.intake.archives import opening
from huixiang.kernel.errors import Refused
from tests.fuzzing import ANY_JSON
from tests.intake.archives import chats

# ruff: noqa: DTZ001 - what is read has no zone yet
Written = Callable[..., Path]
FIRST = "零下三十度停了一夜，打不着火\n仪表显示低压系统异常"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def build(text: str | bytes, encoding: str = "utf-8", name: str = "北辰车友一群.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return build


def opened(path: Path) -> opening.Archive:
    found = opening.recognised(path, path.name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", chats.ALL)
def test_every_usual_export_is_known_by_itself(written: Written, name: str) -> None:
    text, kind = chats.ALL[name]
    archive = opened(written(text))
    assert (archive.kind, archive.group) == (kind, "北辰车友一群")
    found = opening.look(archive, {})
    assert (found.messages, found.people, found.unreadable) == (2, 2, 0)
    assert [one.text for one in found.first] == [FIRST, "我的也是，版本 3.4.1"]
    assert found.first[1].name == "老周"
    assert found.left_out == {"wechat": 3, "qq": 2, "whatsapp": 2, "telegram": 2}.get(name, 1)


def test_gb18030_and_what_people_have_for_numbers(written: Written) -> None:
    archive = opened(written(chats.QQ, "gb18030", "导出.txt"))
    assert (archive.encoding, archive.group) == ("gb18030", "北辰车友一群")
    people = [(one.name, one.author_id) for one in opening.said_in(archive, {})]
    assert people[:2] == [("漠河守夜人", "10086001"), ("冰城拾光", "bing@example.com")]


def test_the_clock_of_twelve_and_which_number_is_the_day(written: Written) -> None:
    times = [one.at for one in opening.look(opened(written(chats.DINGTALK)), {}).first]
    assert times[0] == datetime.datetime(2024, 5, 1, 22, 10, 5)
    phone = opening.look(opened(written(chats.IPHONE)), {})
    assert (phone.western, phone.settings["order"]) == (True, "md")
    assert [one.at for one in phone.first if one.at] == [
        datetime.datetime(2024, 5, 1, 22, 10, 5), datetime.datetime(2024, 5, 13, 22, 12),
    ]  # fmt: skip
    assert opening.look(opened(written(chats.WHATSAPP)), {}).settings["order"] == "dm"


def test_days_without_a_year_count_on_over_new_year(written: Written) -> None:
    text = "甲 12-30 08:00\n旧年\n乙 12-31 23:59\n还是旧年\n甲 01-01 00:01\n新年\n"
    archive = opened(written(text))
    told = opening.look(archive, {"year": "2023"})
    assert [one.at.year for one in told.first if one.at] == [2023, 2023, 2024]
    itself = opening.look(archive, {})
    today = timezone.localtime().replace(tzinfo=None)
    last = itself.first[-1].at
    assert last is not None
    assert last <= today < last.replace(year=last.year + 1)
    assert itself.settings["year"] == str(last.year - 1)


def test_what_cannot_be_read_is_told_with_its_line_and_the_rest_comes_in(written: Written) -> None:
    text = "导出说明\n" + chats.WECHAT + "\n甲 2024-13-45 10:00:00\n没有这一天\n\n乙 2024-05-02 09:00:00\n好的内容\n"
    found = opening.look(opened(written(text)), {})
    with translation.override("en"):
        assert [(one.line, str(one.fault)) for one in opening.said_in(opened(written(text)), {}) if one.fault] == [
            (1, "The line stands before the first message."),
            (17, "The time “2024-13-45 10:00:00” does not exist."),
        ]
    assert (found.messages, found.unreadable) == (3, 2)


def test_a_time_in_somebodys_words_begins_no_message(written: Written) -> None:
    text = chats.WECHAT + "\n老周 2024-05-01 22:13:00\n碰头改到 2024-05-02 10:00:00\n停车场 5-2 10:00\n见\n"
    found = opening.look(opened(written(text)), {})
    assert found.first[-1].text == "碰头改到 2024-05-02 10:00:00\n停车场 5-2 10:00\n见"


@pytest.mark.parametrize(
    "text",
    [
        "内容,时间\n打不着火,2024-05-01 22:10:05\n又来了,2024-05-01 22:10:09\n",
        "2024-05-01 22:10:05,张三,黑屏: 又来了\n2024-05-01 22:10:06,张三,黑屏\n",
        "编号\t内容\n1\t打不着火\n", "一封信\n没有时间\n", "",
    ],
)  # fmt: skip
def test_what_is_no_chat_is_not_taken_for_one(written: Written, text: str) -> None:
    path = written(text)
    assert opening.recognised(path, path.name) is None


def test_a_table_by_its_name_is_a_chat_only_when_somebody_says_so(written: Written) -> None:
    path = written(chats.WECHAT, name="chat.csv")
    assert opening.recognised(path, path.name) is None
    assert opening.recognised(path, path.name, whatever_its_name=True) is not None


def test_several_chats_in_one_file_are_refused(written: Written) -> None:
    both = chats.QQ + chats.QQ.replace("北辰车友一群", "私聊")
    with translation.override("en"), pytest.raises(Refused, match="several conversations"):
        opening.look(opened(written(both)), {})
    account = '{"about": "x", "chats": {"list": [' + chats.TELEGRAM + "]}}"
    with translation.override("en"), pytest.raises(Refused, match="a whole account"):
        opened(written(account))


def test_a_telegram_export_that_breaks_off_says_where(written: Written) -> None:
    archive = opened(written(chats.TELEGRAM[: chats.TELEGRAM.index("老周", 600)]))
    with translation.override("en"), pytest.raises(Refused, match=r"no JSON at line \d+"):
        opening.look(archive, {})


def test_times_with_and_without_a_zone_lie_in_one_archive(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    said = [{**SOUND, "date": "2024-05-01T22:10:05"}, {**SOUND, "date_unixtime": "1714579200"}]
    said += [{**SOUND, "date": written} for written in ("0001-01-01T00:00:00", "9999-12-31T23:59:59+08:00")]
    path.write_text(json.dumps({"name": "g", "type": "private_supergroup", "messages": said}))
    found = opening.look(opened(path), {})
    assert (found.begins, found.ends) == (datetime.datetime(2024, 5, 1, 22, 10, 5), datetime.datetime(2024, 5, 2))
    assert (found.messages, found.days, found.unreadable) == (2, 2, 2)


HEADS = [
    "漠河 2024-05-01 22:10:05", "2024-05-01 22:10:05 漠河(10001)", "[1/5/24, 10:10 PM] a: b", "— 2024-05-01 —",
    "a  22:10",
]  # fmt: skip
lines = st.one_of(st.sampled_from(HEADS), st.text(max_size=40), st.text("0123456789-/:[] 年月日上午", max_size=30))


@given(st.lists(lines, max_size=30), st.sampled_from(["", "{", '{"messages": [', chats.TELEGRAM[:700]]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_written_breaks_the_reading(tmp_path: Path, body: list[str], beginning: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes((beginning + "\n".join(body)).encode("utf-8", "surrogatepass"))
    try:
        archive = opening.recognised(path, path.name)
        found = opening.look(archive, {"group": "g"}) if archive else None
    except Refused:
        return
    assert found is None or found.total == found.messages + found.left_out + found.unreadable


PARTS = ("id", "type", "date", "date_unixtime", "from", "from_id", "text", "text_entities", "reply_to_message_id",
         "photo", "file", "sticker_emoji", "action", "actor", "forwarded_from")  # fmt: skip
SOUND = {"id": 1, "type": "message", "date": "2024-05-01T22:10:05", "from": "漠河", "from_id": "user1", "text": "黑屏"}
WRITTEN = st.dictionaries(st.sampled_from(PARTS), ANY_JSON, max_size=4).map(lambda changed: {**SOUND, **changed})


@given(st.lists(WRITTEN | ANY_JSON, max_size=6), ANY_JSON)
@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
def test_whatever_telegram_wrote_is_read_or_told(tmp_path: Path, written_there: list[object], name: object) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"name": name, "type": "private_supergroup", "id": 1, "messages": written_there}))
    try:
        archive = opening.recognised(path, path.name)
        found = opening.look(archive, {"group": "g"}) if archive else None
        said = list(opening.said_in(archive, {})) if archive else []
    except Refused:
        return
    assert found is None or found.total == found.messages + found.left_out + found.unreadable == len(written_there)
    assert len([one for one in said if not one.fault]) <= len(written_there)
