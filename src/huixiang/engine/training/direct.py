"""Readers of the questions themselves over words: one for each answer, learned from the labelled messages.

They stand beside the source readers in the first level. What the second level learns from must be scores of rows a
reader has not seen, so those come from folds.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from huixiang.engine.training.sources import CHAT, OWN, Labelled

ANSWERS: dict[str, tuple[str, ...]] = {
    "kind": ("defect", "complaint", "suggestion", "question", "praise", "chatter", "spam"),
    "sentiment": ("-1", "0", "1"),
    "severity": ("0", "1", "2", "3", "4"),
    "escalation": ("1",),
}
NAMES = tuple(f"says_{question}:{answer}" for question, answers in ANSWERS.items() for answer in answers)
_STRENGTH = 0.3  # C of the support vector machine
_FOLDS = 5
_WORTH = {OWN: 0.5, CHAT: 0.25}  # of rows written for the project: they are tidier than what people say

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


def _columns(rows: Sequence[Labelled]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each name: which rows have an answer to the question, and whether it is this one."""
    found = []
    for question, answers in ANSWERS.items():
        given = np.array([getattr(row, question) for row in rows])
        found += [(given != "", given == answer) for answer in answers]
    return found


def _worth(rows: Sequence[Labelled]) -> Floats:
    return np.array([_WORTH.get(row.source, 1.0) for row in rows], dtype=np.float32)


def _reader(matrix: csr_matrix, truth: NDArray[np.bool_], worth: Floats) -> LinearSVC:
    return LinearSVC(C=_STRENGTH, class_weight="balanced", random_state=0).fit(matrix, truth, sample_weight=worth)


def fit(matrix: csr_matrix, rows: Sequence[Labelled]) -> tuple[Floats, Floats]:
    """Return weights (readers, BUCKETS) and bias (readers,), in the order of NAMES."""
    worth = _worth(rows)
    trained = [_reader(matrix[known], truth[known], worth[known]) for known, truth in _columns(rows)]
    weights = np.array([one.coef_[0] for one in trained], dtype=np.float32)
    return weights, np.array([one.intercept_[0] for one in trained], dtype=np.float32)


def held_out(matrix: csr_matrix, rows: Sequence[Labelled]) -> Floats:
    """Return (n, readers): the scores of each row by readers that have not seen it."""
    scores = np.zeros((len(rows), len(NAMES)), dtype=np.float32)
    worth = _worth(rows)
    splitter = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for learn, test in splitter.split(np.zeros(len(rows)), [row.kind for row in rows]):
        for column, (known, truth) in enumerate(_columns(rows)):
            places = learn[known[learn]]
            reader = _reader(matrix[places], truth[places], worth[places])
            scores[test, column] = reader.decision_function(matrix[test])
    return scores
