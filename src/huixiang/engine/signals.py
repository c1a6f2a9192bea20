"""What the second level looks at: the first level's scores beside what the word rules saw."""

import re
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
_DIGIT = re.compile("[0-9]")
_LATIN = re.compile("[A-Za-z]")
_READ = 600  # characters looked at by the rules


@dataclass(frozen=True, slots=True)
class Caught:
    """The named rules that caught something in one text."""

    severity: tuple[Hit, ...]
    escalation: tuple[Hit, ...]
    head: str = ""  # what was looked at

    @property
    def threats(self) -> int:
        """How many different strong escalation rules were hit."""
        return len({hit.name for hit in self.escalation if hit.level})

    @property
    def alarming(self) -> bool:
        """Whether a word was hit that must not be lost at the gate: a danger or a threat."""
        return self.threats > 0 or any(hit.level >= ALARMING for hit in self.severity)

    @property
    def plain(self) -> bool:
        """Whether a failure, a danger of a product or a measured loss is told in plain words, and not as advice."""
        return self._told_plainly() and cue("advice").search(self.head) is None

    @property
    def praises(self) -> bool:
        """Whether there are words of praise and nothing is asked: a “how” is then part of the story."""
        return cue("praise").search(self.head) is not None and cue("ask").search(self.head) is None

    def _told_plainly(self) -> bool:
        if any(hit.certain and hit.level >= CORE for hit in self.severity):
            return True
        if any(hit.level >= ALARMING for hit in self.severity) and cue("product").search(self.head):
            return True
        return cue("worsened").search(self.head) is not None


def caught(text: str) -> Caught:
    """Return what the severity and escalation rules see in the first part of a text."""
    head = text[:_READ]
    return Caught(tuple(rules("severity").hits(head)), tuple(rules("escalation").hits(head)), head)


def _said_of(head: str, cues: dict[str, bool]) -> list[float]:
    """The figures of TALKED_OF; what is said of a product is looked for only where one is named."""
    if cue("product").search(head) is None:
        return [*(0.0 for _ in _OF_PRODUCTS), float(cue("life").search(head) is not None)]
    known = (cues[name] if name in cues else cue(name).search(head) is not None for name in _OF_PRODUCTS)
    return [*map(float, known), 0.0]


def _row(text: str, seen: Caught) -> list[float]:
    head = text[:_READ]
    levels = {hit.level for hit in seen.severity}
    grave = {hit.name for hit in seen.severity}
    threats = {hit.name for hit in seen.escalation}
    size = max(len(head), 1)
    cues = {name: cue(name).search(head) is not None for name in _CUES}
    return [
        *(float(level in levels) for level in _LEVELS),
        *(float(name in grave) for name in rules("severity").names),
        min(len(seen.severity), 5) / 5,
        *(float(name in threats) for name in rules("escalation").names),
        float(len(threats) > 1),
        *map(float, cues.values()),
        *((min(len(cue(name).findall(head)), 4) / 4 if cues[name] else 0.0) for name in ("problem", "praise", "spam")),
        *_said_of(head, cues),
        float(np.log1p(size)) / 5,
        len(_DIGIT.findall(head)) / size,
        min(head.count("!") + head.count("！"), 3) / 3,
        min(head.count("?") + head.count("？"), 2) / 2,
        len(_LATIN.findall(head)) / size,
    ]


def signals(texts: Sequence[str], seen: Sequence[Caught], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n, readers + rules) float32: scores pressed into −1..1, then the figures of NAMES."""
    rows = [_row(text, hits) for text, hits in zip(texts, seen, strict=True)]
    extra = np.array(rows, dtype=np.float32).reshape(len(texts), len(NAMES))
    return np.hstack([np.tanh(scores), extra]).astype(np.float32)
