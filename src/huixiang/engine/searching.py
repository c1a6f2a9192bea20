"""Words to be found by, of a text and of a query; and where they stand in a text.

A text gives the words rjieba cuts (compound words give their parts too), codes such as HX-1042 or 2.3.1, and every
pair of neighbouring Chinese characters: the dictionary cuts a text and a query differently now and then, the pairs
do not, so that 破损 is found wherever it stands. What is only a pair weighs least.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

import rjieba

from huixiang.engine.normalising import READ_AT_MOST, simplify

LONGEST_QUERY = 200  # signs; what stands behind is not asked for
MOST_TERMS = 24
BEGINNING = 3  # letters from which on a Latin word also finds longer ones: crash finds crashes
TITLE, TEXT, TITLE_PAIR, TEXT_PAIR = "A", "B", "C", "D"
UNTOLD = frozenset("的了吗呢吧啊呀嘛么哦是在有和与及就都也还很请把被我你您他她它们这那个") | {
    "一个", "这个", "那个", "我们", "你们", "他们", "什么", "怎么",
    "the", "a", "an", "is", "are", "of", "to", "and", "in", "it",
}  # fmt: skip

NEAR: Final = 0.34
"""Cosine of two `embed` vectors from which on a text is shown for a query that shares no word with it.

Tried with 36 short queries on the demo community's texts: what asks for something quite else (唐诗三百首, 股票涨停,
asdfghjkl) stays below 0.2 with every text; ways of saying the same begin at 0.34 (门把手冻住 and 无框车门玻璃降不下来),
0.36 (车机老是黑屏 and 中控屏幕突然不亮了), 0.41 (客服没人理 and 没有一个人主动告诉我).
"""
NEAR_THE_BEST: Final = 0.2  # below the nearest by more than this, it only sounds alike
SMOOTHING: Final = 60  # of reciprocal rank fusion, as Cormack, Clarke and Büttcher (2009) chose it

Key = TypeVar("Key", bound=Hashable)
_DIRT = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufff9-\uffff]")
_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"  # and what else has no blanks
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<code>[^\W_{_HAN}]+(?:[-._/+#][^\W_{_HAN}]+)*)")
_JOINTS = re.compile(r"[-_/+#]")
_PARTS = re.compile(r"[-._/+#]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a query asks for: the word, what begins with it, or all of its pairs together."""

    word: str
    prefix: bool = False
    pairs: tuple[str, ...] = ()
    code: bool = False


def spelled(text: str) -> str:
    """Return the text in the spelling words are kept in: one width, small letters, simplified characters, no dirt."""
    return simplify(_DIRT.sub("", unicodedata.normalize("NFKC", text)).lower())


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def _codes(code: str) -> Iterator[str]:
    """HX-1042 is kept as hx1042 and by its parts, v2.3.1 also as 2.3.1."""
    yield _JOINTS.sub("", code)
    parts = _PARTS.split(code)
    if len(parts) > 1:
        yield from (part for part in parts if len(part) > 1)
    if len(code) > 1 and code[0] == "v" and code[1].isdigit():
        yield code[1:]


def _words(text: str, *, word: str, pair: str) -> Iterator[tuple[str, str]]:
    """Every word with its weight, in order, repeated as often as it stands there."""
    for run in _RUN.finditer(spelled(text[:READ_AT_MOST])):
        if run["code"]:
            yield from ((code, word) for code in _codes(run["code"]))
            continue
        yield from ((cut, word) for cut in rjieba.cut_for_search(run["han"]))
        yield from ((two, pair) for two in (*_pairs(run["han"]), run["han"][-1]))


def indexed(*, title: str = "", text: str = "") -> dict[str, str]:
    """Return the words by which a row is found and the weight of each, in the order in which they stand."""
    return weighed((title, TITLE, TITLE_PAIR), (text, TEXT, TEXT_PAIR))


def weighed(*sources: tuple[str, str, str]) -> dict[str, str]:
    """The same of any number of texts, each with the weight of its words and of its mere pairs; the best one counts."""
    found: dict[str, str] = {}
    for source, word, pair in sources:
        for written, weight in _words(source, word=word, pair=pair):
            found[written] = min(weight, found.get(written, weight))
    return found


@lru_cache(maxsize=2048)
def asked(query: str) -> tuple[Term, ...]:
    """Return what a query asks for: all of it must be there. Words that say nothing are left out if others remain.

    Any string is accepted; () when there is no word in it.
    """
    terms = dict.fromkeys(_terms(query[:LONGEST_QUERY]))
    telling = [term for term in terms if term.word not in UNTOLD]
    return tuple((telling or list(terms))[:MOST_TERMS])


def _terms(query: str) -> Iterator[Term]:
    for run in _RUN.finditer(spelled(query)):
        if run["code"]:
            code = _JOINTS.sub("", run["code"])
            yield Term(code, prefix=code.isalpha() and len(code) >= BEGINNING, code=not code.isalpha())
            continue
        for word in rjieba.cut(run["han"]):
            yield _term(word)


def _term(word: str) -> Term:
    if len(word) == 1:
        return Term(word, prefix=True)
    return Term(word, pairs=tuple(_pairs(word)) if len(word) > 2 else ())  # noqa: PLR2004 - two are a pair themselves


def means_something(query: str) -> bool:
    """Whether a query can be read for its meaning: it has words, not only numbers, codes and single signs."""
    return any(len(term.word) > 1 and not term.code for term in asked(query))


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is what the query asks for, however either is spelled."""
    folded, places = _folded(text)
    hit = [False] * len(text)
    for sought in {piece for term in asked(query) for piece in (term.word, *term.pairs)}:
        start = folded.find(sought)
        while start >= 0:
            for place in places[start : start + len(sought)]:
                hit[place] = True
            start = folded.find(sought, start + 1)
    return _pieces(text, hit)


def _folded(text: str) -> tuple[str, list[int]]:
    """The spelling of each sign by itself, and from which sign of the text each sign of it comes; joints fall away."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        kept = "" if sign in "-_/+#" else spelled(sign)
        signs.append(kept)
        places += [place] * len(kept)
    return "".join(signs), places


def _pieces(text: str, hit: list[bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for sign, found in zip(text, hit, strict=True):
        if pieces and pieces[-1][1] == found:
            pieces[-1] = (pieces[-1][0] + sign, found)
        else:
            pieces.append((sign, found))
    return pieces


def excerpt(text: str, query: str, length: int = 96) -> list[tuple[str, bool]]:
    """Return the stretch of a text around the first thing the query asks for, in pieces as `marked` gives them."""
    flat = " ".join(text[:READ_AT_MOST].split())
    pieces = marked(flat, query)
    first = 0 if not pieces or pieces[0][1] or len(pieces) == 1 else len(pieces[0][0])
    start = max(0, min(first - length // 3, len(flat) - length))
    shown = marked(flat[start : start + length], query)
    return [*([("…", False)] if start else []), *shown, *([("…", False)] if start + length < len(flat) else [])]


def fused(*rankings: Sequence[Key]) -> list[Key]:
    """Join rankings by reciprocal rank: what stands high in several comes first; the earlier ranking breaks ties."""
    score: dict[Key, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking):
            score[key] = score.get(key, 0.0) + 1 / (SMOOTHING + place)
    return sorted(score, key=lambda key: -score[key])
