"""Identifiers and codes that nobody can guess."""

import secrets
import time
import unicodedata
import uuid

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U: read aloud and typed on a phone


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): ordered by time in the index, 74 random bits against guessing."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_code() -> str:
    """A follow code of eight signs shown in two groups, like `7K4M-29QD` (39 bits; look-ups are slowed)."""
    signs = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def tidy_code(typed: str) -> str:
    """What a person typed, full width too, as the code is kept: upper case, one hyphen; "" for what is no code."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return f"{signs[:4]}-{signs[4:]}" if len(signs) == 8 and set(signs) <= set(CODE_ALPHABET) else ""  # noqa: PLR2004
