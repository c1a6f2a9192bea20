"""Texts as points: multilingual-e5-small with what the project learned of alike and unlike, centred.

The raw cosines of this model lie between 0.75 and 1; the middle of many texts is taken off first, which
spreads them and makes one threshold serve.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.branding import unbranded
from huixiang.engine.encoder.running import encoder
from huixiang.engine.models import centre
from huixiang.engine.normalising import normalise
from huixiang.engine.telling import telling

DIMENSIONS = 384
EMBEDDER_VERSION = "e5-small-int8/query/telling128/learned-3"

_LONGEST: Final = 128  # characters embedded of one text: the time grows faster than the length
_EMPTY: Final = "空"  # stands for a text without any word, so that it too gets a unit vector
_KEPT: Final = 4096  # vectors of subjects embedded last (6 MB): the same words come again and again in groups

Floats = NDArray[np.float32]


class _Remembered:
    """The vectors of the subjects embedded last, by subject."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Floats] = OrderedDict()
        self._lock = Lock()

    def of(self, subjects: Sequence[str]) -> Floats:
        """Return (n, 384), embedding only what is not remembered."""
        with self._lock:
            new = [subject for subject in subjects if subject not in self._known]
            found = {subject: self._known[subject] for subject in subjects if subject in self._known}
        found |= zip(new, raw_vectors(new), strict=True)
        with self._lock:
            for subject in subjects:
                self._known[subject] = found[subject]
                self._known.move_to_end(subject)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return np.stack([found[subject] for subject in subjects])


_REMEMBERED = _Remembered()


def subject_of(text: str) -> str:
    """Return what of a text is embedded: its telling sentences, without makers, models and versions."""
    return telling(unbranded(normalise(text).text), _LONGEST)[:_LONGEST] or _EMPTY


def raw_vectors(subjects: Sequence[str]) -> Floats:
    """Return (n, 384) float32, length 1, as the model gives them."""
    return encoder().vectors(subjects) if subjects else np.zeros((0, DIMENSIONS), dtype=np.float32)


def centred(vectors: Floats) -> Floats:
    """Take the middle off and bring each row to length 1; a row that vanishes becomes the first axis."""
    moved = vectors - centre()
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    moved[lengths[:, 0] < 1e-6] = np.eye(1, moved.shape[1], dtype=np.float32)  # noqa: PLR2004 - nothing left
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def embed(texts: Sequence[str]) -> Floats:
    """Return (n, 384) float32, each row of length 1; equal subjects are embedded once."""
    subjects = [subject_of(text) for text in texts]
    distinct = {subject: place for place, subject in enumerate(dict.fromkeys(subjects))}
    if not distinct:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    vectors = centred(_REMEMBERED.of(list(distinct)))
    return vectors[[distinct[subject] for subject in subjects]]
