import numpy as np
import pytest

from huixiang.engine.embedder import embed, subject_of
from huixiang.engine.similarity import SAME_THEME


def cosine(one: str, other: str) -> float:
    vectors = embed([one, other])
    return float(vectors[0] @ vectors[1])


def test_rows_have_length_one_and_repeats_are_equal() -> None:
    vectors = embed(["屏幕黑了", "", "屏幕黑了", "🙂"])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[0] == vectors[2]).all()


def test_no_texts_no_rows() -> None:
    assert embed([]).shape == (0, 384)


def test_what_is_embedded_is_short_and_without_names() -> None:
    assert len(subject_of("上汽大众途观" + "天窗排水管漏水，厂家不管，" * 50)) <= 128
    assert subject_of("上汽大众途观天窗漏水") == "天窗漏水"
    assert subject_of("变速箱顿挫，希望厂家尽快处理") == "变速箱顿挫"
    assert subject_of("  ") == "空"


def test_remembered_rows_are_those_that_were_made() -> None:
    first = embed(["空调不制冷", "座椅加热没反应"])
    again = embed(["座椅加热没反应", "这一条是新的", "空调不制冷"])
    assert (again[[2, 0]] == first).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("低温无法启动", "零下二十度停了一夜，无法启动"),
        ("客服态度差", "客服不理人"),
        ("建议增加夜间模式", "希望增加夜间模式"),
        ("起步时变速箱一顿一顿的", "变速箱顿挫"),
    ],
)
def test_one_matter_in_two_wordings_is_one_theme(one: str, other: str) -> None:
    assert cosine(one, other) >= SAME_THEME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("低温无法启动", "充电很慢"),
        ("蓝牙断连", "屏幕闪烁"),
        ("客服态度差", "外卖送得慢"),
        ("建议增加夜间模式", "建议增加批量导出"),
    ],
)
def test_two_matters_are_two_themes(one: str, other: str) -> None:
    assert cosine(one, other) < SAME_THEME
