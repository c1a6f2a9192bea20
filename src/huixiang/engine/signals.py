"""What the second level looks at: the first level's scores beside what the word rules saw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.lexicons import lexicon
from huixiang.engine.rules import Hit, cue, rules

_TALK = ("decline", "misbehaves", "advice", "life", "product", "worsened")  # cues for one purpose of their own
_CUES = tuple(name for name in lexicon("cues") if name not in _TALK)
_LEVELS = (1, 2, 3, 4)
_OF_PRODUCTS = (
    "decline",
    "misbehaves",
    "problem",
    "wish",
    "praise",
    "advice",
)  # said of a thing they mean something else
TALKED_OF = (*(f"product_{name}" for name in _OF_PRODUCTS), "only_life")
NAMES = (
    *(f"severity_{level}" for level in _LEVELS),
    *rules("severity").names,
    "hits",
    *rules("escalation").names,
    "several_threats",
    *_CUES,
    *(f"many_{name}" for name in ("problem", "praise", "spam")),
    *TALKED_OF,
    "length",
    "digits",
    "shouts",
    "asks",
    "latin",
)
CORE = 3  # severity of a rule that names the failure of a core function
ALARMING = 4  # severity of a rule from which on a text is not let go lightly
_READ = 600  # characters looked at by the rules


@dataclass(frozen=True, slots=True)
class Caught:
    """The named rules that caught something in one text."""

    severity: tuple[Hit, ...]
    escalation: tuple[Hit, ...]
    plain: bool = False  # a failure, a danger of a product or a measured loss in plain words, and no advice about it
    praises: bool = False  # words of praise, and nothing is asked: a “how” in it is part of the story

    @property
    def threats(self) -> int:
        """How many different strong escalation rules were hit."""
        return len({hit.name for hit in self.escalation if hit.level})

    @property
    def alarming(self) -> bool:
        """Whether a word was hit that must not be lost at the gate: a danger or a threat."""
        return self.threats > 0 or any(hit.level >= ALARMING for hit in self.severity)


def caught(text: str) -> Caught:
    """Return what the severity and escalation rules see in the first part of a text."""
    head = text[:_READ]
    severity = tuple(rules("severity").hits(head))
    return Caught(severity, tuple(rules("escalation").hits(head)), _plain(head, severity), _praises(head))


def _praises(head: str) -> bool:
    return cue("praise").search(head) is not None and cue("ask").search(head) is None


def _plain(head: str, hits: Sequence[Hit]) -> bool:
    grave = any(hit.certain and hit.level >= CORE for hit in hits)
    grave = grave or (any(hit.level >= ALARMING for hit in hits) and cue("product").search(head) is not None)
    return (grave or cue("worsened").search(head) is not None) and cue("advice").search(head) is None


def _row(text: str, seen: Caught) -> list[float]:
    head = text[:_READ]
    levels = {hit.level for hit in seen.severity}
    grave = {hit.name for hit in seen.severity}
    threats = {hit.name for hit in seen.escalation}
    size = max(len(head), 1)
    cues = {name: cue(name).search(head) is not None for name in (*_CUES, *_TALK)}
    return [
        *(float(level in levels) for level in _LEVELS),
        *(float(name in grave) for name in rules("severity").names),
        min(len(seen.severity), 5) / 5,
        *(float(name in threats) for name in rules("escalation").names),
        float(len(threats) > 1),
        *(float(cues[name]) for name in _CUES),
        *(min(len(cue(name).findall(head)), 4) / 4 for name in ("problem", "praise", "spam")),
        *(float(cues["product"] and cues[name]) for name in _OF_PRODUCTS),
        float(cues["life"] and not cues["product"]),
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
