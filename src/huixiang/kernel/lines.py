"""Names and titles as they stand in a line among other words."""

import re
from typing import Final

# Signs that turn the writing round until the end of the paragraph: what stands after a name would be read backwards.
TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
BREAKING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(text: str) -> str:
    """The text on one line, without control signs and signs that turn the writing; single spaces, none at the ends."""
    return " ".join(BREAKING.sub(" ", TURNING.sub("", text)).split())
