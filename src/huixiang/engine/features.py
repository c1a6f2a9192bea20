"""Texts as sparse rows: hashed character 1–4-grams and hashed words with their pairs, all in whole arrays.

Hashing needs no vocabulary, so the model files hold figures only, and no words of anybody's message.
"""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.tokens import tokens

BITS = 18
BUCKETS = 1 << BITS
LONGEST_GRAM = 4
CHARACTERS_READ = 600  # of one text; what a message is shows in its beginning, and time stays linear

_SEPARATOR = 0
_STEP = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
# Marks in one width; every digit is 0, because no figure of one message should speak for another.
_PLAIN = str.maketrans("，。！？；：（）“”‘’、～\n123456789", ",.!?;:()\"\"'',~ 000000000", "\0")
_BLANKED = re.compile("(?<![a-wyz])x{2,}(?![a-wyz])")  # figures blanked out as xx are figures too

Keys = NDArray[np.uint64]


def _zeros(match: re.Match[str]) -> str:
    return "0" * len(match.group())


def _prepare(text: str) -> str:
    plain = text[:CHARACTERS_READ].translate(_PLAIN).lower()
    return f" {_BLANKED.sub(_zeros, plain)} "


def _mixed(hashes: Keys, salt: int) -> Keys:
    mixed = (hashes + np.uint64(salt)) * _MIX
    mixed ^= mixed >> np.uint64(31)
    mixed *= _MIX
    return mixed >> np.uint64(64 - BITS)


def _character_keys(texts: Sequence[str]) -> Keys:
    """Row in the high bits, bucket in the low bits, one key for each character gram of each text."""
    codes = np.frombuffer("\0".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    rows = np.cumsum(codes == _SEPARATOR).astype(np.uint64)
    hashes = np.zeros_like(codes)
    parts = []
    for length in range(1, LONGEST_GRAM + 1):
        if len(codes) < length:
            break
        size = len(codes) - length + 1
        hashes = hashes[:size] * _STEP + codes[length - 1 :]
        whole = (rows[:size] == rows[length - 1 :]) & (codes[:size] != _SEPARATOR)
        parts.append(rows[:size][whole] << np.uint64(BITS) | _mixed(hashes[whole], length))
    return np.concatenate(parts)


def _word_hashes(words: Sequence[Sequence[str]]) -> tuple[Keys, Keys]:
    rows = np.repeat(np.arange(len(words), dtype=np.uint64), [len(row) for row in words])
    hashes = np.fromiter(
        (zlib.crc32(word.encode("utf-8", "replace")) for row in words for word in row),
        dtype=np.uint64,
        count=len(rows),
    )
    return rows, hashes


def _word_keys(words: Sequence[Sequence[str]]) -> Keys:
    rows, hashes = _word_hashes(words)
    neighbours = rows[:-1] == rows[1:]
    pairs = (hashes[:-1] * _STEP + hashes[1:])[neighbours]
    high = np.uint64(BITS)
    single = rows << high | _mixed(hashes, 11)
    double = rows[:-1][neighbours] << high | _mixed(pairs, 12)
    return np.concatenate([single, double])


def counts(texts: Sequence[str]) -> csr_matrix:
    """Return (n, BUCKETS) float32: 1 + ln(times) of each gram and word in each text."""
    prepared = [_prepare(text) for text in texts]
    words = _word_keys([tokens(text) for text in prepared])
    keys, times = np.unique(np.concatenate([_character_keys(prepared), words]), return_counts=True)
    rows = (keys >> np.uint64(BITS)).astype(np.int64)
    columns = (keys & np.uint64(BUCKETS - 1)).astype(np.int32)
    pointers = np.searchsorted(rows, np.arange(len(prepared) + 1)).astype(np.int32)
    values = (1.0 + np.log(times)).astype(np.float32)
    return csr_matrix((values, columns, pointers), shape=(len(prepared), BUCKETS))


def weighted(matrix: csr_matrix, rarity: NDArray[np.float32]) -> csr_matrix:
    """Multiply each column by its rarity (inverse document frequency) and bring each row to length 1."""
    data = matrix.data * rarity[matrix.indices]
    starts = matrix.indptr[:-1]
    squares = np.add.reduceat(np.append(data * data, np.float32(0.0)), starts) if len(starts) else starts
    squares = np.where(np.diff(matrix.indptr) > 0, squares, 1.0)
    lengths = np.sqrt(squares).astype(np.float32)
    data = data / np.repeat(lengths, np.diff(matrix.indptr))
    return csr_matrix((data.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)
