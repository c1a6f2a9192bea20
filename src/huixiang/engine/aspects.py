"""What sides of the product a text speaks of, and how it speaks of each."""

import re
from collections.abc import Mapping
from functools import cache

from huixiang.engine.lexicons import lexicon
from huixiang.engine.models import about
from huixiang.engine.reading import Aspect
from huixiang.engine.rules import compiled, cue, rules
from huixiang.engine.sentences import clauses

CAR_DOMAINS = frozenset({"car_complaints", "car_forum"})
_MOST = 4
_BAD = re.compile(r"不(?:好|行|满|喜|够|舒服|给力|满意|推荐|值)|一般|差|没(?:有)?(?:想象|什么)")

Patterns = dict[str, re.Pattern[str]]


@cache
def _patterns(family: str) -> Patterns:
    return {name: compiled(words) for name, words in lexicon("aspects")[family].items()}


def _mood(text: str, pattern: re.Pattern[str], sentiment: int) -> int:
    """How the clauses with the aspect speak: by their own words, else as the whole text does."""
    own = [part.text for part in clauses(text) if pattern.search(part.text)]
    grave = any(hit.level > 1 for words in own for hit in rules("severity").hits(words))
    if grave or any(_BAD.search(words) for words in own):
        return -1
    if any(cue("praise").search(words) for words in own):
        return 1
    return sentiment


def _car_names(scores: Mapping[str, float]) -> list[str]:
    limit = about()["thresholds"]["subject"]
    order = sorted(scores, key=lambda name: -scores[name])
    return [name for name in order if scores[name] > limit] or order[:1]


def car_aspects(text: str, scores: Mapping[str, float], sentiment: int) -> tuple[Aspect, ...]:
    """Return the car subjects whose reader says yes, the likeliest first, at least one."""
    patterns = _patterns("car")
    return tuple(Aspect(name, _mood(text, patterns[name], sentiment)) for name in _car_names(scores)[:_MOST])


def is_car(text: str, domain: str) -> bool:
    """Return whether a text speaks of a car: by where it seems to come from, or by its words."""
    return domain in CAR_DOMAINS or cue("car").search(text) is not None


def general_aspects(text: str, sentiment: int) -> tuple[Aspect, ...]:
    """Return the sides of any other product whose words occur, in order of the list."""
    found = [(name, pattern) for name, pattern in _patterns("general").items() if pattern.search(text)]
    return tuple(Aspect(name, _mood(text, pattern, sentiment)) for name, pattern in found[:_MOST])
