"""From probabilities to decisions: gate, kind, severity, escalation, sentiment, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.models import Grams, Judge, about
from huixiang.engine.reading import Kind
from huixiang.engine.rules import Hit, gravest
from huixiang.engine.signals import CORE, Caught

SAFETY = 4
_NOISE = (Kind.chatter, Kind.spam)
_REPORTED = frozenset({Kind.defect, Kind.complaint})
_EATEN = frozenset({"food", "takeaway"})
_TALK = frozenset({"bank", "weibo", "sms"})  # where dangers and courts are mostly somebody else's
_LIFTED = 0.8  # gate of a text that must not be lost
_DOUBTFUL = 0.35  # gate from which on an alarming word lifts a text
_UNLIKELY = 0.15  # gate from which on a failure or loss in plain words lifts a text
_SURELY = 0.7  # gate from which on a report is taken for one
_THREATS = 2  # different strong escalation rules
_SURE = 0.5  # share of the mass a decided severity gets at least

Floats = NDArray[np.float32]
Limits = Mapping[str, Any]


@dataclass(slots=True)
class Scores:
    """First- and second-level figures of a batch, with the names of their columns."""

    readers: Mapping[str, Floats]  # "task:label" → (n,)
    chances: Mapping[str, Floats]  # question → (n, classes)
    classes: Mapping[str, tuple[str, ...]]
    domains: Sequence[str]  # where each text seems to come from
    unsafe_food: NDArray[np.bool_]  # (n,) the food reader says yes to a text about food

    def chance(self, question: str, label: str) -> Floats:
        """Return the column of one class."""
        return np.asarray(self.chances[question][:, self.classes[question].index(label)])

    def of(self, question: str, place: int) -> dict[str, float]:
        """Return the probability of each class for one text."""
        return dict(zip(self.classes[question], self.chances[question][place].tolist(), strict=True))

    def subjects(self, place: int) -> dict[str, float]:
        """Return the score of each car subject for one text."""
        names = (name for name in self.readers if name.startswith("subject:"))
        return {name.removeprefix("subject:"): float(self.readers[name][place]) for name in names}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decisions about one text."""

    feedback: bool
    feedback_confidence: float
    kind: Kind
    kind_confidence: float
    sentiment: int
    sentiment_score: float
    severity: int
    severity_scores: tuple[float, float, float, float, float]
    escalation: bool
    domain: str
    unsafe_food: bool


def scores_of(grams: Grams, judge: Judge, first: Floats, signals: Floats, limits: Limits) -> Scores:
    """Put names to the columns of both levels."""
    readers = {name: first[:, place] for place, name in enumerate(grams.names)}
    chances = {question: judge.probabilities(question, signals) for question in judge.questions}
    columns = [place for place, name in enumerate(grams.names) if name.startswith("domain:")]
    names = [grams.names[place].removeprefix("domain:") for place in columns]
    domains = [names[best] for best in first[:, columns].argmax(axis=1)]
    eaten = np.array([domain in _EATEN for domain in domains], dtype=bool)
    unsafe = eaten & (readers["unsafe_food:1"] > limits["food"])
    classes = {question: judge.classes(question) for question in judge.questions}
    return Scores(readers, chances, classes, domains, unsafe)


def gate_chance(scores: Scores, seen: Sequence[Caught]) -> Floats:
    """Return (n,) probabilities of being feedback: mean of the gate's own answer and of the kinds that are.

    A text that tells of unsafe food passes in any case; one with an alarming word, or a failure in plain
    words, passes unless the classifiers are sure that it is noise.
    """
    noise = sum(scores.chance("kind", kind.value) for kind in _NOISE)
    chance = (scores.chance("gate", "1") + 1.0 - noise) / 2
    alarming = np.array([one.alarming for one in seen], dtype=bool) & (chance >= _DOUBTFUL)
    alarming &= np.array([domain not in _TALK for domain in scores.domains], dtype=bool)
    alarming |= np.array([one.plain for one in seen], dtype=bool) & (chance >= _UNLIKELY)
    lifted = scores.unsafe_food | alarming
    return np.asarray(np.where(lifted, np.maximum(chance, _LIFTED), chance), dtype=np.float32)


def _best_kind(chances: Mapping[str, float], *, feedback: bool) -> tuple[Kind, float]:
    among = [kind for kind in Kind if (kind not in _NOISE) == feedback]
    best = max(among, key=lambda kind: chances[kind.value])
    return best, float(chances[best.value])


def severity_of(chances: Sequence[float], kind: Kind, hit: Hit | None, limits: Limits, *, sure: bool = True) -> int:
    """Return 0..4: the class of the expected severity, raised where a rule or the safety share says so.

    A rule raises only a reported problem: a certain one always, another unless the classifiers are sure of the
    contrary. A problem that is surely reported is at least a minor one.
    """
    if kind in _NOISE:
        return 0
    reported = kind in _REPORTED
    ruled = hit.level if hit is not None and reported else 0
    least = ruled if hit is not None and hit.certain else int(reported and sure)
    if chances[SAFETY] >= limits["safety"] or (ruled == SAFETY and chances[SAFETY] >= limits["ruled_safety"]):
        return SAFETY
    if ruled == CORE and chances[CORE] + chances[SAFETY] >= limits["ruled_core"]:
        least = CORE
    expected = sum(level * chance for level, chance in enumerate(chances))
    return max(sum(bool(expected >= cut) for cut in limits["severity_cuts"]), least)


def _decided(chances: Sequence[float], severity: int) -> tuple[float, float, float, float, float]:
    """The shares with at least _SURE on the decided level; they sum to 1."""
    total = float(sum(chances)) or 1.0
    shares = [float(chance) / total for chance in chances]
    if shares[severity] < max(shares):
        lifted = _SURE + (1.0 - _SURE) * shares[severity]  # what was likelier before stays likelier
        rest = (1.0 - lifted) / max(1.0 - shares[severity], 1e-6)
        shares = [lifted if level == severity else share * rest for level, share in enumerate(shares)]
    return (shares[0], shares[1], shares[2], shares[3], shares[4])


def _escalates(scores: Scores, place: int, caught: Caught, limits: Limits) -> bool:
    """Several threats decide by themselves, otherwise the classifier does."""
    return caught.threats >= _THREATS or float(scores.chance("escalation", "1")[place]) >= limits["escalation"]


def verdict(scores: Scores, gate: float, place: int, caught: Caught, limits: Limits) -> Verdict:
    """Decide about the text at `place` of the batch, by the thresholds `limits` of about.json."""
    feedback = gate >= limits["gate"]
    kinds = scores.of("kind", place)
    kind, confidence = _best_kind(kinds, feedback=feedback)
    if kind is Kind.question and caught.praises:
        kind, confidence = Kind.praise, kinds[Kind.praise.value]
    levels = scores.of("severity", place)
    chances = [levels[str(level)] for level in range(5)]
    unsafe = bool(scores.unsafe_food[place])
    grave = gravest(caught.severity)
    severity = SAFETY if unsafe else severity_of(chances, kind, grave, limits, sure=gate >= _SURELY)
    mood = scores.of("sentiment", place)
    moods = [mood[label] for label in ("-1", "0", "1")]
    polarity = 2.0 / (1.0 + np.exp(-about()["polarity_slope"] * scores.readers["polarity:positive"][place])) - 1.0
    return Verdict(
        feedback=feedback,
        feedback_confidence=gate,
        kind=kind,
        kind_confidence=confidence,
        sentiment=int(np.argmax(moods)) - 1,
        sentiment_score=float(polarity),
        severity=severity,
        severity_scores=_decided(chances, severity),
        escalation=feedback and _escalates(scores, place, caught, limits),
        domain=scores.domains[place],
        unsafe_food=unsafe,
    )
