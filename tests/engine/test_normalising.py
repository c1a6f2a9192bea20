import pytest

from huixiang.engine.language import language_of
from huixiang.engine.normalising import READ_AT_MOST, normalise
from huixiang.engine.tokens import tokens


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("電池續航變短，廠家不處理", "电池续航变短，厂家不处理"),
        ("屏幕　 闪  烁", "屏幕 闪 烁"),
        ("第一行\r\n\r\n\r\n第二行", "第一行\n第二行"),
        ("打不开\x00页面\u202e吗\ud800？", "打不开页面吗？"),
        ("零宽\u200b空格", "零宽空格"),
        ("  首尾空白  ", "首尾空白"),
        ("", ""),
    ],
)
def test_one_spelling(written: str, read: str) -> None:
    assert normalise(written).text == read


def test_chinese_punctuation_stays() -> None:
    assert normalise("坏了，怎么办？（急！）").text == "坏了，怎么办？（急！）"


def test_mentions_links_and_faces_are_taken_out_and_remembered() -> None:
    found = normalise("@小客服 充不进电😡[流泪] 看 https://example.com/a?b=1 这个")
    assert found.text == "充不进电 看 链接 这个"
    assert found.mentions == ("小客服",)
    assert found.links == ("https://example.com/a?b=1",)
    assert found.emojis == ("😡", "[流泪]")


def test_an_address_is_no_mention() -> None:
    assert normalise("写信到 support@example.com 没人回").mentions == ()


def test_a_long_text_is_cut_and_says_so() -> None:
    found = normalise("长" * 100_000)
    assert len(found.text) == READ_AT_MOST
    assert found.cut


def test_only_faces_leave_no_text() -> None:
    found = normalise("😀😀👍")
    assert found.text == ""
    assert found.emojis == ("😀", "😀", "👍")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("手机充不进电", "zh"),
        ("MIUI 更新后 camera 打不开", "zh"),
        ("The app crashes when I open the camera", "en"),
        ("お客様サポートに電話がつながりません", "other"),
        ("배터리가 너무 빨리 닳아요", "other"),
        ("Машина не заводится", "other"),
        ("La batterie ne charge plus depuis hier", "other"),
        ("aGVsbG8gd29ybGQgZm9vYmFy", "other"),
        ("12345", "other"),
        ("", "other"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_tokens_are_words_in_lower_case() -> None:
    assert tokens("手机APP闪退！") == ["手机", "app", "闪退"]
