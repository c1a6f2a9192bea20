"""Files for the bot: they lie encrypted at an address that is good for five minutes.

By callback the key is the bot's EncodingAESKey, by the long connection each file comes with its own.
"""

import base64
import datetime
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.utils.translation import gettext as _

from huixiang.channels.accounts import values
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import CHUNK, IN_MEMORY, Answered, file_at
from huixiang.connectors.payload import found, items, word

GOOD_FOR: Final = datetime.timedelta(minutes=5)
BLOCK, CIPHER_BLOCK = 32, 16  # bytes it is padded to, and the cipher's own
SORTS: Final[Mapping[str, FileSort]] = {
    "image": FileSort.PICTURE, "file": FileSort.FILE, "video": FileSort.FILM,
}  # fmt: skip


def named(sent: Mapping[str, Any], at: datetime.datetime) -> list[InboundFile]:
    """The files of a message, and of what it quotes: in a group a picture reaches the bot only so."""
    parts = [*_parts(sent), *_parts(found(sent, "quote"))]
    return [file for part in parts if (file := _file(part, at))]


def _parts(sent: Any) -> Iterator[Any]:
    if word(sent, "msgtype") == "mixed":
        yield from items(sent, "mixed", "msg_item")
    else:
        yield sent


def _file(part: Any, at: datetime.datetime) -> InboundFile | None:
    kind = word(part, "msgtype")
    url, key = word(part, kind, "url"), word(part, kind, "aeskey")
    if kind not in SORTS or not url:
        return None
    name = word(part, kind, "filename") or word(part, kind, "name")
    return InboundFile(SORTS[kind], {"url": url, "key": key}, name, until=at + GOOD_FOR)


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One file, decrypted with its own key or a key of the bot that is good now. Raises TransportError."""
    answered = file_at(account, reference["url"])
    try:
        for key in [reference["key"]] if reference.get("key") else values(account, "aes_key"):
            if opened := decrypted(answered, key):
                size = opened.seek(0, 2)
                opened.seek(0)
                return Brought(opened, size, answered.name)
    finally:
        answered.file.close()
    sentence = _("It cannot be decrypted: check the EncodingAESKey; or it did not come whole.")
    raise TransportError(sentence, permanent=True)


def decrypted(answered: Answered, key: str) -> IO[bytes] | None:
    """What is in it, in a file of its own; None when it is not whole or not of this key."""
    raw = _raw(key)
    if raw is None or answered.size % CIPHER_BLOCK:
        return None
    line = Cipher(AES256(raw), CBC(raw[:CIPHER_BLOCK])).decryptor()
    opened = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
    answered.file.seek(0)
    while chunk := answered.file.read(CHUNK):
        opened.write(line.update(chunk))
    opened.write(line.finalize())
    if not _unpadded(opened):
        opened.close()
        return None
    return opened


def _raw(key: str) -> bytes | None:
    try:
        raw = base64.b64decode(key + "=" * (-len(key) % 4), validate=True)
    except ValueError:
        return None
    return raw if len(raw) == AES256.key_size // 8 else None


def _unpadded(opened: Any) -> bool:
    """Cut off what the file was filled up with; False when it was filled with something else."""
    size = opened.seek(0, 2)
    opened.seek(max(0, size - BLOCK))
    end = opened.read()
    number = end[-1] if end else 0
    if not 1 <= number <= min(BLOCK, len(end)) or end[-number:] != bytes([number]) * number:
        return False
    opened.truncate(size - number)
    return True
