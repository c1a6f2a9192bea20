"""The sentences that tell what a text is about: those with a problem, a wish or a fact in them."""

import re

from huixiang.engine.rules import cue, rules
from huixiang.engine.sentences import Clause, clauses

_WORTH = 1.2  # a clause below this tells nothing of its own
_NUMBER = re.compile(r"\d")
_THANKS = re.compile(r"^(?:尊敬的|您好|你好|大家好|谢谢|感谢|麻烦|辛苦)")


def weight(clause: str) -> float:
    """How much a clause tells: gravity of its problem first, then wishes, facts and length."""
    grave = max((hit.level for hit in rules("severity").hits(clause)), default=0)
    score = 2.0 * grave
    score += 1.5 if cue("problem").search(clause) else 0.0
    score += 1.2 if cue("wish").search(clause) else 0.0
    score += 0.5 if cue("praise").search(clause) else 0.0
    score += 0.4 if _NUMBER.search(clause) else 0.0
    score += min(len(clause), 12) / 12
    return score - (1.5 if _THANKS.match(clause) else 0.0)


def _chosen(parts: list[Clause], limit: int) -> list[Clause]:
    left = limit
    taken: list[Clause] = []
    for part in sorted(parts, key=lambda part: (-weight(part.text), part.start)):
        size = min(len(part.text), limit) + 1
        if not taken or (size <= left and weight(part.text) >= _WORTH):
            taken.append(part)
            left -= size
    return sorted(taken, key=lambda part: part.start)


def telling(text: str, limit: int = 64) -> str:
    """Return the most telling clauses in reading order, at most `limit` characters; short texts come back whole."""
    whole = text.strip()
    if len(whole) <= limit:
        return whole
    parts = clauses(whole)
    if not parts:
        return whole[:limit]
    return "，".join(part.text for part in _chosen(parts, limit))[:limit]
