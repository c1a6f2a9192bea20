"""What a session keeps of somebody without a name; no login may lead to it."""

from typing import Any, Final

from django.http import HttpRequest

FOLLOWED: Final = "followed"  # workspace id → the follow code's id, never the code
RECEIVED: Final = "received"  # what was just said, for the page that says that it was received
OF_NOBODY: Final = (FOLLOWED, RECEIVED)


def forget_at_login(request: HttpRequest | None = None, **_of_the_signal: Any) -> None:
    """Sessions go on through a login: what was said without a name is dropped before the user stands in it."""
    session = getattr(request, "session", None)
    if session is not None:
        for key in OF_NOBODY:
            session.pop(key, None)
