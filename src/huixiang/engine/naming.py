"""A name for a theme: the clause of its texts that says best what they share and others do not."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from huixiang.engine.branding import unbranded
from huixiang.engine.models import word_rarity
from huixiang.engine.normalising import normalise
from huixiang.engine.rules import cue, rules
from huixiang.engine.sentences import clauses, trimmed
from huixiang.engine.telling import matter
from huixiang.engine.tokens import tokens

LONGEST_NAME = 14
_SHORTEST = 4
_READ = 200  # texts of a group that are looked at: more do not change its centre
_TURN = re.compile(r"(.{4,}?)(?:希望|要求|请求|望厂家|厂家|4[sS]店|经销商|求(?!救|助)|怎么办|怎么处理)")
_FALLBACK = "未命名"


def rarity_of(word: str) -> float:
    """Return the inverse document frequency of a word: about 1 for the commonest, 10 for unseen ones."""
    table = word_rarity()
    return float(table[zlib.crc32(word.encode("utf-8", "replace")) % len(table)])


def _centre(texts: Sequence[str]) -> dict[str, float]:
    """Weight of each word: in how many of the texts it stands, times its rarity elsewhere."""
    shares = Counter(word for text in texts for word in set(tokens(text)))
    return {word: times / len(texts) * rarity_of(word) for word, times in shares.items()}


def _pieces(clause: str) -> Iterable[str]:
    """The clause itself when it is short enough, else runs of its words that are."""
    if _SHORTEST <= len(clause) <= LONGEST_NAME:
        yield clause
        return
    words = clause.split() if clause.isascii() else _words(clause)
    for start in range(len(words)):
        run = ""
        for word in words[start:]:
            if len(run) + len(word) > LONGEST_NAME:
                break
            run += word
            if len(trimmed(run)) >= _SHORTEST:
                yield trimmed(run)


def _words(clause: str) -> list[str]:
    cut, place = [], 0
    for word in tokens(clause):
        at = clause.lower().find(word, place)
        if at < 0:
            continue
        cut.append(clause[place : at + len(word)])
        place = at + len(word)
    return cut


def _tells(name: str) -> float:
    score = 0.0
    score += 0.6 if cue("problem").search(name) else 0.0
    score += 0.6 if rules("severity").pattern.search(name) else 0.0
    return score + (0.3 if cue("wish").search(name) else 0.0)


def _closeness(name: str, centre: dict[str, float], length: float) -> float:
    """Cosine between the words of the name and the centre of the group, lifted when it tells of a matter."""
    words = set(tokens(name))
    own = np.sqrt(sum(rarity_of(word) ** 2 for word in words)) or 1.0
    dot = sum(centre.get(word, 0.0) * rarity_of(word) for word in words)
    return float(dot / (own * length)) * (1.0 + _tells(name))


def _candidates(texts: Sequence[str]) -> list[str]:
    matters = (_core(unbranded(matter(part.text))) for text in texts for part in clauses(text))
    return list(dict.fromkeys(piece for words in matters for piece in _pieces(words)))


def _core(clause: str) -> str:
    """The clause up to where it turns to what somebody should do about it."""
    found = _TURN.match(clause)
    return trimmed(found.group(1)) if found else clause


def name(texts: Sequence[str]) -> str:
    """Return at most LONGEST_NAME characters that stand in the texts; the same texts always get the same name."""
    read = [normalise(text).text for text in texts[:_READ]]
    read = [text for text in read if text]
    centre = _centre(read) if read else {}
    names = _candidates(read)
    if not names:
        return (trimmed(read[0]) if read else "")[:LONGEST_NAME] or _FALLBACK
    length = float(np.sqrt(sum(weight**2 for weight in centre.values()))) or 1.0
    return max(names, key=lambda one: (round(_closeness(one, centre, length), 9), -len(one), one))
