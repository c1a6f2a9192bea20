"""Named word rules over a text: what was hit, where, and the words that did it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from huixiang.engine.lexicons import lexicon

_BEFORE = 4  # characters before a hit in which a negation undoes it
_QUOTED = 24  # characters of a quote
_CLAUSE_MARKS = "，。！？；,!?;\n"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that caught something: its name, its weight, and the words of the text."""

    name: str
    level: int
    quote: str
    start: int
    certain: bool = False  # decides by itself


@dataclass(frozen=True, slots=True)
class Rules:
    """One lexicon, compiled: each rule's patterns are one alternative of a single expression."""

    names: tuple[str, ...]
    levels: tuple[int, ...]
    pattern: re.Pattern[str]
    negated: re.Pattern[str]
    whole: frozenset[str] = frozenset()  # rules whose quote is widened to the clauses it lies in

    def hits(self, text: str) -> list[Hit]:
        """Return what was caught, in reading order; hits behind a negation are left out."""
        found = []
        for match in self.pattern.finditer(text):
            if self.negated.search(text[max(0, match.start() - _BEFORE) : match.start()]):
                continue
            group = match.lastgroup or "r0"
            place = int(group[1:])
            name = self.names[place]
            start, end = _widened(text, match) if name in self.whole else match.span()
            found.append(Hit(name, self.levels[place], text[start:end][:_QUOTED], start, group[0] == "c"))
        return found


def _widened(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The clauses a hit lies in, when they are short enough to be quoted."""
    start = max(text.rfind(mark, 0, match.start()) for mark in _CLAUSE_MARKS) + 1
    ends = [at for mark in _CLAUSE_MARKS if (at := text.find(mark, match.end())) >= 0]
    end = min(ends, default=len(text))
    return (start, end) if end - start <= _QUOTED else match.span()


def compiled(words: Sequence[str]) -> re.Pattern[str]:
    """One expression out of many, letters of any case."""
    return re.compile("|".join(f"(?:{word})" for word in words), re.IGNORECASE)


def _negated(words: Sequence[str]) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    return re.compile(f"(?:{'|'.join(words)})[有过再太会被]?$")


@cache
def rules(name: str) -> Rules:
    """Return the compiled rules of a lexicon with `[[rule]]` tables."""
    table = lexicon(name)
    entries = table["rule"]
    groups = [
        f"(?P<{letter}{place}>{'|'.join(entry[key])})"
        for place, entry in enumerate(entries)
        for letter, key in (("c", "certain"), ("r", "patterns"))
        if entry.get(key)
    ]
    levels = tuple(entry.get("level", int(entry.get("strength") == "strong")) for entry in entries)
    return Rules(
        tuple(entry["name"] for entry in entries),
        levels,
        re.compile("|".join(groups), re.IGNORECASE),
        _negated(table.get("negations", ())),
        frozenset(entry["name"] for entry in entries if entry.get("whole")),
    )


@cache
def cue(name: str) -> re.Pattern[str]:
    """Return the expression of one list of cues.toml."""
    return compiled(lexicon("cues")[name]["patterns"])


def gravest(hits: Sequence[Hit]) -> Hit | None:
    """Return the hit of the highest level, certain ones before others, the first of them, or None."""
    return max(hits, key=lambda hit: (hit.level, hit.certain, -hit.start), default=None)
