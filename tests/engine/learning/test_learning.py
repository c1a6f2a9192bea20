from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from huixiang.engine import MODEL_VERSION, gate, read
from huixiang.engine.learning.adapter import FOLDED, Adapter
from huixiang.engine.learning.fitting import LEAST_OF_A_QUESTION, fit
from huixiang.engine.learning.material import Answers, cleaned, material
from huixiang.engine.learning.measuring import Figure, gain_between, on_material, on_texts, share_between
from huixiang.engine.learning.replayed import Replay, load

NEW_WORDS = [f"这个{thing}{way}蚌埠住了" for thing in "灯门锁屏座窗" for way in ("真是", "让我", "直接", "彻底")]
"""Slang of one community: said of what it complains about; the base takes it for talk."""
AS_COMPLAINT: Answers = {"gate": "1", "kind": "complaint", "severity": "2", "sentiment": "-1", "polarity": "0"}


@pytest.fixture(scope="module")
def replay() -> Replay:
    return load()


@pytest.fixture(scope="module")
def adapter(replay: Replay) -> Adapter:
    taught = material([cleaned(text) for text in NEW_WORDS], [AS_COMPLAINT] * len(NEW_WORDS))
    return fit(taught, replay.learned_from(), version="test", base=MODEL_VERSION)


def test_the_replay_is_of_these_models_small_and_without_words(replay: Replay) -> None:
    file = Path(__file__).resolve().parents[3] / "src" / "huixiang" / "engine" / "models" / "replay.npz"
    assert file.stat().st_size <= 2 * 1024 * 1024
    assert (replay.base, replay.known.rows.shape[1]) == (MODEL_VERSION, FOLDED)
    with np.load(file, allow_pickle=False) as arrays:
        words = {str(one) for key in arrays.files if arrays[key].dtype.kind == "U" for one in arrays[key].ravel()}
    assert words - {MODEL_VERSION, ""} == {name for classes in replay.known.classes.values() for name in classes}


def test_what_people_say_again_and_again_is_learned(adapter: Adapter) -> None:
    text = "这个雨刷直接蚌埠住了"
    [before], [after] = read([text]), read([text], adapter)
    assert (after.feedback, str(after.kind), after.sentiment) == (True, "complaint", -1)
    assert (before.feedback, before.sentiment) != (after.feedback, after.sentiment)
    assert after.sentiment_score < min(before.sentiment_score, 0)
    assert gate([text], adapter) == [(after.feedback, after.feedback_confidence)]


def test_the_base_stays_where_nobody_contradicted_it(adapter: Adapter, replay: Replay) -> None:
    figures = on_material(replay.measured_on(), present=None, candidate=adapter)
    assert {one.question for one in figures} == {"gate", "kind", "severity", "sentiment", "polarity"}
    assert [one.question for one in figures if one.gain < -0.005] == []


def test_it_is_stored_and_read_again(adapter: Adapter) -> None:
    again = Adapter.from_bytes(adapter.to_bytes())
    texts = [*NEW_WORDS[:5], "早上打不着火，仪表全黑"]
    assert [one.kind for one in read(texts, again)] == [one.kind for one in read(texts, adapter)]
    assert (again.version, again.base) == ("test", MODEL_VERSION)
    for broken in (b"PK nothing", b"", adapter.to_bytes()[:500]):
        with pytest.raises(ValueError, match="no adapter"):
            Adapter.from_bytes(broken)


def test_a_question_with_few_answers_is_left_to_the_base(replay: Replay) -> None:
    few: list[Answers] = [{"severity": "4"}] * (LEAST_OF_A_QUESTION - 1)
    rest: list[Answers] = [{"sentiment": "1"}] * LEAST_OF_A_QUESTION
    texts = [cleaned(text) for text in NEW_WORDS[: len(few) + len(rest)]]
    found = fit(material(texts, few + rest), replay.learned_from(), version="x", base=MODEL_VERSION)
    assert set(found.parts) == {"sentiment"}


def test_figures_count_what_became_right_and_wrong(adapter: Adapter) -> None:
    texts = [cleaned(text) for text in NEW_WORDS[:6]]
    by = {one.question: one for one in on_texts(texts, [AS_COMPLAINT] * 6, present=None, candidate=adapter)}
    assert set(by) == {"gate", "kind", "severity", "sentiment"}
    assert Counter({"after": by["kind"].after, "count": by["kind"].count}) == Counter({"after": 6, "count": 6})
    assert by["kind"].before + by["kind"].fixed - by["kind"].broken == by["kind"].after


def test_intervals() -> None:
    assert share_between(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson's, as tables have it
    assert share_between(0, 0) == (0.0, 1.0)
    low, high = gain_between(12, 2, 100)
    assert (low, high) == pytest.approx((0.0236, 0.1725), abs=1e-4)  # 10/102 give or take 1.96 standard errors
    assert Figure("kind", 100, 80, 90, 12, 2).gain == pytest.approx(0.1)
