"""Fitting an adapter: logistic regression with the base as offset, held by the replay where nobody contradicted it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack

from huixiang.engine.learning.adapter import Adapter, Part, shares
from huixiang.engine.learning.material import UNKNOWN, Material

LEAST_OF_A_QUESTION: Final = 8  # answers people gave, below which a question is left to the base
WORDS_SCALE: Final = 5.0  # how freely n-grams take weight, beside
SIGNALS_SCALE: Final = 0.25  # the base's own signals
BIAS_SCALE: Final = 0.5  # and the constants
STRENGTH: Final = 1.0  # of the pull towards no change at all
REPLAY_WEIGHT: Final = 0.5  # of a replayed text beside a corrected one
_NOISE: Final = ("chatter", "spam")
_STEPS: Final = 120

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Task:
    """One question as figures: (n, columns) and (n, classes)."""

    rows: csr_matrix
    offsets: Doubles
    targets: Doubles
    weights: Doubles

    def loss(self, flat: Doubles) -> tuple[float, Doubles]:
        """Weighted cross-entropy with half the squared weights, and its slope."""
        weights = flat.reshape(self.rows.shape[1], -1)
        chances = shares(self.offsets + self.rows @ weights)
        missed = -(self.targets * np.log(np.maximum(chances, 1e-12))).sum(axis=1)
        slope = self.rows.T @ ((chances - self.targets) * self.weights[:, None]) + STRENGTH * weights
        value = float((missed * self.weights).sum() + 0.5 * STRENGTH * (weights**2).sum())
        return value, np.asarray(slope).ravel()

    def solved(self) -> Doubles:
        """Return (columns, classes): the weights of the least loss, from none."""
        start = np.zeros(self.rows.shape[1] * self.offsets.shape[1])
        found = minimize(self.loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        return np.asarray(found.x).reshape(self.rows.shape[1], -1)


def fit(taught: Material, replay: Material, *, version: str, base: str) -> Adapter:
    """Learn from corrected texts what to add to the base; questions with few answers are left as they are.

    A replayed text wants the answer the base gives it, so the base moves only where people contradicted it.
    """
    mean = replay.signals.mean(axis=0)
    spread = replay.signals.std(axis=0) + np.float32(0.05)
    empty = Adapter(version, base, mean.astype(np.float32), spread.astype(np.float32), {})
    parts = {name: _part(name, taught, replay, empty) for name in _learnable(taught)}
    return Adapter(version, base, empty.mean, empty.spread, parts)


def _learnable(taught: Material) -> list[str]:
    return [name for name in taught.truths if _informed(name, taught).sum() >= LEAST_OF_A_QUESTION]


def _informed(question: str, taught: Material) -> NDArray[np.bool_]:
    """Which texts say something about a question: of what kind noise is not, its gate tells."""
    known = taught.known(question)
    return known | taught.known("gate") if question == "kind" and "gate" in taught.truths else known


def _part(question: str, taught: Material, replay: Material, empty: Adapter) -> Part:
    some = taught.part(_informed(question, taught))
    columns = np.unique(some.rows.indices).astype(np.int32)
    task = _Task(
        csr_matrix(vstack([_columns(some, columns, empty), _columns(replay, columns, empty)])),
        np.concatenate([some.logits[question], replay.logits[question]]).astype(np.float64),
        np.concatenate([_targets(question, some), shares(replay.logits[question].astype(np.float64))]),
        np.concatenate([np.ones(len(some)), np.full(len(replay), REPLAY_WEIGHT)]),
    )
    weights = task.solved()
    words, signals = len(columns), empty.mean.shape[0]
    return Part(
        taught.classes[question], columns,
        (weights[:words] * WORDS_SCALE).astype(np.float32),
        (weights[words : words + signals] * SIGNALS_SCALE).astype(np.float32),
        (weights[-1] * BIAS_SCALE).astype(np.float32),
    )  # fmt: skip


def _columns(one: Material, columns: NDArray[np.int32], empty: Adapter) -> csr_matrix:
    """The n-grams that occur in what people corrected, the signals and the constant, each as free as its scale."""
    constant = np.full((len(one), 1), BIAS_SCALE)
    signals = empty.standard(one.signals) * SIGNALS_SCALE
    return csr_matrix(hstack([one.rows[:, columns] * WORDS_SCALE, csr_matrix(signals), csr_matrix(constant)]))


def _targets(question: str, some: Material) -> Doubles:
    """Return (n, classes): certain where a person said it; else the base's shares among what the gate leaves."""
    classes = np.array(some.classes[question])
    truths = some.truths[question]
    certain = (truths[:, None] == classes[None, :]).astype(np.float64)
    if question != "kind" or "gate" not in some.truths:
        return np.asarray(certain)
    noise = np.isin(classes, _NOISE)
    is_noise = some.truths["gate"][:, None] == "0"
    left = shares(some.logits[question].astype(np.float64)) * np.where(is_noise, noise, ~noise)
    left /= np.maximum(left.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.where((truths == UNKNOWN)[:, None], left, certain))
