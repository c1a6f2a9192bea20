"""The sample of what the base learned from, as it stands beside the models: figures only, nobody's words."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.learning.adapter import FOLDED
from huixiang.engine.learning.material import Material

NAME: Final = "replay.npz"
HELD_EACH: Final = 3  # every third text is never learned from: what an adapter costs the base is measured on those


@dataclass(frozen=True, slots=True)
class Replay:
    """The sample, for one version of the models."""

    base: str
    known: Material

    def _held(self) -> NDArray[np.bool_]:
        return np.asarray(np.arange(len(self.known)) % HELD_EACH == 0)

    def learned_from(self) -> Material:
        """Return what holds an adapter in its place."""
        return self.known.part(~self._held())

    def measured_on(self) -> Material:
        """Return what is kept for measuring."""
        return self.known.part(self._held())


def stored(replay: Replay) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file: columns in 16 bits, weights in 8 with the largest of each row beside."""
    rows = replay.known.rows
    rows.sort_indices()
    spans = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    most = np.zeros(rows.shape[0], dtype=np.float32)
    np.maximum.at(most, spans, rows.data)
    arrays: dict[str, NDArray[Any]] = {
        "base": np.array(replay.base),
        "columns": rows.indices.astype(np.uint16),
        "starts": rows.indptr.astype(np.int32),
        "most": most.astype(np.float16),
        "data": np.rint(rows.data / np.maximum(most[spans], 1e-9) * 255).astype(np.uint8),
        "signals": replay.known.signals.astype(np.float16),
    }
    for name, classes in replay.known.classes.items():
        arrays |= {
            f"{name}.classes": np.array(classes),
            f"{name}.logits": replay.known.logits[name].astype(np.float16),
            f"{name}.truths": replay.known.truths[name],
        }
    return arrays


def load(file: Path | None = None) -> Replay:
    """Read a replay file, of this installation's models unless another is named."""
    return _installed() if file is None else _read(file)


@cache
def _installed() -> Replay:
    return _read(Path(str(files("huixiang.engine.models").joinpath(NAME))))


def _read(file: Path) -> Replay:
    with np.load(file, allow_pickle=False) as arrays:
        names = [key.removesuffix(".classes") for key in arrays.files if key.endswith(".classes")]
        most = arrays["most"].astype(np.float32) / np.float32(255)
        data = arrays["data"].astype(np.float32) * np.repeat(most, np.diff(arrays["starts"]))
        shape = (len(arrays["most"]), FOLDED)
        known = Material(
            csr_matrix((data, arrays["columns"].astype(np.int32), arrays["starts"]), shape=shape),
            arrays["signals"].astype(np.float32),
            {name: tuple(str(label) for label in arrays[f"{name}.classes"]) for name in names},
            {name: arrays[f"{name}.logits"].astype(np.float32) for name in names},
            {name: arrays[f"{name}.truths"] for name in names},
        )  # fmt: skip
        return Replay(str(arrays["base"]), known)
