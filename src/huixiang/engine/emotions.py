"""What somebody feels, and the words or faces that show it."""

import re
from collections.abc import Sequence
from functools import cache

from huixiang.engine.lexicons import lexicon
from huixiang.engine.rules import compiled
from huixiang.engine.sentences import clause_at

_SHOUT = re.compile(r"[!！]{3,}")
_NEGATED = re.compile(r"(?:不|没|没有|别|不太|不是很|不怎么)$")
_QUOTED = 30
_MOST = 3
_PLEASED = frozenset({"开心", "感谢"})


@cache
def _feelings() -> tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]:
    return tuple(
        (entry["name"], compiled([re.escape(word) for word in entry["words"]]), frozenset(entry["faces"]))
        for entry in lexicon("emotions")["emotion"]
    )


def _first(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    for match in pattern.finditer(text):
        if not _NEGATED.search(text[max(0, match.start() - 4) : match.start()]):
            return match
    return None


def _by_words(text: str) -> dict[str, int]:
    found = {}
    for name, pattern, _ in _feelings():
        match = _first(pattern, text)
        if match:
            found[name] = match.start()
    shout = _SHOUT.search(text)
    if shout and found and not _PLEASED & found.keys():
        found.setdefault("愤怒", max(0, shout.start() - 1))
    return found


def emotions_of(text: str, faces: Sequence[str], sentiment: int) -> tuple[tuple[str, ...], str]:
    """Return at most three feelings, in reading order, and the clause that carries the first of them.

    Pleased words in an unhappy text are courtesy or irony and are left out, and the other way round.
    """
    places = _by_words(text)
    for name, _, signs in _feelings():
        if signs.intersection(faces):
            places.setdefault(name, len(text))
    fitting = {name: at for name, at in places.items() if not _contradicts(name, sentiment)}
    names = sorted(fitting, key=lambda name: fitting[name])[:_MOST]
    spoken = [fitting[name] for name in names if fitting[name] < len(text)]
    return tuple(names), clause_at(text, spoken[0])[:_QUOTED] if spoken else ""


def _contradicts(name: str, sentiment: int) -> bool:
    return sentiment < 0 if name in _PLEASED else sentiment > 0
