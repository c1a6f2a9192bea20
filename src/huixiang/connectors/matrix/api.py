"""Calling a homeserver as the bot, and what its error codes mean."""

from typing import Any, Final
from urllib.parse import quote

import httpx
from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.http import client

PREFIX: Final = "/_matrix/client/v3"
REFUSED, BROKEN, TOO_MANY = 400, 500, 429
PATIENCE: Final = 5.0  # seconds, where the homeserver does not say how long
TOKEN_GONE: Final = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})


def home(account: ChannelAccount) -> str:
    """The homeserver's address without a slash at its end."""
    return value(account, "homeserver").rstrip("/")


def path(*parts: str) -> str:
    """A path of the client API; ids are quoted, as they hold ! @ $ : and whatever a server puts in."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def asked(account: ChannelAccount, method: str, where: str, body: Any = None, *, once: bool = False) -> dict[str, Any]:
    """The homeserver's answer. `once`: a second call would do it twice, so a line that broke leaves it unknown.

    Raises TransportError as `failure` says.
    """
    url = home(account) + PREFIX + where
    headers = {"Authorization": f"Bearer {value(account, 'token')}"}
    try:
        with client(account, url) as line:
            answer = line.request(method, url, json=body, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise TransportError(unreachable(url, error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise TransportError(unreachable(url, error), unknown=once) from error
    said = _json(answer)
    if answer.status_code >= REFUSED:
        code, words, wait = (said.get(name) for name in ("errcode", "error", "retry_after_ms"))
        raise failure(str(code or ""), str(words or ""), wait, answer.status_code)
    return said


def failure(code: str, words: str, wait_ms: Any = None, status: int = REFUSED) -> TransportError:
    """What may be done next, by the homeserver's error code."""
    words = words[:300] or code or str(status)
    if code == "M_LIMIT_EXCEEDED" or status == TOO_MANY:
        seconds = wait_ms / 1000 if isinstance(wait_ms, (int, float)) and wait_ms > 0 else PATIENCE
        return TransportError(_("The homeserver asks us to slow down."), again_in=min(seconds, 3600.0))
    if code in TOKEN_GONE:
        return TransportError(_("The homeserver does not take the access token any more: make a new one."), pauses=True)
    if code == "M_FORBIDDEN":
        return TransportError(_("The bot may not do this there: %(why)s") % {"why": words}, permanent=True)
    if status >= BROKEN:
        return TransportError(_("The homeserver has trouble: %(why)s") % {"why": words})
    return TransportError(_("The homeserver refused: %(why)s") % {"why": words}, permanent=True)


def unreachable(url: str, error: Exception) -> str:
    """The sentence for a homeserver that does not answer."""
    why = str(error)[:200] or type(error).__name__
    return _("%(host)s cannot be reached: %(why)s") % {"host": httpx.URL(url).host, "why": why}


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
