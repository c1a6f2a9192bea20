from pathlib import Path

import numpy as np
import pytest

from huixiang.cli.main import main
from huixiang.engine.models import about, grams, judge, word_rarity
from huixiang.engine.reading import Kind
from huixiang.engine.signals import NAMES
from huixiang.engine.training import direct
from huixiang.engine.training.first_level import quantised
from huixiang.engine.training.sources import TASKS, own_examples, samples, thinned

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MODELS = Path(__file__).resolve().parents[2] / "src" / "huixiang" / "engine" / "models"
ALLOWED_BYTES = 12 * 1024 * 1024


def test_the_model_files_are_small_enough_to_commit() -> None:
    assert sum(path.stat().st_size for path in MODELS.iterdir() if path.is_file()) <= ALLOWED_BYTES


def test_the_model_files_fit_the_code() -> None:
    assert list(grams().names) == [f"{task}:{label}" for task, labels in TASKS.items() for label in labels] + list(
        direct.NAMES
    )
    assert len(judge().mean) == len(grams().names) + len(NAMES)
    assert set(judge().classes("kind")) == {kind.value for kind in Kind}
    assert word_rarity().shape == (65536,)
    assert 0 < about()["thresholds"]["gate"] < 1


def test_own_examples_follow_the_guide() -> None:
    for row in own_examples():  # plain and chat examples alike
        assert row.kind in {kind.value for kind in Kind}
        assert row.feedback == str(int(row.kind not in {"chatter", "spam"}))
        assert (row.severity == "0") >= (row.kind in {"chatter", "spam", "question"})


def test_quantising_loses_less_than_half_a_step() -> None:
    weights = np.array([[0.5, -1.27, 0.003], [2.0, 0.0, -1.0]], dtype=np.float32)
    small, scale = quantised(weights)
    assert small.dtype == np.int8
    assert (np.abs(small * scale[:, None] - weights) <= scale[:, None] / 2 + 1e-6).all()


def test_a_draw_is_always_the_same() -> None:
    assert thinned(5, 10) == [0, 1, 2, 3, 4]
    assert thinned(1000, 3) == thinned(1000, 3)


def test_a_folder_without_data_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(tmp_path)]) == 2
    assert "there is no triage_gold.csv" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the data beside the project is not there")
def test_no_own_example_is_a_row_of_the_data() -> None:
    texts = {sample.text for sample in samples(SHARED)}
    assert [row.text for row in own_examples() if row.text in texts] == []
