"""Identifiers and codes that nobody can guess."""

import secrets
import threading
import time
import unicodedata
import uuid

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U: read aloud and typed on a phone
FRACTION = 12  # bits
FAR_BEHIND = 10_000 << FRACTION  # ten seconds

_one_at_a_time = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, 6.2 method 3): in the order of making, 62 random bits against guessing.

    Lists go by the id where two were made at the same time, so one process never makes a smaller one after a larger.
    """
    ticks = _ticks()
    high = (ticks >> FRACTION & (1 << 48) - 1) << 16 | 0x7 << 12 | ticks & (1 << FRACTION) - 1
    return uuid.UUID(int=high << 64 | 0x2 << 62 | secrets.randbits(62))


def _ticks() -> int:
    """Milliseconds since 1970 with twelve bits of fraction (244 ns each); more than the time before.

    A clock that was set back is followed when it is far behind, so that a wrong hour does not stay in all later ids.
    """
    global _last  # noqa: PLW0603 - the one thing all ids of a process share
    with _one_at_a_time:
        now = (time.time_ns() << FRACTION) // 1_000_000
        _last = now if now < _last - FAR_BEHIND else max(now, _last + 1)
        return _last


def new_code() -> str:
    """A follow code of eight signs shown in two groups, like `7K4M-29QD` (39 bits; look-ups are slowed)."""
    signs = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def tidy_code(typed: str) -> str:
    """What a person typed, full width too, as the code is kept: upper case, one hyphen; "" for what is no code."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return f"{signs[:4]}-{signs[4:]}" if len(signs) == 8 and set(signs) <= set(CODE_ALPHABET) else ""  # noqa: PLR2004
