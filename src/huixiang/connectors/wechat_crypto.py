"""What Tencent's platforms encrypt and sign callbacks with: public accounts, WeCom applications, its bots.

A key is 43 letters and digits, the base64 of 32 bytes without its last sign. What is encrypted is 16 random bytes,
the length of the text as four bytes, the text, and who it is for: an application's or a company's id, or nobody.
"""

import base64
import secrets
from hashlib import sha1
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

DELTA: Final = 300  # seconds a call's timestamp may be off
KEY_LENGTH: Final = 43
BLOCK: Final = 32  # bytes it is padded to, twice what the cipher needs
RANDOM, LENGTH, CIPHER_BLOCK = 16, 4, 16
HEAD: Final = RANDOM + LENGTH


class OtherReceiver(ValueError):  # noqa: N818 - reads as a sentence
    """It was encrypted with this key, but for somebody else."""


def signature(token: str, *parts: str) -> str:
    """The hex SHA-1 over token, timestamp, nonce and, where there is one, the encrypted text, sorted."""
    joined = "".join(sorted((token, *parts)))
    return sha1(joined.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def encrypted(key: str, text: str, receiver: str, random16: bytes | None = None) -> str:
    """The text for this receiver, as base64. Raises ValueError for a key that is none."""
    body = text.encode()
    head = (secrets.token_bytes(RANDOM) if random16 is None else random16) + len(body).to_bytes(LENGTH, "big")
    plain = head + body + receiver.encode()
    missing = BLOCK - len(plain) % BLOCK
    line = _cipher(key).encryptor()
    return base64.b64encode(line.update(plain + bytes([missing]) * missing) + line.finalize()).decode()


def decrypted(key: str, encrypt: str, receiver: str) -> str:
    """The text in it. Raises ValueError when it is not whole or not of this key, OtherReceiver when not for this."""
    try:
        sealed = base64.b64decode(encrypt, validate=True)
    except ValueError as error:
        raise ValueError("not base64") from error
    if not sealed or len(sealed) % CIPHER_BLOCK:
        raise ValueError("not whole blocks")
    line = _cipher(key).decryptor()
    return _text(line.update(sealed) + line.finalize(), receiver)


def _text(padded: bytes, receiver: str) -> str:
    """The text between its head and its receiver."""
    filled = padded[-1]
    if not 1 <= filled <= BLOCK or padded[-filled:] != bytes([filled]) * filled:
        raise ValueError("not of this key")
    plain = padded[:-filled]
    end = HEAD + int.from_bytes(plain[RANDOM:HEAD], "big")
    if len(plain) < HEAD or end > len(plain):
        raise ValueError("shorter than it says")
    if plain[end:] != receiver.encode():
        raise OtherReceiver("for another receiver")
    return plain[HEAD:end].decode()


def _cipher(key: str) -> Cipher[CBC]:
    try:
        raw = base64.b64decode(key + "=", validate=True)
    except ValueError as error:
        raise ValueError("not a key") from error
    if len(key) != KEY_LENGTH or len(raw) != AES256.key_size // 8:
        raise ValueError("not a key")
    return Cipher(AES256(raw), CBC(raw[:CIPHER_BLOCK]))
