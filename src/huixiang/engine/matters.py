"""What a text is about, told by its words: hashed character grams, and learned axes along which matters differ.

The axes are what remains of a reader of defect codes and feature tags (`engine/training/matters.py`): two texts that
would get the same codes lie in one direction, and a text of which the reader knows nothing stays near the middle. They
are of words alone, so a new embedder does not touch them. `matters.npz` holds figures only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.branding import unbranded, unified
from huixiang.engine.normalising import normalise

BUCKETS: Final = 1 << 16
LONGEST_GRAM: Final = 3
READ: Final = 400  # characters of a text: what is told after them is told again

_STEP = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEPARATOR = 0
_FIGURES = re.compile(r"\d")

Floats = NDArray[np.float32]


def plain(text: str) -> str:
    """Return the text as its grams are taken: without makers and demands, in one choice of words, figures alike."""
    words = unified(unbranded(normalise(text).text))[:READ]
    return _FIGURES.sub("0", words.replace("\0", "").lower())


def grams(plains: Sequence[str]) -> csr_matrix:
    """Return (n, BUCKETS): 1 + log of how often each hashed character 1–3-gram stands in each of the `plain` texts."""
    codes = np.frombuffer("\0".join(["", *plains]).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    rows = np.cumsum(codes == _SEPARATOR).astype(np.uint64)
    hashes = np.zeros_like(codes)
    keys = [np.zeros(0, dtype=np.uint64)]
    for length in range(1, min(LONGEST_GRAM, len(codes)) + 1):
        size = len(codes) - length + 1
        hashes = hashes[:size] * _STEP + codes[length - 1 :]
        whole = (rows[:size] == rows[length - 1 :]) & (codes[:size] != _SEPARATOR)
        mixed = (hashes[whole] + np.uint64(length)) * _MIX
        keys.append(rows[:size][whole] << np.uint64(16) | mixed >> np.uint64(48))
    found, times = np.unique(np.concatenate(keys), return_counts=True)
    places = ((found >> np.uint64(16)) - np.uint64(1)).astype(np.int64) if len(found) else found.astype(np.int64)
    columns = (found & np.uint64(BUCKETS - 1)).astype(np.int64)
    weights = (1 + np.log(times)).astype(np.float32)
    return csr_matrix((weights, (places, columns)), shape=(len(plains), BUCKETS))


def rarity_of(rows: csr_matrix) -> Floats:
    """Return (BUCKETS,): inverse document frequency in these texts; 0 for grams of one text, which join it to none."""
    times = np.bincount(rows.indices, minlength=BUCKETS)
    found = np.log((1 + rows.shape[0]) / (1 + times)) + 1
    return np.asarray(np.where(times > 1, found, 0), dtype=np.float32)


def weighted(rows: csr_matrix, rarity: Floats) -> csr_matrix:
    """Return the rows weighted by rarity and brought to length 1; a row of which nothing is left stays 0."""
    found = rows.copy()
    found.data = found.data * rarity[found.indices]
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    found.data = found.data / np.repeat(np.maximum(lengths, 1e-9), np.diff(found.indptr)).astype(np.float32)
    return found


@dataclass(frozen=True, slots=True)
class Axes:
    """The learned axes: weights of the grams that are known, and how long a vector is before it counts half."""

    rarity: Floats  # (BUCKETS,), 0 for grams that are not known
    weights: Floats  # (BUCKETS, axes)
    middle: Floats  # (axes,), what a text without a known gram gets
    half: float

    def of(self, rows: csr_matrix) -> Floats:
        """Return (n, axes): the direction is the matter, the length below 1 how surely it is known."""
        found = np.asarray(weighted(rows, self.rarity) @ self.weights + self.middle, dtype=np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / (lengths + self.half), dtype=np.float32)


@cache
def axes() -> Axes:
    """Return the axes, loaded once a process."""
    with files("huixiang.engine.models").joinpath("matters.npz").open("rb") as stored, np.load(stored) as arrays:
        known = arrays["buckets"].astype(np.int64)
        weights = np.zeros((BUCKETS, len(arrays["scale"])), dtype=np.float32)
        weights[known] = arrays["weights"].astype(np.float32) * arrays["scale"]
        rarity = np.zeros(BUCKETS, dtype=np.float32)
        rarity[known] = arrays["rarity"]
        return Axes(rarity, weights, arrays["middle"].astype(np.float32), float(arrays["half"]))
