"""Training the second look: what the light reading says of rows it has not seen, beside their embeddings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from huixiang.engine.embedder import beginnings
from huixiang.engine.models import Refiner
from huixiang.engine.refining import QUESTIONS, answers, inputs, without_axes
from huixiang.engine.training import first_level, second_level
from huixiang.engine.training.sources import TASKS, thinned

_STRENGTH = {"gate": 0.3, "kind": 0.3, "severity": 0.3, "sentiment": 0.3, "escalation": 0.1}  # C, regularisation
_TASK_STRENGTH = 1.0
_ROWS = {"unsafe_food": 4000}  # of a task; others are learned from whole
_FOLDS = 5

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
Part = tuple[Floats, Floats]


@dataclass(slots=True)
class Looked:
    """The labelled messages as the second look sees them: (n, known + 384)."""

    messages: second_level.Messages
    rows: Floats


def light_answers(messages: second_level.Messages) -> Floats:
    """Return (n, classes of all questions): logarithms of probabilities by second levels that have not seen the row."""
    found: list[Floats | None] = [None] * len(messages.rows)
    splitter = StratifiedKFold(_FOLDS, shuffle=True, random_state=1)
    for learn, test in splitter.split(np.zeros(len(found)), messages.answers("kind")):
        judge = second_level.fit(messages, learn)
        said = answers({name: judge.probabilities(name, messages.signals[test]) for name in QUESTIONS})
        for place, row in zip(test, said, strict=True):
            found[int(place)] = row
    return np.array(found, dtype=np.float32)


def looked(messages: second_level.Messages, middle: Floats) -> Looked:
    """Embed the labelled messages and put what is known of them beside."""
    vectors = without_axes(beginnings([row.text for row in messages.rows], middle))
    return Looked(messages, inputs(light_answers(messages), vectors))


def question(seen: Looked, name: str, learn: Places) -> Part:
    """Fit one question on the rows at the places `learn`; the classes stand in sorted order, as everywhere."""
    truth = seen.messages.answers(name)
    known = learn[seen.messages.taught(name)[learn]]
    balance = "balanced" if name == "escalation" else None
    fitted = LogisticRegression(C=_STRENGTH[name], max_iter=3000, class_weight=balance)
    fitted.fit(seen.rows[known], truth[known], sample_weight=seen.messages.weights()[known])
    return second_level.logits_of(fitted)


def fit_questions(seen: Looked, learn: Places) -> Refiner:
    """Return the second look at the questions, learned from the rows at the places `learn`."""
    return Refiner({name: question(seen, name, learn) for name in QUESTIONS})


@dataclass(slots=True)
class Task:
    """The rows of a task: light scores not learned from the row, vectors, and what is true."""

    names: tuple[str, ...]
    rows: Floats
    light: Floats  # (n, labels)
    truth: NDArray[np.bool_]  # (n, labels)


def task_rows(ground: first_level.Ground, task: str, middle: Floats) -> Task:
    """Score by folds and embed the rows of a task, at most as many as are wanted of it."""
    columns = [first_level.held_out(ground, task, label) for label in TASKS[task]]
    places = ground.with_task(task)
    chosen = np.array(thinned(len(places), _ROWS.get(task, len(places))))
    light = np.stack([scores[chosen] for scores, _ in columns], axis=1)
    truth = np.stack([true[chosen] for _, true in columns], axis=1)
    vectors = beginnings([ground.samples[place].text for place in places[chosen]], middle)
    return Task(TASKS[task], inputs(light, without_axes(vectors)), light, truth)


def best_f1(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """The score from which on yes is said with the best F1."""
    limits = np.quantile(scores, np.linspace(0.02, 0.98, 97))
    return float(max(limits, key=lambda limit: float(f1_score(truth, scores > limit))))


def reader(task: Task, column: int, learn: Places) -> Part:
    """Fit one label of a task on the rows at the places `learn`: weights (inputs,) and bias ()."""
    fitted = LogisticRegression(C=_TASK_STRENGTH, max_iter=1000).fit(task.rows[learn], task.truth[learn, column])
    return fitted.coef_[0].astype(np.float32), fitted.intercept_[0].astype(np.float32)


def task_scores(task: Task, learn: Places) -> Part:
    """Fit all labels of a task: weights (inputs, labels) and bias (labels,)."""
    parts = [reader(task, column, learn) for column in range(len(task.names))]
    return np.stack([part[0] for part in parts], axis=1), np.array([part[1] for part in parts], dtype=np.float32)


def held_out_task(task: Task) -> Floats:
    """Return (n, labels): scores of each row by second looks that have not seen it."""
    scores = np.zeros(task.truth.shape, dtype=np.float32)
    splitter = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for learn, test in splitter.split(scores, task.truth.argmax(axis=1)):
        weights, bias = task_scores(task, learn)
        scores[test] = task.rows[test] @ weights + bias
    return scores


def _moved(part: Part, shift: float) -> Part:
    """Bring the scores to the scale of the light reader, whose threshold then serves both."""
    weights, bias = part
    return weights, (bias + np.float32(shift)).astype(np.float32)


def _everything(task: Task) -> Part:
    return task_scores(task, np.arange(len(task.rows)))


def fit_tasks(ground: first_level.Ground, middle: Floats, limits: Mapping[str, Any]) -> dict[str, Part]:
    """Return the second look at the readers of tasks, on the scale of the light ones, whose thresholds are `limits`."""
    eaten = task_rows(ground, "unsafe_food", middle)
    shift = limits["food"] - best_f1(held_out_task(eaten)[:, 0], eaten.truth[:, 0])
    return {"unsafe_food": _moved(_everything(eaten), shift)}


def arrays(parts: Mapping[str, Part]) -> dict[str, NDArray[Any]]:
    """Return the second look as it is stored."""
    stored: dict[str, NDArray[Any]] = {}
    for name, (weights, bias) in parts.items():
        stored |= {f"{name}_weights": weights.astype(np.float16), f"{name}_bias": bias}
    return stored
