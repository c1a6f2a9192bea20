"""What was said in a chat becomes messages, each with an id that the next export of the same chat gives again."""

import hashlib
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage
from huixiang.intake.acceptance import LONGEST_ID, is_address, refusal
from huixiang.intake.archives.script import Said
from huixiang.intake.imports.delimited import UNREADABLE

REMEMBERED: Final = 50_000  # messages: equals stand near each other, and a large file must not fill the memory
LONGEST_GROUP: Final = 80


class Speaker:
    """Makes messages of one archive, given in order.

    A message is known by group, author, second and words, and by its place among equals: exports that overlap store
    nothing twice. Who has no number is known by the name within the group.
    """

    def __init__(self, settings: Mapping[str, str], zone: str) -> None:
        self.group = " ".join(unicodedata.normalize("NFKC", settings.get("group", "")).split())[:LONGEST_GROUP]
        self._zone = ZoneInfo(zone)
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def message(self, said: Said) -> InboundMessage | str | None:
        """The message, or why it cannot be one; None for what is left out."""
        if said.left_out:
            return None
        if said.fault or said.at is None:
            return said.fault
        if UNREADABLE.search(said.text) or UNREADABLE.search(said.name):
            return _("The message contains bytes that are no text in the file's encoding.")
        at = said.at if said.at.tzinfo else said.at.replace(tzinfo=self._zone)
        message = InboundMessage(
            external_id=self._id(said), text=said.text, author_id=self._author(said), author_name=said.name, sent_at=at,
            thread=self.group, reply_to=self._own(said.reply_to) if said.reply_to else "", group=self.group,
            author_email=said.author_id if is_address(said.author_id) else "",
        )  # fmt: skip
        return refusal(message) or message

    def _author(self, said: Said) -> str:
        told = said.author_id or (f"{said.name}@{self.group}" if said.name else "")
        if len(told) <= LONGEST_ID:
            return told
        return "name:" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def _own(self, own_id: str) -> str:
        return f"chat:{hashlib.sha256(self.group.casefold().encode()).hexdigest()[:16]}:{own_id}"

    def _id(self, said: Said) -> str:
        if said.own_id:
            return self._own(said.own_id)
        at = said.at.replace(microsecond=0, tzinfo=None).isoformat() if said.at else ""
        parts = (self.group.casefold(), said.author_id or said.name, at, said.text)
        digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()[:20]
        return f"chat:{digest.hex()}:{self._ordinal(digest)}"

    def _ordinal(self, digest: bytes) -> int:
        number = self._seen.pop(digest, 0) + 1
        self._seen[digest] = number
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return number
