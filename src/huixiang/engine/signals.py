"""What the second level looks at: the first level's scores beside what the word rules saw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.lexicons import lexicon
from huixiang.engine.rules import Hit, cue, rules

_CUES = tuple(lexicon("cues"))
_LEVELS = (1, 2, 3, 4)
NAMES = (
    *(f"severity_{level}" for level in _LEVELS),
    "hits",
    "escalation_strong",
    "escalation_weak",
    *_CUES,
    *(f"many_{name}" for name in ("problem", "praise", "spam")),
    "length",
    "digits",
    "shouts",
    "asks",
    "latin",
)
_READ = 600  # characters looked at by the rules


@dataclass(frozen=True, slots=True)
class Caught:
    """The named rules that caught something in one text."""

    severity: tuple[Hit, ...]
    escalation: tuple[Hit, ...]


def caught(text: str) -> Caught:
    """Return what the severity and escalation rules see in the first part of a text."""
    head = text[:_READ]
    return Caught(tuple(rules("severity").hits(head)), tuple(rules("escalation").hits(head)))


def _row(text: str, seen: Caught) -> list[float]:
    head = text[:_READ]
    levels = {hit.level for hit in seen.severity}
    strengths = {hit.level for hit in seen.escalation}
    size = max(len(head), 1)
    return [
        *(float(level in levels) for level in _LEVELS),
        min(len(seen.severity), 5) / 5,
        float(1 in strengths),
        float(0 in strengths),
        *(float(cue(name).search(head) is not None) for name in _CUES),
        *(min(len(cue(name).findall(head)), 4) / 4 for name in ("problem", "praise", "spam")),
        float(np.log1p(size)) / 5,
        sum(map(str.isdigit, head)) / size,
        min(head.count("!") + head.count("！"), 3) / 3,
        min(head.count("?") + head.count("？"), 2) / 2,
        sum("a" <= sign <= "z" for sign in head.lower()) / size,
    ]


def signals(texts: Sequence[str], seen: Sequence[Caught], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n, readers + rules) float32: scores pressed into −1..1, then the figures of NAMES."""
    rows = [_row(text, hits) for text, hits in zip(texts, seen, strict=True)]
    extra = np.array(rows, dtype=np.float32).reshape(len(texts), len(NAMES))
    return np.hstack([np.tanh(scores), extra]).astype(np.float32)
