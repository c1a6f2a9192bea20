"""What a message must be to be stored, and the sentence for one that is not."""

import datetime
import re
import unicodedata
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage

LONGEST_TEXT = 20_000
LONGEST_ID = 200
LONGEST_NAME = 80
LONGEST_ADDRESS = 254
EARLIEST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
SURROGATE = re.compile("[\ud800-\udfff]")
CLOCK_SKEW = datetime.timedelta(days=1)


def refusal(message: InboundMessage) -> str | None:
    """Why a message cannot be stored, as a sentence; None when it can."""
    return _text_refusal(message.text) or _id_refusal(message) or _time_refusal(message.sent_at)


def _text_refusal(text: str) -> str | None:
    if not text.strip():
        return _("The text is empty.")
    if len(text) > LONGEST_TEXT:
        return _("The text has %(signs)d characters; up to %(limit)d can be taken.") % {
            "signs": len(text),
            "limit": LONGEST_TEXT,
        }
    return unstorable(text)


def unstorable(text: str, field: str = "text") -> str | None:
    """Why no database can keep this text: a NUL character or half of a surrogate pair; None when it can."""
    if "\x00" in text:
        return _("%(field)s contains a NUL character.") % {"field": field}
    if SURROGATE.search(text):
        return _("%(field)s contains half of a character (a lone surrogate).") % {"field": field}
    return None


def _id_refusal(message: InboundMessage) -> str | None:
    if not message.external_id:
        return _("external_id is missing.")
    for name in ("external_id", "author_id", "thread", "reply_to"):
        value = getattr(message, name)
        if len(value) > LONGEST_ID:
            return _("%(field)s is longer than %(limit)d characters.") % {"field": name, "limit": LONGEST_ID}
        if complaint := unstorable(value, name):
            return complaint
    return unstorable(message.author_name, "author_name")


def _time_refusal(sent_at: datetime.datetime) -> str | None:
    if sent_at < EARLIEST:
        return _("The time lies before 1990.")
    if sent_at > timezone.now() + CLOCK_SKEW:
        return _("The time lies in the future.")
    return None


def tidy(message: InboundMessage) -> InboundMessage:
    """The message with a name that can be shown: no control signs or direction overrides, at most 80 long.

    What is no e-mail address is dropped: it is only a way back, and the message is worth keeping without it.
    """
    return replace(
        message,
        author_name=_shown(message.author_name).strip()[:LONGEST_NAME],
        author_id=message.author_id or f"?{message.external_id}"[:LONGEST_ID],
        author_email=message.author_email if is_address(message.author_email) else "",
    )


def _shown(name: str) -> str:
    if name.isprintable():  # nearly always: then there are no such signs
        return name
    return "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that can be kept."""
    if not text:
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS and unstorable(text) is None
