"""The model files as figures, and how they are applied: whole arrays, no training library.

`grams.npz` is the first level (one linear reader for each task over hashed n-grams), `judge.npz` the second
(weighs the first level's scores with the word rules), `refiner.npz` the second look (weighs both with the embedding),
`words.npz` how common words are, `embedding.npz` what is added to the weights of the embedder, `centre.npz` the
middle of the embeddings, `about.json` version and thresholds.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.features import BUCKETS

Floats = NDArray[np.float32]


def _arrays(name: str) -> dict[str, NDArray[Any]]:
    with files(__name__).joinpath(name).open("rb") as stored, np.load(stored, allow_pickle=False) as arrays:
        return {key: arrays[key] for key in arrays.files}


@cache
def about() -> dict[str, Any]:
    """Return version, thresholds and calibrations: the content of about.json."""
    return dict(json.loads(files(__name__).joinpath("about.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Grams:
    """The first level: names of the readers ("task:label"), one column of weights each."""

    names: tuple[str, ...]
    rarity: Floats  # (BUCKETS,)
    weights: Floats  # (BUCKETS, readers)
    bias: Floats  # (readers,)

    def scores(self, rows: csr_matrix) -> Floats:
        """Return (n, readers) for weighted rows; above 0 means yes."""
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Judge:
    """The second level: for each question (classes, weights, bias) over standardised signals."""

    mean: Floats
    spread: Floats
    questions: dict[str, tuple[tuple[str, ...], Floats, Floats]]

    def probabilities(self, question: str, signals: Floats) -> Floats:
        """Return (n, classes) for (n, signals); rows sum to 1."""
        _, weights, bias = self.questions[question]
        standard = np.clip((signals - self.mean) / self.spread, -6.0, 6.0)
        logits = standard @ weights + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def classes(self, question: str) -> tuple[str, ...]:
        """Return the names of the columns of `probabilities`."""
        return self.questions[question][0]


@cache
def grams() -> Grams:
    """Return the first level, loaded once a process."""
    stored = _arrays("grams.npz")
    weights = np.empty((BUCKETS, len(stored["scale"])), dtype=np.float32)
    for column, scale in enumerate(stored["scale"]):
        weights[:, column] = stored["weights"][column] * np.float32(scale)
    names = tuple(str(name) for name in stored["names"])
    return Grams(names, stored["rarity"].astype(np.float32), weights, stored["bias"])


@cache
def judge() -> Judge:
    """Return the second level, loaded once a process."""
    stored = _arrays("judge.npz")
    questions = {
        name: (
            tuple(str(label) for label in stored[f"{name}_classes"]),
            stored[f"{name}_weights"],
            stored[f"{name}_bias"],
        )
        for name in ("gate", "kind", "severity", "sentiment", "escalation")
    }
    return Judge(stored["mean"], stored["spread"], questions)


@dataclass(frozen=True, slots=True)
class Refiner:
    """The second look: weights and bias over what is known and the embedding, for each question and task.

    The classes of a question stand in the order of the Judge's.
    """

    parts: dict[str, tuple[Floats, Floats]]

    def scores(self, name: str, rows: Floats) -> Floats:
        """Return (n, answers) for (n, inputs)."""
        weights, bias = self.parts[name]
        return np.asarray(rows @ weights + bias, dtype=np.float32)

    def probabilities(self, question: str, rows: Floats) -> Floats:
        """Return (n, classes) for (n, inputs); rows sum to 1."""
        logits = self.scores(question, rows)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


@cache
def refiner() -> Refiner:
    """Return the second look, loaded once a process."""
    stored = _arrays("refiner.npz")
    names = {key.rpartition("_")[0] for key in stored}
    return Refiner({n: (stored[f"{n}_weights"].astype(np.float32), stored[f"{n}_bias"]) for n in names})


@cache
def word_rarity() -> Floats:
    """Return (buckets,) float32: inverse document frequency by the hash of a word."""
    return np.asarray(_arrays("words.npz")["rarity"].astype(np.float32) / np.float32(16.0))


@cache
def centre() -> Floats:
    """Return (384,) float32: what is taken off each embedding before it is brought to length 1."""
    return np.asarray(_arrays("centre.npz")["centre"], dtype=np.float32)


@cache
def learned_embedding() -> dict[str, Floats]:
    """Return what is added to matrices of the embedder: "l6.qkv.A" (rank, inputs) and "l6.qkv.B" (outputs, rank)."""
    return {name: values.astype(np.float32) for name, values in _arrays("embedding.npz").items()}


@cache
def quiet() -> Floats:
    """Return (axes, 384) float32: directions of length 1 in which embeddings hardly differ, where the axes are put."""
    return np.asarray(_arrays("centre.npz")["quiet"], dtype=np.float32)
