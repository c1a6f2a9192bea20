"""Whatever is written, reading it ends, says something sane, and costs no more than its length explains.

The cost is counted in operations: calls of functions of ours and of C, which a machine under load makes no more of.
"""

import sys
from typing import Any

import pytest

from huixiang.engine import read
from huixiang.engine.embedder import subject_of
from huixiang.engine.normalising import READ_AT_MOST
from huixiang.engine.reading import Kind, Reading

MOST_OPERATIONS = 60_000  # for READ_AT_MOST characters, whatever they are

NOTHING = "没有可读的文字"
UNKNOWN = "读不懂这种语言，没有判断"
FOREIGN = [
    "このアプリはすぐ落ちます。直してください", "電池消耗が激しい最悪です", "電池消耗激、最悪。返金希望、早急対応",
    "앱이 자꾸 꺼져요 고쳐주세요", "Приложение постоянно вылетает, исправьте", "التطبيق يتعطل باستمرار",
    "แอปค้างตลอดเวลา ช่วยแก้ด้วย", "L'application plante tout le temps, corrigez-la",
    "Die App stürzt ständig ab, bitte beheben", "La aplicación se cierra sola", "Ứng dụng bị lỗi liên tục",
    "zhe ge app tai lan le", "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q=", " /\\_/\\ \n( o.o )\n > ^ < ",
]  # fmt: skip
EMPTY = [
    "", " ", " " * 1_000_000, "😀", "！！！", "\u200b\u200b", "\0" * 50, "(╯°□°)╯︵ ┻━┻", "1" * 50_000,
    "\u0301" * 9_000,
]  # fmt: skip
PAIRS = [
    ("剎車失靈差點撞車", "刹车失灵差点撞车"), ("客服態度很差，沒人處理", "客服态度很差，没人处理"),
    ("這款手機發熱嚴重，充電很慢", "这款手机发热严重，充电很慢"), ("導航打不開，每次都閃退", "导航打不开，每次都闪退"),
    ("希望增加夜間模式", "希望增加夜间模式"), ("請問怎麼取消訂單？", "请问怎么取消订单？"),
    ("味道很好，下次還會來", "味道很好，下次还会来"), ("再不解決我就向工商投訴", "再不解决我就向工商投诉"),
    ("喝完肚子疼，杯裡有蟲", "喝完肚子疼，杯里有虫"),
    ("更新後系統經常重啟，導航也打不开了", "更新后系统经常重启，导航也打不开了"),
]  # fmt: skip
DISTURBED = [
    "刹\u200b车\u200b失\u200b灵\u200b了", "\u202e刹车失灵了\u202c", "刹车\ud800失灵了\udfff", "刹\ufeff车失灵了",
    "刹" + "\u0301" * 3_000 + "车失灵了", "刹车失灵了" + "😡" * 3_000, "ａａ刹车失灵了", "\u061c刹车失灵了\u2069",
]  # fmt: skip
BOMBS = {
    "one sign": "哈", "figures": "1", "links": "http://", "mail": "a@", "parts of a host": "a.", "marks": "！",
    "commas": "，", "quotes": "“", "brackets": "[", "versions": "1.", "letter versions": "v1.1.1", "plates": "京A12345",
    "phones": "13812345678", "spaced phones": "138 1234 5678 ", "cards": "6222 0212 3456 7890 123", "lines": "\n",
    "how often": "每次都", "sources": "来自《", "steps": "点击", "first": "先", "when": "的时候", "from": "从",
    "compared": "比", "tags": "#话题#", "elements": "<div>", "mixed": "aA1！", "dashes": "-", "wishes": "希望",
    "models": "MIUI13-", "base64": "aGVsbG8gd29ybGQ=", "sentences": "刹车失灵了，客服不管。",
}  # fmt: skip


def _operations(text: str) -> int:
    """How many calls reading a text makes, of Python functions and of C's."""
    counted = 0

    def count(_frame: Any, event: str, _what: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        read([text])
    finally:
        sys.setprofile(None)
    return counted


def _long(unit: str, characters: int) -> str:
    return (unit * (characters // len(unit) + 1))[:characters]


def _sane(reading: Reading) -> bool:
    shares = abs(sum(reading.severity_scores) - 1) < 0.001
    sure = all(0 <= one <= 1 for one in (reading.feedback_confidence, reading.kind_confidence))
    short = len(reading.title) <= 30 and len(reading.text) <= READ_AT_MOST
    return shares and sure and short and 0 <= reading.severity <= 4 and 0 <= reading.authenticity <= 100


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_not_understood_is_said_and_not_guessed(text: str) -> None:
    [found] = read([text])
    assert (found.feedback, found.kind, found.severity, found.sentiment, found.language, found.reasons) == (
        False, Kind.chatter, 0, 0, "other", (UNKNOWN,),
    )  # fmt: skip


@pytest.mark.parametrize("text", EMPTY, ids=range(len(EMPTY)))
def test_what_has_no_words_says_so(text: str) -> None:
    [found] = read([text])
    assert (found.feedback, found.severity, found.reasons, _sane(found)) == (False, 0, (NOTHING,), True)


@pytest.mark.parametrize(("traditional", "simplified"), PAIRS)
def test_traditional_and_mixed_writing_is_read_as_simplified(traditional: str, simplified: str) -> None:
    one, other = read([traditional, simplified])
    assert one == other


@pytest.mark.parametrize("text", DISTURBED, ids=range(len(DISTURBED)))
def test_signs_meant_to_disturb_hide_no_danger(text: str) -> None:
    [found] = read([text])
    assert (found.feedback, found.severity, found.language, _sane(found)) == (True, 4, "zh", True)


def test_a_japanese_sign_in_a_chinese_name_is_still_chinese() -> None:
    assert read(["人気茶饮店的奶茶喝完肚子疼，杯子里有虫"])[0].language == "zh"


@pytest.mark.parametrize("unit", BOMBS.values(), ids=BOMBS.keys())
def test_the_cost_is_bounded_and_grows_with_the_length(unit: str) -> None:
    read(["打不着火"])  # what is loaded once is not this text's
    half, whole = (_operations(_long(unit, size)) for size in (READ_AT_MOST // 2, READ_AT_MOST))
    assert whole <= MOST_OPERATIONS
    assert whole <= 2.5 * half + 500
    endless, twice = (_operations(_long(unit, size)) for size in (100_000, 200_000))
    assert twice <= 1.02 * endless + 50
    assert len(subject_of(_long(unit, 100_000))) <= 600  # what is embedded stays short


def test_a_hundred_thousand_characters_are_read_as_far_as_is_said() -> None:
    [found] = read(["刹车失灵了，客服不管。" * 9_100])
    assert (found.kind, found.severity, _sane(found)) == (Kind.defect, 4, True)
    assert found.reasons[-1] == f"文字太长，只读了前 {READ_AT_MOST} 个字"


def test_a_batch_of_all_of_it_keeps_its_order() -> None:
    texts = [*FOREIGN, *EMPTY[3:8], *DISTURBED, *(one for pair in PAIRS for one in pair)]
    assert [one.text for one in read(texts)] == [read([text])[0].text for text in texts]
