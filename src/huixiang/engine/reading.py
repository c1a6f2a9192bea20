"""What the engine says about one text: the nouns every reader of a finding shares."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FACT_KEYS = ("scene", "steps", "expected", "actual", "version", "frequency", "evidence")


class Kind(StrEnum):
    """What a message is to a feedback team; the earlier one wins when several apply."""

    defect = "defect"
    complaint = "complaint"
    suggestion = "suggestion"
    question = "question"
    praise = "praise"
    chatter = "chatter"
    spam = "spam"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of the product the text speaks of, and how: sentiment −1, 0 or 1."""

    name: str
    sentiment: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All findings about one text. Confidences are probabilities, scores are stated with their field."""

    text: str  # normalised and masked: what may be shown
    title: str  # at most 30 characters, no punctuation at the end
    language: str  # "zh", "en" or "other"
    feedback: bool
    feedback_confidence: float  # probability of being feedback, 0..1
    kind: Kind
    kind_confidence: float
    sentiment: int  # -1, 0, 1
    sentiment_score: float  # -1..1; above 0 is positive when only two classes are wanted
    severity: int  # 0..4
    severity_scores: tuple[float, float, float, float, float]  # sums to 1
    escalation: bool
    aspects: tuple[Aspect, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)  # FACT_KEYS → words of the text
    missing: tuple[str, ...] = ()  # FACT_KEYS still to be asked for, in asking order
    emotions: tuple[str, ...] = ()
    emotion_quote: str = ""
    severity_quote: str = ""
    authenticity: int = 0  # 0..100
    authenticity_reason: str = ""
    reasons: tuple[str, ...] = ()
    refined: bool = False  # looked at a second time with its embedding

    def to_json(self) -> dict[str, Any]:
        """Return the object `huixiang triage` prints: plain types, figures rounded to four digits."""
        return {
            "feedback": self.feedback,
            "kind": str(self.kind),
            "sentiment": self.sentiment,
            "sentiment_score": round(self.sentiment_score, 4),
            "severity": self.severity,
            "severity_scores": [round(score, 4) for score in self.severity_scores],
            "escalation": self.escalation,
            "aspects": [{"name": aspect.name, "sentiment": aspect.sentiment} for aspect in self.aspects],
            "facts": dict(self.facts),
            "missing": list(self.missing),
            "emotions": list(self.emotions),
            "reasons": list(self.reasons),
            "language": self.language,
            "refined": self.refined,
        }
