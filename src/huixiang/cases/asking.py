"""Asking for what is missing: one question at a time, in a human tone, chosen so that it stays the same.

The words stand in `questions/` as data: for each detail several phrasings, some for one kind of feedback, softer ones
for somebody who is upset, and how a question for it is recognised in an answer of ours.
"""

import re
import tomllib
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from huixiang.cases.detail_marks import DetailKey
from huixiang.feedback.models import Feedback

UPSET: Final = frozenset({"愤怒", "失望", "焦急", "无奈"})  # as the engine names feelings
FURIOUS: Final = -0.8  # a sentiment score below this is upset without a word for it
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask next, and for which detail."""

    key: str
    text: str


@cache
def _words(language: str) -> dict[str, Any]:
    place = files("huixiang.cases").joinpath("questions", f"{language}.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """What makes a sentence a question, and what makes it one for each detail."""
    table = _words(language)
    asks = {key: re.compile(table[key]["asks"], re.IGNORECASE) for key in DetailKey.values}
    return re.compile(table["question"], re.IGNORECASE), asks


@cache
def _own(language: str) -> tuple[tuple[str, str], ...]:
    """Every question we have, with the detail it is for."""
    table = _words(language)
    pools = [(key, pool) for key in DetailKey.values for name, pool in table[key].items() if name != "asks"]
    return tuple((key, own) for key, pool in pools for own in pool)


def language_of(feedbacks: Sequence[Feedback]) -> str:
    """The language to write to a member in: theirs, Chinese when it is another than the two."""
    return "en" if feedbacks and feedbacks[0].language == "en" else "zh"


def upset(feedbacks: Iterable[Feedback]) -> bool:
    """Whether the member is to be asked softly."""
    return any(one.escalation or UPSET & set(one.emotions) or one.sentiment_score < FURIOUS for one in feedbacks)


def asked_in(text: str) -> set[str]:
    """The details an answer of ours asks for: by our own questions as they stand, and by what else reads like one."""
    language = "zh" if _HAN.search(text) else "en"
    question, asks = _patterns(language)
    found = set()
    for key, own in _own(language):
        if own in text:
            found.add(key)
            text = text.replace(own, "")
    asking = [one for one in _SENTENCE.findall(text) if question.search(one)]
    return found | {key for key, pattern in asks.items() if any(pattern.search(one) for one in asking)}


def question_for(key: str, *, case_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> Question:
    """The question for a detail of a case: the same at every look, another in another case."""
    table = _words(language_of(feedbacks))[key]
    kind = feedbacks[0].kind if feedbacks else ""
    pool = table["soft"] if upset(feedbacks) else table.get(kind) or table["plain"]
    return Question(key, pool[zlib.crc32(f"{case_id}{key}".encode()) % len(pool)])
