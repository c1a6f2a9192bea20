"""The second level: weighs first-level scores and word rules, learned from the messages labelled by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from huixiang.engine.models import Judge
from huixiang.engine.signals import NAMES, TALKED_OF
from huixiang.engine.training.sources import CHAT, MARKED, OWN, Labelled

QUESTIONS = {
    "gate": "feedback",
    "kind": "kind",
    "severity": "severity",
    "sentiment": "sentiment",
    "escalation": "escalation",
}  # question → column of triage_gold.csv
_STRENGTH = {"gate": 0.1, "kind": 0.03, "severity": 0.03, "sentiment": 0.03, "escalation": 0.003}
_LEAST_SPREAD = 0.05
OWN_WEIGHT = 2.0  # few beside the labelled rows of the sources, and nothing else speaks as groups do
CHAT_WEIGHT = 2.0
_CHATTED = frozenset({"gate", "kind"})  # what chat examples teach, and what is seen of the signals about products

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(slots=True)
class Messages:
    """The labelled messages and the signals of each."""

    rows: Sequence[Labelled]
    signals: Floats

    def answers(self, question: str) -> NDArray[np.str_]:
        """Return the label of each message, "" where the annotators disagreed."""
        return np.array([getattr(row, QUESTIONS[question]) for row in self.rows])

    def scored(self, question: str) -> NDArray[np.bool_]:
        """Return which messages count in figures: those of triage_gold.csv that have a label."""
        return np.asarray((self.answers(question) != "") & ~self.apart())

    def apart(self) -> NDArray[np.bool_]:
        """Return which messages are learned from and never tested on: own examples, and rows chosen for being hard."""
        return np.array([row.source in {OWN, CHAT, MARKED} for row in self.rows])

    def taught(self, question: str) -> NDArray[np.bool_]:
        """Return which messages teach a question: the answered ones, chat examples only where they speak of it."""
        chat = np.array([row.source == CHAT for row in self.rows])
        return np.asarray((self.answers(question) != "") & (~chat | (question in _CHATTED)))

    def weights(self) -> Floats:
        """Return how much each message counts in learning: own examples speak for what the sources lack."""
        worth = {OWN: OWN_WEIGHT, CHAT: CHAT_WEIGHT}
        return np.array([worth.get(row.source, 1.0) for row in self.rows], dtype=np.float32)

    def part(self, places: Places) -> "Messages":
        """Return the messages at these places."""
        return Messages([self.rows[place] for place in places], self.signals[places])


def logits_of(trained: LogisticRegression) -> tuple[Floats, Floats]:
    """Return weights (inputs, classes) and bias (classes,) of a fitted regression, also of one with two classes."""
    weights, bias = trained.coef_.T, trained.intercept_
    if weights.shape[1] == 1:  # two classes: the first one's column is zero
        weights = np.hstack([np.zeros_like(weights), weights])
        bias = np.array([0.0, bias[0]])
    return weights.astype(np.float32), bias.astype(np.float32)


def fit(messages: Messages, learn: NDArray[np.int64]) -> Judge:
    """Return the second level learned from the messages at the places `learn`."""
    chat = np.array([row.source == CHAT for row in messages.rows])
    real = learn[~chat[learn]]
    mean = messages.signals[real].mean(axis=0)
    spread = messages.signals[real].std(axis=0) + np.float32(_LEAST_SPREAD)
    questions = {}
    for question in QUESTIONS:
        answers = messages.answers(question)
        known = learn[messages.taught(question)[learn]]
        standard = np.clip((messages.signals[known] - mean) / spread, -6.0, 6.0)
        if question not in _CHATTED:  # a column of zeros gets no weight
            standard[:, _talked_of(standard.shape[1])] = 0.0
        weights = "balanced" if question == "escalation" else None
        trained = LogisticRegression(C=_STRENGTH[question], max_iter=5000, class_weight=weights)
        trained.fit(standard, answers[known], sample_weight=messages.weights()[known])
        questions[question] = (tuple(map(str, trained.classes_)), *logits_of(trained))
    return Judge(mean, spread, questions)


def _talked_of(width: int) -> list[int]:
    """Places of the signals about products among the columns; the rules stand behind the readers."""
    return [width - len(NAMES) + NAMES.index(name) for name in TALKED_OF]


def folds(messages: Messages, count: int = 5) -> list[tuple[Places, Places]]:
    """Return (learn, test) places, stratified by kind, drawn once and for all; rows set apart are never tested on."""
    apart = messages.apart()
    tested, always = np.flatnonzero(~apart), np.flatnonzero(apart)
    splitter = StratifiedKFold(count, shuffle=True, random_state=0)
    drawn = splitter.split(tested, messages.answers("kind")[tested])
    return [(np.concatenate([tested[learn], always]), tested[test]) for learn, test in drawn]


def held_out(messages: Messages) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return for each question the classes and (n, classes) probabilities on messages not learned from.

    Rows set apart, which are always learned from, are left at zero.
    """
    found: dict[str, tuple[tuple[str, ...], Floats]] = {}
    for learn, test in folds(messages):
        judge = fit(messages, learn)
        for question in QUESTIONS:
            classes = judge.classes(question)
            empty = np.zeros((len(messages.rows), len(classes)), np.float32)
            known = found.setdefault(question, (classes, empty))
            known[1][test] = judge.probabilities(question, messages.signals[test])
    return found


def arrays(judge: Judge) -> dict[str, NDArray[np.generic]]:
    """Return the second level as it is stored."""
    stored: dict[str, NDArray[np.generic]] = {"mean": judge.mean, "spread": judge.spread}
    for question, (classes, weights, bias) in judge.questions.items():
        stored |= {f"{question}_classes": np.array(classes), f"{question}_weights": weights, f"{question}_bias": bias}
    return stored
