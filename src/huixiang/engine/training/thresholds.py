"""Where to draw the lines, chosen on rows the scores were not learned from."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score, f1_score

from huixiang.engine.rules import gravest
from huixiang.engine.signals import caught
from huixiang.engine.training import first_level, second_level
from huixiang.engine.training.sources import SUBJECTS

Floats = NDArray[np.float32]
_FLAT = 0.003  # of F1: one or two messages of those labelled
SAFETY = "4"
SAFETY_PRECISION = 0.72  # what a person can still believe, and a little more: it falls on unseen rows


def _best(candidates: NDArray[np.float64], worth: Callable[[float], float]) -> float:
    """The candidate of the highest worth, the middle one among equals."""
    values = [round(worth(float(candidate)), 6) for candidate in candidates]
    top = [float(candidate) for candidate, value in zip(candidates, values, strict=True) if value == max(values)]
    return round(top[len(top) // 2], 4)


def _yes(found: dict[str, tuple[tuple[str, ...], Floats]], question: str, label: str) -> Floats:
    classes, chances = found[question]
    return np.asarray(chances[:, classes.index(label)])


def food(ground: first_level.Ground) -> float:
    """Score of the food reader with the best F1."""
    scores, truth = first_level.held_out(ground, "unsafe_food", "1")
    return _best(np.arange(-0.6, 0.6, 0.02), lambda limit: float(f1_score(truth, scores > limit)))


def subject(ground: first_level.Ground) -> float:
    """Score of the car-subject readers with the best micro F1; the likeliest subject always counts."""
    columns = [first_level.held_out(ground, "subject", label) for label in SUBJECTS]
    scores = np.stack([scores for scores, _ in columns], axis=1)
    truth = np.stack([truth for _, truth in columns], axis=1)
    likeliest = scores == scores.max(axis=1, keepdims=True)
    return _best(
        np.arange(-0.6, 0.3, 0.02),
        lambda limit: float(f1_score(truth, (scores > limit) | likeliest, average="micro")),
    )


def gate(messages: second_level.Messages, found: dict[str, tuple[tuple[str, ...], Floats]]) -> float:
    """The lowest probability whose F1 of feedback is about the best: the curve is flat, and a loss costs more."""
    answers = messages.answers("gate")
    known = messages.scored("gate")
    noise = _yes(found, "kind", "chatter") + _yes(found, "kind", "spam")
    chance = (_yes(found, "gate", "1") + 1 - noise) / 2
    limits = np.arange(0.48, 0.65, 0.01)  # below, greetings come through that no labelled message shows
    worth = [f1_score(answers[known] == "1", chance[known] >= limit) for limit in limits]
    return round(float(limits[np.flatnonzero(np.array(worth) >= max(worth) - _FLAT)[0]]), 4)


def escalation(messages: second_level.Messages, found: dict[str, tuple[tuple[str, ...], Floats]]) -> float:
    """Probability with the best F1 of escalation."""
    answers = messages.answers("escalation")
    known = messages.scored("escalation")
    chance = _yes(found, "escalation", "1")[known]
    return _best(np.arange(0.3, 0.95, 0.02), lambda limit: float(f1_score(answers[known] == "1", chance >= limit)))


def safety(messages: second_level.Messages, found: dict[str, tuple[tuple[str, ...], Floats]]) -> tuple[float, float]:
    """Two probabilities of severity 4, from which on it is said: of any text, and of one with a word of danger.

    Those with the most found at a precision of SAFETY_PRECISION, and of these the most precise.
    """
    answers = messages.answers("severity")
    known = np.flatnonzero(messages.scored("severity"))
    chance, truth = _yes(found, "severity", SAFETY)[known], answers[known] == SAFETY
    worded = np.array([_dangerous(messages.rows[int(place)].text) for place in known])
    tried = [(high, low) for high in np.arange(0.14, 0.6, 0.02) for low in np.arange(0.02, high, 0.02)]
    said = {pair: (chance >= pair[0]) | (worded & (chance >= pair[1])) for pair in tried}
    worth = {pair: (truth[yes].mean() if yes.any() else 0.0, truth[yes].sum()) for pair, yes in said.items()}
    good = [pair for pair in tried if worth[pair][0] >= SAFETY_PRECISION] or [(0.4, 0.15)]
    best = max(good, key=lambda pair: (worth[pair][1], worth[pair][0]))
    return round(float(best[0]), 4), round(float(best[1]), 4)


def _dangerous(text: str) -> bool:
    grave = gravest(caught(text).severity)
    return grave is not None and grave.level == int(SAFETY)


def severity_cuts(messages: second_level.Messages, found: dict[str, tuple[tuple[str, ...], Floats]]) -> list[float]:
    """Three cuts of the expected severity, between 0|1, 1|2 and 2|3, chosen one after the other by kappa."""
    answers = messages.answers("severity")
    known = messages.scored("severity")
    truth = answers[known].astype(int)
    expected = found["severity"][1][known] @ np.arange(5)
    cuts = [0.5, 1.5, 2.5]
    for place in (1, 0, 2):
        options = np.arange(place + 0.2, place + 0.85, 0.05)

        def worth(cut: float, place: int = place) -> float:
            tried = sorted([*cuts[:place], cut, *cuts[place + 1 :]])
            return float(cohen_kappa_score(truth, np.digitize(expected, tried), weights="quadratic"))

        cuts[place] = _best(options, worth)
    return cuts


def of_messages(messages: second_level.Messages) -> dict[str, float | list[float]]:
    """Return the thresholds of the second level, chosen on held-out messages."""
    found = second_level.held_out(messages)
    high, low = safety(messages, found)
    return {
        "gate": gate(messages, found),
        "escalation": escalation(messages, found),
        "safety": high,
        "ruled_safety": low,
        "ruled_core": 0.2,
        "severity_cuts": severity_cuts(messages, found),
    }


def of_sources(ground: first_level.Ground) -> dict[str, float]:
    """Return the thresholds of the first level, chosen on held-out source rows."""
    return {"food": food(ground), "subject": subject(ground)}
