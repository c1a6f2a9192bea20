"""The matter of a text, without whose product it is and in one choice of words, so that texts can be compared."""

import re
from functools import cache

from huixiang.engine.lexicons import lexicon
from huixiang.engine.sentences import trimmed

_LEAST = 4  # characters that must be left; otherwise the name was the matter
_DASHES = re.compile(r"[\s—–_/-]{2,}|(?<=[\u4e00-\u9fff])[-—–_]+(?=[\u4e00-\u9fff])")


@cache
def _names() -> re.Pattern[str]:
    lists = lexicon("brands")
    long_models = [name for name in lists["models"] if len(name) > 1]
    words = sorted(lists["makers"] + long_models, key=len, reverse=True)
    return re.compile("|".join([*lists["codes"], *words]))


@cache
def _synonyms() -> tuple[tuple[str, ...], re.Pattern[str]]:
    table = lexicon("synonyms")["one"]
    groups = (f"(?P<s{place}>{'|'.join(words)})" for place, words in enumerate(table.values()))
    return tuple(table), re.compile("|".join(groups))


def unbranded(text: str) -> str:
    """Return the text without makers, models and versions; unchanged when almost nothing else is in it."""
    rest = trimmed(_DASHES.sub(" ", _names().sub(" ", text)))
    return rest if len(rest) >= _LEAST else text


@cache
def _left_out() -> re.Pattern[str]:
    return re.compile("|".join(lexicon("synonyms")["left_out"]["patterns"]))


def unified(text: str) -> str:
    """Return the text without demands and remarks on the answer, each group of synonyms brought to its one word."""
    words, pattern = _synonyms()
    rest = trimmed(_left_out().sub(" ", text))
    return pattern.sub(lambda match: words[int((match.lastgroup or "s0")[1:])], rest if len(rest) >= _LEAST else text)
