import numpy as np
import pytest
from numpy.typing import NDArray

from huixiang.engine import grouping
from huixiang.engine.grouping import NONE, groups, parting
from huixiang.engine.matters import BUCKETS, axes, grams, plain

PARTS = ["天窗异响", "变速箱漏油", "大灯不亮", "车机黑屏死机", "轮胎开裂鼓包", "空调不制冷"]


def scattered(directions: int, each: int, spread: float = 0.05) -> NDArray[np.float32]:
    """Unit vectors around as many axes, in turn."""
    rng = np.random.default_rng(3)
    rows = np.tile(np.eye(directions, 384), (each, 1)) + rng.normal(0, spread, (directions * each, 384))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_what_is_about_one_thing_comes_together_and_the_rest_stays_alone() -> None:
    texts = [*PARTS * 20, "今天天气真好"]
    vectors = np.concatenate([scattered(6, 20), np.eye(384, dtype=np.float32)[-1:]])
    labels = groups(texts, vectors).tolist()
    assert labels[-1] == NONE
    assert [len(set(labels[place:120:6])) for place in range(6)] == [1] * 6
    assert sorted(set(labels[:120])) == [0, 1, 2, 3, 4, 5]


def test_few_texts_are_told_apart_by_their_meaning_alone() -> None:
    vectors = np.eye(384, dtype=np.float32)[[0, 1, 0, 2]]
    assert groups(["打不着火", "屏幕黑了", "点不着火", "漏油"], vectors).tolist() == [0, NONE, 0, NONE]


@pytest.mark.parametrize("texts", [[], ["打不着火"], ["", "！！", "123"]])
def test_nothing_to_group(texts: list[str]) -> None:
    assert groups(texts, np.eye(384, dtype=np.float32)[: len(texts)]).tolist() == [NONE] * len(texts)


def test_a_text_without_a_word_belongs_to_nothing() -> None:
    labels = groups(["打不着火", "", "打不着火", "？"], np.eye(384, dtype=np.float32)[[0, 0, 0, 0]])
    assert labels.tolist() == [0, NONE, 0, NONE]


def test_more_than_fit_at_once_give_the_same_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, vectors = PARTS * 30, scattered(6, 30)
    whole = groups(texts, vectors).tolist()
    monkeypatch.setattr(grouping, "AT_ONCE", 60)
    assert groups(texts, vectors).tolist() == whole


def test_otsu_parts_where_two_heaps_meet() -> None:
    low, high = np.linspace(0, 0.2, 900), np.linspace(0.8, 1, 100)
    assert 0.2 < parting(np.concatenate([low, high]).astype(np.float32)) < 0.8


def test_grams_count_each_text_alone() -> None:
    rows = grams(["漏油", "", "漏油漏油"])
    assert rows.shape == (3, BUCKETS)
    assert np.diff(rows.indptr).tolist() == [3, 0, 6]  # 漏 油 漏油; and 油漏 漏油漏 油漏油
    assert rows[2].max() == pytest.approx(1 + np.log(2))


def test_the_axes_hold_one_part_together_and_leave_the_unknown_short() -> None:
    one, same, other, unknown = axes().of(grams([plain(t) for t in ("天窗异响", "天窗咯吱响", "轮胎鼓包", "蛋糕好吃")]))
    assert one @ same > 3 * abs(one @ other)
    assert np.linalg.norm(unknown) < np.linalg.norm(one)
