"""Texts as points: multilingual-e5-small with what the project learned of alike and unlike, centred.

The raw cosines of this model lie between 0.75 and 1; the middle of many texts is taken off first, which
spreads them and makes one threshold serve. Where the learned axes of matters (`engine.matters`) know what a text is
about, their word goes in too, along the directions in which embeddings hardly differ.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.branding import unbranded, unified
from huixiang.engine.encoder.running import encoder
from huixiang.engine.matters import axes, grams, plain
from huixiang.engine.models import centre, quiet
from huixiang.engine.normalising import normalise
from huixiang.engine.telling import telling

DIMENSIONS = 384
EMBEDDER_VERSION = "e5-small-int8/query/telling128/learned/axes-3"

_LONGEST: Final = 128  # characters embedded of one text: the time grows faster than the length
_EMPTY: Final = "空"  # stands for a text without any word, so that it too gets a unit vector
_KEPT: Final = 4096  # vectors of subjects embedded last (6 MB): the same words come again and again in groups

_AXES_WEIGHT: Final = np.float32(0.8)  # of the axes' likeness beside the embedding's
_AXES_FROM: Final = np.float32(0.4)  # length of a text's axes up to which they know nothing of it
_AXES_SURE: Final = np.float32(0.55)  # and from which on they count whole

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
        if new:
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
    """Return what of a text is compared: its telling sentences in one choice of words, without makers and demands."""
    return unified(telling(unbranded(normalise(text).text), _LONGEST))[:_LONGEST] or _EMPTY


def raw_vectors(subjects: Sequence[str]) -> Floats:
    """Return (n, 384) float32, length 1, as the model gives them."""
    return encoder().vectors(subjects) if subjects else np.zeros((0, DIMENSIONS), dtype=np.float32)


def centred(vectors: Floats, middle: Floats | None = None) -> Floats:
    """Take the middle off and bring each row to length 1; a row that vanishes becomes the first axis."""
    moved = vectors - (centre() if middle is None else middle)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    moved[lengths[:, 0] < 1e-6] = np.eye(1, moved.shape[1], dtype=np.float32)  # noqa: PLR2004 - nothing left
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _points(subjects: Sequence[str], middle: Floats | None = None) -> Floats:
    distinct = {subject: place for place, subject in enumerate(dict.fromkeys(subjects))}
    if not distinct:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    vectors = centred(_REMEMBERED.of(list(distinct)), middle)
    return vectors[[distinct[subject] for subject in subjects]]


def meant(texts: Sequence[str]) -> Floats:
    """Return (n, 384) float32, each row of length 1: what the model alone says of the matter of each text."""
    return _points([subject_of(text) for text in texts])


def beginnings(texts: Sequence[str], middle: Floats | None = None) -> Floats:
    """Return (n, 384) float32, each row of length 1: what the model says of each text's beginning as it stands.

    Telling sentences are those with a problem: whether somebody is pleased shows in the others, too. A short text is
    its own telling sentence, and not embedded a second time. `middle`: what is taken off instead of the published
    centre, while a new one is being trained.
    """
    return _points([unbranded(normalise(text).text)[:_LONGEST] or _EMPTY for text in texts], middle)


def embed(texts: Sequence[str]) -> Floats:
    """Return (n, 384) float32, each row of length 1: the points that are compared with each other."""
    return with_axes(meant(texts), texts) if texts else meant(texts)


def with_axes(vectors: Floats, texts: Sequence[str]) -> Floats:
    """Put the learned axes of each text into its point; row i of `vectors` is of text i."""
    told = axes().of(grams([plain(text) for text in texts]))
    lengths = np.linalg.norm(told, axis=1, keepdims=True)
    share = np.clip((lengths - _AXES_FROM) / (_AXES_SURE - _AXES_FROM), 0, 1) * np.sqrt(_AXES_WEIGHT)
    directions = quiet()
    moved = vectors + (share * told - vectors @ directions.T) @ directions
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6), dtype=np.float32)
