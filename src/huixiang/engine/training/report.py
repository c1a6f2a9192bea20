"""Cross-validated figures with 95 % intervals, decided by the very code that decides at run time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, precision_score, recall_score

from huixiang.engine.refining import QUESTIONS, agreed
from huixiang.engine.signals import caught
from huixiang.engine.training import first_level, second_level, second_look, thresholds, vectors
from huixiang.engine.training.publishing import Trained
from huixiang.engine.training.sources import SUBJECTS
from huixiang.engine.verdict import Verdict, gate_chance, scores_of, verdict

RESAMPLES = 1000
Answers = NDArray[np.str_]
Figure = Callable[[Answers, Answers], float]


def interval(truth: Answers, said: Answers, figure: Figure) -> str:
    """Return the figure and its 95 % interval over resampled rows (percentile bootstrap, fixed seed)."""
    generator = np.random.default_rng(0)
    drawn = [generator.integers(0, len(truth), len(truth)) for _ in range(RESAMPLES)]
    values = [figure(truth[rows], said[rows]) for rows in drawn]
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{figure(truth, said):.3f}  [{low:.3f}, {high:.3f}]"


def _f1(label: str) -> Figure:
    return lambda truth, said: float(f1_score(truth == label, said == label, zero_division=0))


def _recall(label: str) -> Figure:
    return lambda truth, said: float(recall_score(truth == label, said == label, zero_division=0))


def _precision(label: str) -> Figure:
    return lambda truth, said: float(precision_score(truth == label, said == label, zero_division=0))


def _macro(truth: Answers, said: Answers) -> float:
    return float(f1_score(truth, said, average="macro", zero_division=0))


def _kappa(truth: Answers, said: Answers) -> float:
    return float(cohen_kappa_score(truth.astype(int), said.astype(int), weights="quadratic"))


def _accuracy(truth: Answers, said: Answers) -> float:
    return float(accuracy_score(truth, said))


FIGURES: tuple[tuple[str, str, Figure], ...] = (
    ("gate", "F1 of feedback", _f1("1")),
    ("kind", "macro F1", _macro),
    *(("kind", f"  F1 of {kind}", _f1(kind)) for kind in
      ("defect", "complaint", "suggestion", "question", "praise", "chatter", "spam")),
    ("severity", "quadratic kappa", _kappa),
    ("severity", "recall of 4", _recall("4")),
    ("severity", "precision of 4", _precision("4")),
    ("escalation", "F1", _f1("1")),
    ("escalation", "recall", _recall("1")),
    ("escalation", "precision", _precision("1")),
    ("sentiment", "accuracy (3)", _accuracy),
)  # fmt: skip


def _said(found: Verdict) -> dict[str, str]:
    return {
        "gate": str(int(found.feedback)),
        "kind": found.kind.value,
        "severity": str(found.severity),
        "escalation": str(int(found.escalation)),
        "sentiment": str(found.sentiment),
    }


def verdicts(trained: Trained, seen: second_look.Looked | None = None) -> Iterator[tuple[int, Verdict]]:
    """Yield the place and the verdict of each labelled message by a second level that has not seen it.

    Thresholds are chosen anew inside each fold, on what that fold learns from. With `seen`, by the second look too.
    """
    messages, grams = trained.messages, trained.grams
    texts = [row.text for row in messages.rows]
    first = trained.scores
    fixed = thresholds.of_sources(trained.ground)
    for learn, test in second_level.folds(messages):
        limits = {**fixed, **thresholds.of_messages(messages.part(learn))}
        judge = second_level.fit(messages, learn)
        scores = scores_of(grams, judge, first[test], messages.signals[test], limits)
        if seen is not None:
            fresh = second_look.fit_questions(seen, learn)
            light, rows = scores.chances, seen.rows[test]
            answers = {name: agreed(name, light[name], fresh.probabilities(name, rows)) for name in QUESTIONS}
            scores = replace(scores, chances=answers)
        hits = [caught(texts[place]) for place in test]
        gates = gate_chance(scores, hits)
        for row, place in enumerate(test):
            yield int(place), verdict(scores, float(gates[row]), row, hits[row], limits)


def _messages(trained: Trained, seen: second_look.Looked | None = None) -> Iterator[str]:
    said = {place: _said(found) for place, found in verdicts(trained, seen)}
    name = "triage_gold" if seen is None else "second look"
    for question, title, figure in FIGURES:
        places = np.flatnonzero(trained.messages.scored(question))
        truth = trained.messages.answers(question)[places]
        answers = np.array([said[int(place)][question] for place in places])
        yield f"{name}  {question:<11}{title:<18}{interval(truth, answers, figure)}  n={len(places)}"


def _yes(flags: NDArray[np.bool_]) -> Answers:
    return np.where(flags, "1", "0")


def _from_shops(ground: first_level.Ground, place: int) -> bool:
    return ground.samples[place].labels["domain"] <= {"shop", "hotel", "takeaway"}


def _subjects(ground: first_level.Ground, limit: float) -> float:
    columns = [first_level.held_out(ground, "subject", label) for label in SUBJECTS]
    scores = np.stack([scores for scores, _ in columns], axis=1)
    truth = np.stack([truth for _, truth in columns], axis=1)
    said = (scores > limit) | (scores == scores.max(axis=1, keepdims=True))
    return float(f1_score(truth, said, average="micro"))


def _sources(trained: Trained) -> Iterator[str]:
    ground = trained.ground
    limits = thresholds.of_sources(ground)
    scores, truth = first_level.held_out(ground, "polarity", "positive")
    shops = np.array([_from_shops(ground, int(place)) for place in ground.with_task("polarity")])
    accuracy = interval(_yes(truth[shops]), _yes(scores[shops] > 0), _accuracy)
    yield f"sentiment    accuracy                     {accuracy}  n={shops.sum()}"
    scores, truth = first_level.held_out(ground, "unsafe_food", "1")
    figure = interval(_yes(truth), _yes(scores > limits["food"]), _f1("1"))
    yield f"food_safety  F1 of 1                      {figure}  n={len(truth)}"
    yield f"car_aspects  micro F1 of subjects         {_subjects(ground, limits['subject']):.3f}"


def _second_look(trained: Trained) -> Iterator[str]:
    middle = vectors.spread(trained.ground.samples).mean(axis=0)
    yield from _messages(trained, second_look.looked(trained.messages, middle))
    eaten = second_look.task_rows(trained.ground, "unsafe_food", middle)
    scores, truth = second_look.held_out_task(eaten)[:, 0], eaten.truth[:, 0]
    best = f1_score(truth, scores > second_look.best_f1(scores, truth))
    yield f"second look  unsafe food     F1       {best:.3f}  n={len(truth)}"


def of(trained: Trained, data: Path) -> Iterator[str]:
    """Yield the report, one line a figure."""
    yield from _messages(trained)
    yield from _sources(trained)
    yield from _second_look(trained)
    yield from vectors.figures(data)
