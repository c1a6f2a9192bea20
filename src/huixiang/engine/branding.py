"""Whose product it is, taken out of a text, so that what is wrong with it can be compared."""

import re
from functools import cache

from huixiang.engine.lexicons import lexicon
from huixiang.engine.sentences import trimmed

_LEAST = 4  # characters that must be left; otherwise the name was the matter


@cache
def _names() -> re.Pattern[str]:
    lists = lexicon("brands")
    long_models = [name for name in lists["models"] if len(name) > 1]
    words = sorted(lists["makers"] + long_models, key=len, reverse=True)
    return re.compile("|".join([*lists["codes"], *words]))


_DASHES = re.compile(r"[\s—–_/-]{2,}|(?<=[\u4e00-\u9fff])[-—–_]+(?=[\u4e00-\u9fff])")


def unbranded(text: str) -> str:
    """Return the text without makers, models and versions; unchanged when almost nothing else is in it."""
    rest = trimmed(_DASHES.sub(" ", _names().sub(" ", text)))
    return rest if len(rest) >= _LEAST else text
