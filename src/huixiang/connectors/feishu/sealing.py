"""What Feishu seals its calls with: AES under the hash of the Encrypt Key, and a hash over call and key."""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK: Final = 16


def opened(key: str, encrypt: str) -> str:
    """The text in `encrypt`, base64 of a block to start from and of what is encrypted. Raises ValueError."""
    try:
        sealed = base64.b64decode(encrypt, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(sealed) < 2 * BLOCK or len(sealed) % BLOCK:
        raise ValueError("not whole blocks")
    cipher = Cipher(AES256(sha256(key.encode()).digest()), CBC(sealed[:BLOCK])).decryptor()
    padded = cipher.update(sealed[BLOCK:]) + cipher.finalize()
    filled = padded[-1]
    if not 1 <= filled <= BLOCK or padded[-filled:] != bytes([filled]) * filled:
        raise ValueError("not of this key")
    return padded[:-filled].decode()  # what is not UTF-8 is a ValueError, too


def is_signed(key: str, *, timestamp: str, nonce: str, body: bytes, signature: str) -> bool:
    """Whether the signature, 64 hexadecimal digits, was made with this key over exactly these bytes."""
    signed = (timestamp + nonce + key).encode("utf-8", "surrogatepass") + body
    return hmac.compare_digest(sha256(signed).hexdigest().encode(), signature.encode("utf-8", "surrogatepass"))
