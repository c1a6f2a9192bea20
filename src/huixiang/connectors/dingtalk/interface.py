"""DingTalk's programming interface as an account speaks to it: its access token, and what the codes mean."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.http import call
from huixiang.connectors.payload import found, word
from huixiang.kernel.crypto import decrypt, encrypt, keyed_hash

REFUSED, UNAUTHORISED, FORBIDDEN = 400, 401, 403
EARLIER: Final = 300  # seconds before its end a token is no longer used
SHORTEST: Final = 60
LATER: Final = 30.0  # seconds until the next try when we were too fast
LONGEST_REASON: Final = 300
PAUSING: Final = ("AccessDenied", "InvalidAuthentication", "invalidClientIdOrSecret", "authFailed", "robot", "IpNotIn")
"""In the code of a refusal: nothing will go out until somebody changes something in DingTalk's console."""
TOO_FAST: Final = ("QpsLimit", "Throttling", "flow", "Frequency")


def answered(
    account: ChannelAccount, path: str, body: Mapping[str, Any], *, token: str = "", safe_again: bool = True
) -> dict[str, Any]:
    """The answer to one POST; without a token it is about who we are. Raises TransportError for a refusal."""
    address = value(account, "api").rstrip("/") + path
    headers = {"x-acs-dingtalk-access-token": token} if token else {}
    status, said = call(account, "POST", address, json_body=body, headers=headers, safe_again=safe_again)
    if status >= REFUSED:
        raise _refused(status, said, asking=not token)
    return said if isinstance(said, dict) else {}


def posted(account: ChannelAccount, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to something said with our access token, which is fetched anew once. Raises TransportError."""
    token = access_token(account)
    try:
        return answered(account, path, body, token=token, safe_again=False)
    except _Stale:
        return answered(account, path, body, token=access_token(account, refused=token), safe_again=False)


def access_token(account: ChannelAccount, refused: str = "") -> str:
    """The token in use, or a fresh one when there is none or this very one was refused. Raises TransportError."""
    id_, secret = value(account, "client_id"), value(account, "client_secret")
    key = f"connectors.token:{account.id}:{keyed_hash('access token', f'{id_} {secret}')[:32]}"
    known = decrypt(cache.get(key, ""))
    if known and known != refused:
        return known
    said = answered(account, "/v1.0/oauth2/accessToken", {"appKey": id_, "appSecret": secret})
    token, good = word(said, "accessToken"), found(said, "expireIn")
    if not token:
        raise TransportError(_("DingTalk gave no access token."))
    cache.set(key, encrypt(token), max(SHORTEST, good - EARLIER) if isinstance(good, int) else SHORTEST)
    return token


class _Stale(TransportError):  # noqa: N818 - reads as a sentence
    """The token is no longer good."""


def _refused(status: int, said: Any, *, asking: bool) -> TransportError:
    """A refusal in words, with what may be done next."""
    code, why = word(said, "code"), word(said, "message")[:LONGEST_REASON]
    if any(part.lower() in code.lower() for part in TOO_FAST):
        return TransportError(_("DingTalk asks us to slow down: %(why)s") % {"why": why or code}, again_in=LATER)
    if asking:
        sentence = _("DingTalk does not let us in: check client id and secret (%(code)s: %(why)s)")
    elif status == FORBIDDEN:
        sentence = _("DingTalk refuses; the application may lack a permission or our address trust (%(code)s: %(why)s)")
    else:
        sentence = _("DingTalk refused (%(code)s: %(why)s)")
    sentence %= {"code": code or status, "why": why}
    if asking or status != UNAUTHORISED:
        pauses = asking or status == FORBIDDEN or any(part.lower() in code.lower() for part in PAUSING)
        return TransportError(sentence, pauses=pauses, permanent=not pauses)
    return _Stale(sentence, pauses=True)
