"""The sentences that tell what a text is about: those with a problem, a wish or a fact in them."""

import re

from huixiang.engine.branding import unbranded
from huixiang.engine.rules import cue, rules
from huixiang.engine.sentences import Clause, clauses, trimmed

TITLE_LENGTH = 30
_WORTH = 1.2  # a clause below this tells nothing of its own
_SHORT = 8  # characters; a clause as short as this is shown with the one before it
_ONLY_NAMES = re.compile(r"^[A-Za-z0-9.\s_-]+(?:[\d.]*月?起?的?|稳定版|开发版|公测版|版本)?$")
_NUMBER = re.compile(r"\d")
_THANKS = re.compile(r"^(?:尊敬的|您好|你好|大家好|谢谢|感谢|麻烦|辛苦)")
# "Product-version-" before the matter: says where, not what.
_PREFIX = re.compile(
    r"^[A-Za-z0-9][\w.+ /—–-]{0,30}(?:稳定版|开发版|公测版|内测版|正式版|版本)[\d. ]*[-—–_:： ]*(?=[^\d\s-])"
)


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


def matter(clause: str) -> str:
    """Take a leading product and version off a clause, if anything worth saying is left."""
    rest = trimmed(_PREFIX.sub("", clause))
    return rest if len(rest) >= 4 else clause  # noqa: PLR2004 - two words


def _with_neighbour(parts: list[Clause], best: int) -> str:
    words = matter(parts[best].text)
    if len(words) >= _SHORT or best == 0:
        return words
    joined = f"{matter(parts[best - 1].text)}，{words}"
    return joined if len(joined) <= TITLE_LENGTH else words


def _worth(clause: str) -> float:
    """Weight for a title: a clause of names and versions alone says nothing."""
    bare = unbranded(clause)
    named = bare == clause and _ONLY_NAMES.match(clause)
    return -1.0 if named else weight(matter(clause))


def title(text: str) -> str:
    """Return the most telling clause, at most TITLE_LENGTH characters, no mark at its end; "" only for no text."""
    parts = clauses(text)
    if not parts:
        return text.strip()[:TITLE_LENGTH]
    best = max(range(len(parts)), key=lambda place: (_worth(parts[place].text), -place))
    words = trimmed(_with_neighbour(parts, best)[:TITLE_LENGTH])
    return words or parts[best].text[:TITLE_LENGTH]
