"""English by words alone: coarse, and said to be so."""

import re
from dataclasses import dataclass
from functools import cache

from huixiang.engine.lexicons import lexicon
from huixiang.engine.reading import Kind

_DEFAULT_SEVERITY = {Kind.defect: 2, Kind.complaint: 2, Kind.suggestion: 1}
_MOOD = {Kind.defect: -1, Kind.complaint: -1, Kind.praise: 1}


@dataclass(frozen=True, slots=True)
class EnglishReading:
    """What the words of an English text say."""

    kind: Kind
    severity: int
    escalation: bool
    sentiment: int
    quote: str  # the words that made the kind, "" for chatter


@cache
def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE)


def _first(patterns: list[str], text: str) -> str:
    match = _word("|".join(patterns)).search(text)
    return match.group() if match else ""


def read_english(text: str) -> EnglishReading:
    """Return kind, severity, escalation and mood by the lists of english.toml."""
    table = lexicon("english")
    found = ((Kind(entry["name"]), _first(entry["patterns"], text)) for entry in table["kind"])
    kind, quote = next(((kind, quote) for kind, quote in found if quote), (Kind.chatter, ""))
    severity = _DEFAULT_SEVERITY.get(kind, 0)
    if kind in {Kind.defect, Kind.complaint}:
        graver = (entry["level"] for entry in table["severity"] if _first(entry["patterns"], text))
        severity = max(graver, default=severity)
    escalation = bool(_first(table["escalation"]["patterns"], text)) and kind in {Kind.defect, Kind.complaint}
    return EnglishReading(kind, severity, escalation, _MOOD.get(kind, 0), quote)
