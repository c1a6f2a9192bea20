"""Numbers that point at a person are hidden, the shape of the sentence stays.

What is hidden: mobile and landline numbers, identity cards (checksum), bank cards (Luhn), number plates,
e-mail addresses. Versions, mileages, dates and prices are left alone: they are the facts of a report.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_EMAIL = re.compile(
    r"(?<![a-z0-9_.+*-])([a-z0-9_+-])[a-z0-9_.+-]*@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10})(?![a-z0-9-])",
    re.IGNORECASE | re.ASCII,
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(\d{6})((?:18|19|20)\d{6})(\d{3}[\dXx])(?![0-9A-Za-z])")
_BANK = re.compile(r"(?<![\d.*])(?:\d{15,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?)(?![\d.*])")
_MOBILE = re.compile(r"(?<![\d.*])(?:(\+?86)[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?![\d*])")
_LANDLINE = re.compile(r"(?<![\d.-])(0(?:10|2\d|[3-9]\d{2}))([ -]|\))(\d{4})(\d{3,4})(?![\d-])")
_BARE_LANDLINE = re.compile(r"(?<![\d.])(0(?:10|2[0-57-9]))()(\d{4})(\d{4})(?![\d.])")
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领])"
    r"([A-HJ-NP-Z])[ ·.-]?([A-HJ-NP-Z0-9]{3,5}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PLATE_LENGTHS = (5, 6)  # after province and letter: petrol cars five, new-energy cars six
_BANK_LENGTHS = range(15, 20)


@dataclass(frozen=True, slots=True)
class Masked:
    """The text as it may be shown, which kinds of number were hidden, and the numbers as written; each once."""

    text: str
    kinds: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def _identity_holds(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17].upper()


def _luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the digit sum of a two-digit product
    return total % 10 == 0


def _born_plausibly(digits: str) -> bool:
    return 1 <= int(digits[10:12]) <= 12 and 1 <= int(digits[12:14]) <= 31  # noqa: PLR2004 - month, day


def _identity(match: re.Match[str]) -> str | None:
    digits = "".join(match.groups())
    if not (_identity_holds(digits) or _born_plausibly(digits)):
        return None
    return f"{digits[:4]}{'*' * 10}{digits[14:]}"


def _bank(match: re.Match[str]) -> str | None:
    digits = re.sub(r"\D", "", match.group())
    if len(digits) not in _BANK_LENGTHS or not _luhn_holds(digits):
        return None
    return f"{digits[:4]}{'*' * (len(digits) - 8)}{digits[-4:]}"


def _mobile(match: re.Match[str]) -> str:
    country = f"{match.group(1)} " if match.group(1) else ""
    return f"{country}{match.group(2)}****{match.group(4)}"


def _landline(match: re.Match[str]) -> str:
    return f"{match.group(1)}{match.group(2)}****{match.group(4)}"


def _plate(match: re.Match[str]) -> str | None:
    tail = match.group(3)
    if len(tail) not in _PLATE_LENGTHS or not any(sign.isdigit() for sign in tail):
        return None
    return f"{match.group(1)}{match.group(2)}·{'*' * (len(tail) - 2)}{tail[-2:]}"


def _email(match: re.Match[str]) -> str:
    return f"{match.group(1)}***@{match.group(2)}"


# Longest shapes first: a bank card must not be read as a mobile number inside it.
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    ("email", _EMAIL, _email),
    ("identity", _IDENTITY, _identity),
    ("bank_card", _BANK, _bank),
    ("phone", _MOBILE, _mobile),
    ("phone", _LANDLINE, _landline),
    ("phone", _BARE_LANDLINE, _landline),
    ("plate", _PLATE, _plate),
)
_NOTHING_TO_HIDE = re.compile(r"\A[^0-9@]*\Z")


def mask(text: str) -> Masked:
    """Hide personal numbers; masking a masked text changes nothing.

    Kinds: email, identity, bank_card, phone, plate.
    """
    if _NOTHING_TO_HIDE.match(text):
        return Masked(text)
    kinds: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for kind, pattern, shape in _RULES:

        def hide(match: re.Match[str], kind: str = kind, shape: Callable[[re.Match[str]], str | None] = shape) -> str:
            shown = shape(match)
            if shown is None or shown == match.group():
                return match.group()
            kinds[kind] = None
            numbers[match.group()] = None
            return shown

        text = pattern.sub(hide, text)
    return Masked(text, tuple(kinds), tuple(numbers))
