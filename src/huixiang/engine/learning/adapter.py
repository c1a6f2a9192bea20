"""What is added to the base's answers, how it is stored and applied."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.models import about
from huixiang.engine.verdict import Scores

FOLD_BITS: Final = 16
FOLDED: Final = 1 << FOLD_BITS
POLARITY: Final = "polarity"
TAUGHT: Final = ("gate", "kind", "severity", "sentiment", POLARITY)
"""The questions a correction can teach; polarity is the two-class reader behind `sentiment_score`."""
_READER: Final = "polarity:positive"
_LEAST: Final = 1e-6  # of a probability, before its logarithm

Floats = NDArray[np.float32]


def folded(rows: csr_matrix) -> csr_matrix:
    """Return weighted rows with their columns folded onto FOLDED ones: what an adapter knows words by."""
    columns = rows.indices & np.int32(FOLDED - 1)
    return csr_matrix((rows.data, columns, rows.indptr), shape=(rows.shape[0], FOLDED))


def classes_of(scores: Scores, question: str) -> tuple[str, ...]:
    """Return the answers a question has, in the order of its logits."""
    return ("0", "1") if question == POLARITY else tuple(scores.classes[question])


def logits_of(scores: Scores, question: str) -> Floats:
    """Return (n, classes): the base's own answer, to which an adapter adds."""
    if question == POLARITY:
        score = np.asarray(scores.readers[_READER]) * np.float32(about()["polarity_slope"])
        return np.stack([np.zeros_like(score), score], axis=1).astype(np.float32)
    return np.log(np.maximum(scores.chances[question], _LEAST)).astype(np.float32)


def shares(logits: NDArray[Any]) -> NDArray[Any]:
    """Return the probabilities of each row's classes."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Part:
    """What is added to one question: weights of n-grams, of the base's signals, and a constant for each class."""

    classes: tuple[str, ...]
    columns: NDArray[np.int32]  # the folded columns that have a weight
    words: Floats  # (columns, classes)
    signals: Floats  # (signals, classes)
    bias: Floats  # (classes,)

    def added(self, rows: csr_matrix, signals: Floats) -> Floats:
        """Return (n, classes) to add for folded rows and standardised signals."""
        weights = np.zeros((FOLDED, len(self.classes)), dtype=np.float32)
        weights[self.columns] = self.words
        return np.asarray(rows @ weights + signals @ self.signals + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Adapter:
    """What was learned from people's corrections, for one version of the base's models."""

    version: str  # how findings name it
    base: str  # the model version it adds to; with another one it must not be used
    mean: Floats  # of the signals, as the replay has them
    spread: Floats
    parts: Mapping[str, Part]

    def standard(self, signals: Floats) -> Floats:
        """Return the signals as the parts take them."""
        return np.asarray(np.clip((signals - self.mean) / self.spread, -4.0, 4.0), dtype=np.float32)

    def applied(self, scores: Scores, rows: csr_matrix, signals: Floats) -> Scores:
        """Return the scores with what was learned added to them; rows are the base's weighted ones."""
        words, standard = folded(rows), self.standard(signals)
        added = {name: part.added(words, standard) for name, part in self.parts.items()}
        chances, readers = dict(scores.chances), dict(scores.readers)
        for name, extra in added.items():
            logits = logits_of(scores, name) + extra
            if name == POLARITY:
                score = (logits[:, 1] - logits[:, 0]) / about()["polarity_slope"]
                readers[_READER] = np.asarray(score, dtype=np.float32)
            else:
                chances[name] = shares(logits).astype(np.float32)
        return replace(scores, chances=chances, readers=readers)

    def to_bytes(self) -> bytes:
        """Return it as it is stored: figures and names of classes, no words of anybody."""
        stored: dict[str, Any] = {
            "version": np.array(self.version), "base": np.array(self.base), "mean": self.mean, "spread": self.spread,
        }  # fmt: skip
        for name, part in self.parts.items():
            stored |= {
                f"{name}.classes": np.array(part.classes), f"{name}.columns": part.columns,
                f"{name}.words": part.words.astype(np.float16), f"{name}.signals": part.signals,
                f"{name}.bias": part.bias,
            }  # fmt: skip
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **stored)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Adapter":
        """Read what `to_bytes` wrote. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
                names = [key.removesuffix(".classes") for key in arrays.files if key.endswith(".classes")]
                parts = {name: _part(arrays, name) for name in names}
                known = {key: str(arrays[key]) for key in ("version", "base")}
                return cls(known["version"], known["base"], arrays["mean"], arrays["spread"], parts)
        except (OSError, KeyError, EOFError, ValueError, BadZipFile) as broken:
            raise ValueError("this is no adapter") from broken


def _part(arrays: Mapping[str, NDArray[Any]], name: str) -> Part:
    return Part(
        tuple(str(label) for label in arrays[f"{name}.classes"]),
        arrays[f"{name}.columns"],
        arrays[f"{name}.words"].astype(np.float32),
        arrays[f"{name}.signals"],
        arrays[f"{name}.bias"],
    )
