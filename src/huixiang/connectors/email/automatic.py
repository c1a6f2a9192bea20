"""Mails no person wrote: answers by a machine, mass mail, mails that came back. None of them is ever answered."""

import re
import uuid
from dataclasses import dataclass
from email.message import Message
from typing import Final

from huixiang.connectors.email.headers import address, decoded, raw, words

OURS: Final = re.compile(r"<?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@huixiang>?", re.IGNORECASE)
MASS: Final = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
SENDERS: Final = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mailerdaemon|postmaster-\w+)@")
SUBJECTS: Final = re.compile(
    r"^(自动回复|自動回覆|自动答复|automatic reply|auto-?reply|out of (the )?office|系统退信)\s*([:：/]|$)",
    re.IGNORECASE,
)
REASON: Final = re.compile(r"^(?:diagnostic-code|status)\s*:\s*(.{3,300})", re.IGNORECASE | re.MULTILINE)
FAILED: Final = re.compile(r"^action\s*:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
RETURNED: Final = re.compile(
    r"undeliver|returned mail|delivery (status|failure)|failure notice|mail delivery|退信|投递失败", re.IGNORECASE
)
LOOKED_AT: Final = 300_000  # bytes


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail of ours that came back: which ones it may be, the server's reason."""

    delivery_ids: tuple[uuid.UUID, ...]
    reason: str


def automatic(mail: Message) -> bool:
    """Whether a machine wrote it (RFC 3834 and what programs did before it)."""
    if raw(mail, "auto-submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return True
    if raw(mail, "precedence").lower() in MASS or raw(mail, "return-path") == "<>":
        return True
    if any(raw(mail, name) for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-failed-recipients")):
        return True
    if mail.get_content_type() == "multipart/report" or SENDERS.match(address(mail, "from")[1]):
        return True
    return bool(SUBJECTS.match(words(raw(mail, "subject"))))


def returned(mail: Message) -> Returned | None:
    """What came back, when this says so; None for anything else, also for “it takes longer”."""
    from_server = SENDERS.match(address(mail, "from")[1]) or raw(mail, "return-path") == "<>"
    report = mail.get_content_type() == "multipart/report"
    if not (report or raw(mail, "x-failed-recipients") or (from_server and _says_so(mail))):
        return None
    text = _whole(mail)
    actions = {one.lower() for one in FAILED.findall(text)}
    if actions and "failed" not in actions:
        return None
    found = dict.fromkeys(uuid.UUID(one) for one in OURS.findall(text))
    reasons = [one.strip() for one in REASON.findall(text)]
    return Returned(tuple(found), max(reasons, key=len, default="")[:300])


def _says_so(mail: Message) -> bool:
    return bool(RETURNED.search(words(raw(mail, "subject"))))


def _whole(mail: Message) -> str:
    """All parts, decoded: servers put the mail that came back in as a part, as headers, or as text."""
    pieces, size = [raw(mail, "in-reply-to"), raw(mail, "references")], 0
    for part in mail.walk():
        pieces += [raw(part, "message-id")] if part is not mail else []
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and size < LOOKED_AT:
            pieces.append(decoded(payload[: LOOKED_AT - size]))
            size += len(payload)
        if part.get_content_type() == "message/delivery-status":
            pieces += [f"{name}: {value}" for block in part.walk() for name, value in block.items()]
    return "\n".join(pieces)
