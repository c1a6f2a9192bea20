"""The first level: one linear reader for each label of each task, over hashed n-grams of all sources."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from huixiang.engine.features import BUCKETS, counts, weighted
from huixiang.engine.training.sources import TASKS, Labelled, Sample, thinned

NEAR = 0.7  # cosine of n-grams: a source text this close to a labelled message is not learned from
REVIEWS_FOR_DOMAIN = 8000  # of shop reviews, when the question is where a text comes from
_STRENGTH = {"polarity": 0.3, "unsafe_food": 1.0, "subject": 0.3}  # C of the support vector machine
_UNBALANCED = frozenset({"polarity", "subject"})  # tasks whose classes are about as frequent as in life

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Ground:
    """All source texts as weighted rows, and which of them may be learned from."""

    samples: list[Sample]
    rarity: Floats
    rows: csr_matrix
    usable: NDArray[np.bool_]

    def with_task(self, task: str) -> NDArray[np.int64]:
        """Places of the usable samples that teach a task; shop reviews thinned where they would drown the rest."""
        places = [at for at, sample in enumerate(self.samples) if self.usable[at] and task in sample.labels]
        if task not in {"domain", "spam"}:
            return np.array(places)
        shop = [at for at in places if self.samples[at].labels.get("domain") == frozenset({"shop"})]
        dropped = set(shop) - {shop[at] for at in thinned(len(shop), REVIEWS_FOR_DOMAIN)}
        return np.array([at for at in places if at not in dropped])

    def targets(self, task: str, label: str, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each place whether its sample carries the label."""
        return np.array([label in self.samples[at].labels[task] for at in places])


def prepare(samples: list[Sample], gold: Sequence[Labelled]) -> Ground:
    """Count, weigh, and set aside whatever is close to a labelled message."""
    counted = counts([sample.text for sample in samples])
    frequency = np.bincount(counted.indices, minlength=BUCKETS)
    rarity = (np.log((1 + len(samples)) / (1 + frequency)) + 1).astype(np.float16).astype(np.float32)
    rows = weighted(counted, rarity)
    near = (rows @ weighted(counts([one.text for one in gold]), rarity).T).max(axis=1)
    return Ground(samples, rarity, rows, near.toarray().ravel() < NEAR)


def reader(task: str) -> LinearSVC:
    """Return the untrained reader of a task."""
    balance = None if task in _UNBALANCED else "balanced"
    return LinearSVC(C=_STRENGTH.get(task, 0.3), class_weight=balance, random_state=0)


def fit(ground: Ground) -> tuple[list[str], Floats, Floats]:
    """Return names, weights (readers, BUCKETS) and bias of all readers."""
    names, weights, bias = [], [], []
    for task, labels in TASKS.items():
        places = ground.with_task(task)
        for label in labels:
            one, lean = _fitted(reader(task), ground.rows[places], ground.targets(task, label, places))
            names.append(f"{task}:{label}")
            weights.append(one)
            bias.append(lean)
    return names, np.array(weights), np.array(bias)


def _fitted(untrained: LinearSVC, rows: csr_matrix, truth: NDArray[np.bool_]) -> tuple[Floats, np.float32]:
    """Weights and bias. What no row carries, as when a whole category was left out, is never said to be there."""
    if not truth.any():
        return np.zeros(rows.shape[1], dtype=np.float32), np.float32(-1)
    trained = untrained.fit(rows, truth)
    return trained.coef_[0].astype(np.float32), np.float32(trained.intercept_[0])


def held_out(ground: Ground, task: str, label: str, folds: int = 5) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the scores of a reader on rows it has not seen, and what is true of them."""
    places = ground.with_task(task)
    truth = ground.targets(task, label, places)
    scores = np.zeros(len(places), dtype=np.float32)
    for learn, test in KFold(folds, shuffle=True, random_state=0).split(places):
        weights, bias = _fitted(reader(task), ground.rows[places[learn]], truth[learn])
        scores[test] = ground.rows[places[test]] @ weights + bias
    return scores, truth


def slope(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Return a so that 1 / (1 + exp(−a · score)) is a probability (Platt scaling without an offset)."""
    fitted = LogisticRegression(fit_intercept=False).fit(scores[:, None], truth)
    return round(float(fitted.coef_[0, 0]), 4)


def quantised(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return int8 weights and the scale of each reader."""
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
    return np.rint(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)
