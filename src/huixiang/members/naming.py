"""What the team calls a member who left no name: by platform and a short id. Never shown to the community."""

from typing import Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import connectors
from huixiang.engine.masking import mask

LONGEST_HANDLE: Final = 40
LONGEST_WHOLE: Final = 20  # a longer id means nothing to a person: its end tells two apart
LAST_SIGNS: Final = 6
NOBODY: Final = "?"  # begins an author's id where the message told none


def handle_of(external_id: str) -> str:
    """A short id of an author on a platform as everybody of the team may read it; "" where none was told.

    Addresses and telephone numbers are masked.
    """
    told = external_id.strip()
    if not told or told.startswith(NOBODY):
        return ""
    masked = mask(told).text
    if masked != told or "@" in told or len(told) <= LONGEST_WHOLE:
        return masked[:LONGEST_HANDLE]
    return f"…{told[-LAST_SIGNS:]}"


def by_handle(kind: str, handle: str) -> str:
    """“WeCom laomai”, in the reader's language; what is not known is said to be missing."""
    by = connectors().get(kind)
    platform = str(by.short or by.label) if by else ""
    if platform and handle:
        return f"{platform} {handle}"
    return _("%(platform)s, no name") % {"platform": platform} if platform else _("No name")
