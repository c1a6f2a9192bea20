"""A second look with the meaning of a text: what the light reading found, weighed together with its embedding.

The light reading knows words; the embedding knows what they mean together. What is said in the end is the mean of
both, which is right more often than either and costs an embedding. Whether it is feedback and how bad it is the second
look says alone: the light reading hears a report in a laugh, and a danger in words that only stand near one.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.models import Refiner, about, quiet, refiner
from huixiang.engine.verdict import Scores

Floats = NDArray[np.float32]
QUESTIONS = ("gate", "kind", "severity", "sentiment", "escalation")
ALONE = ("gate", "severity")  # answered by the second look alone
READERS = ("unsafe_food",)  # whose scores are looked at again; polarity and car subjects are not read better so
SPREAD = np.float32(4.0)  # what a unit vector is multiplied by, so that one strength suits all inputs
_LEAST = 1e-4  # of a probability, before its logarithm


def answers(chances: Mapping[str, Floats]) -> Floats:
    """Return (n, classes of all questions): logarithms of the light reading's probabilities."""
    shares = np.hstack([chances[question] for question in QUESTIONS])
    return np.log(np.maximum(shares, np.float32(_LEAST))).astype(np.float32)


def inputs(known: Floats, vectors: Floats) -> Floats:
    """Return (n, known + 384): what is known already beside the spread vectors."""
    return np.hstack([known, vectors * SPREAD]).astype(np.float32)


def refined(scores: Scores, vectors: Floats) -> Scores:
    """Return the scores with every question and reader answered anew.

    Row i of `vectors` (n, 384), as `embed` gives them, is of text i; a row of zeros stands for a text without a
    vector, whose scores stay.
    """
    model = refiner()
    looked = np.linalg.norm(vectors, axis=1) > 0
    vectors = without_axes(vectors)
    chances = _chances(model, scores, vectors, looked)
    readers = _readers(model, scores, vectors, looked)
    eaten = looked & np.isin(np.asarray(scores.domains), ("food", "takeaway"))
    unsafe = np.where(eaten, readers["unsafe_food:1"] > about()["thresholds"]["food"], scores.unsafe_food)
    return replace(scores, chances=chances, readers=readers, unsafe_food=unsafe)


def without_axes(vectors: Floats) -> Floats:
    """Return what the model alone says of the texts: the axes of matters were put where it says nearly nothing."""
    moved = vectors - vectors @ quiet().T @ quiet()
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _chances(model: Refiner, scores: Scores, vectors: Floats, looked: NDArray[np.bool_]) -> dict[str, Floats]:
    rows = inputs(answers(scores.chances), vectors)
    found = dict(scores.chances)
    for question in QUESTIONS:
        both = agreed(question, scores.chances[question], model.probabilities(question, rows))
        found[question] = np.where(looked[:, None], both, scores.chances[question]).astype(np.float32)
    return found


def agreed(question: str, light: Floats, second: Floats) -> Floats:
    """Return what the light reading and the second look say together, each (n, classes)."""
    return second if question in ALONE else (light + second) / np.float32(2)


def _readers(model: Refiner, scores: Scores, vectors: Floats, looked: NDArray[np.bool_]) -> dict[str, Floats]:
    found = dict(scores.readers)
    for task in READERS:
        names = [name for name in scores.readers if name.startswith(f"{task}:")]
        rows = inputs(np.stack([scores.readers[name] for name in names], axis=1), vectors)
        fresh = model.scores(task, rows)
        for column, name in enumerate(names):
            found[name] = np.where(looked, fresh[:, column], scores.readers[name]).astype(np.float32)
    return found
