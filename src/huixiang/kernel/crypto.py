"""Hashes and encryption with keys derived from the installation's secret."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def digest(*parts: bytes) -> bytes:
    """SHA-256 over length-prefixed parts, so that no two lists of parts hash alike by shifting a border."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


def keyed_hash(purpose: str, value: str) -> str:
    """HMAC-SHA256 in hex: what is stored of a code or key that must be recognised but never read back."""
    key = digest(settings.SECRET_KEY.encode(), purpose.encode())
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(digest(settings.SECRET_KEY.encode(), b"stored secrets")))


def encrypt(secret: str) -> str:
    """A channel's secret as it may rest in the database; "" stays ""."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def decrypt(stored: str) -> str:
    """The secret again. Raises ValueError when the installation's key has changed since."""
    if not stored:
        return ""
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ValueError("the stored secret was encrypted with another HUIXIANG_SECRET_KEY") from error
