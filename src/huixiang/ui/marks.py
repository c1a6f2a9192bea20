"""Small marks made of text: the telling character of a name, its hue, masked parts of a message."""

from __future__ import annotations

import re
import zlib
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

HUES: Final = 8
# 阿澈, 老麦, 小满: the character after these tells people apart; 栗子: the one before these does.
PREFIXES: Final = "阿老小大"
SUFFIXES: Final = "子儿"
SHORT_NAME: Final = 3
# Only ASCII around the stars: Chinese text stands next to a number without a space.
MASKED: Final = re.compile(r"[0-9A-Za-z@._+-]*\*{2,}[0-9A-Za-z@._+*-]*")


def telling_character(name: str) -> str:
    """Pick the one character that stands for a name, or nothing when it has no letter or digit.

    A Chinese name of two or three characters gives its last (知夏 → 夏), after dropping 阿/老/小/大 before it
    and 子/儿 behind it; a longer one, and any other script, its first.
    """
    letters = [char for char in name if char.isalnum()]
    if not letters:
        return ""
    if len(letters) > 1 and letters[0] in PREFIXES:
        return letters[1].upper()
    if not all(map(_is_han, letters)) or len(letters) > SHORT_NAME:
        return letters[0].upper()
    return letters[-2] if len(letters) > 1 and letters[-1] in SUFFIXES else letters[-1]


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003134f"


def hue(name: str) -> int:
    """Give the number of the avatar's colour; the same name has the same one in every process."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % HUES


def avatar(name: str, *, size: str = "m", official: bool = False, anonymous: bool = False) -> SafeString:
    """Draw an avatar: a character on a soft hue, accent for staff, an icon for the nameless."""
    sizing = "" if size == "m" else f" {size}"
    character = "" if anonymous else telling_character(name)
    if not character:
        return format_html(
            '<span class="av{} anon" aria-hidden="true"><i class="ti ti-user"></i></span>', sizing
        )
    look = "off" if official else f"h{hue(name)}"
    return format_html('<span class="av{} {}" aria-hidden="true">{}</span>', sizing, look, character)


def masked(text: str) -> SafeString:
    """Escape a text and set its masked parts (138****5678) apart: the stars are not the member's."""
    # Stars and the characters allowed around them survive escaping unchanged, so escaping comes first.
    escaped = escape(text)
    spans = MASKED.sub(lambda found: f'<span class="mask">{found[0]}</span>', escaped)
    return mark_safe(spans)  # noqa: S308 - escaped above
