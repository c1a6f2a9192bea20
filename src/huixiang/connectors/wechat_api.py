"""Tencent's programming interfaces as an account speaks to them: its access token, and what their codes mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError, Words
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.connectors.http import call
from huixiang.kernel.crypto import decrypt, encrypt, keyed_hash

STALE: Final = frozenset({40001, 40014, 42001})  # an access token that is no longer good
BUSY: Final = -1
EARLIER: Final = 300  # seconds before its end a token is no longer used
SHORTEST: Final = 60
LONGEST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class Means:
    """What a code means for the operator and for the queue. `shuts`: the person can no longer be answered for now."""

    sentence: Words
    again_in: float | None = None
    pauses: bool = False
    shuts: bool = False


class Refusal(TransportError):  # noqa: N818 - reads as a sentence
    """What the platform refused, and its number for it."""

    def __init__(self, sentence: str, code: int, means: Means) -> None:
        last = not means.pauses and means.again_in is None
        super().__init__(sentence, permanent=last, pauses=means.pauses, again_in=means.again_in)
        self.code, self.shuts = code, means.shuts


@dataclass(frozen=True, slots=True)
class Line:
    """One account at its platform.

    `ask` fetches an access token; it is told the token that was refused, "" for none, and returns the platform's
    answer. `who` is what the token belongs to, so that none outlives a change of id or secret.
    """

    account: ChannelAccount
    who: str
    ask: Callable[[str], dict[str, Any]]
    codes: Mapping[int, Means]

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """Ask something. Raises TransportError."""
        return self._said("GET", path, None, params, safe_again=True)

    def post(self, path: str, body: Mapping[str, Any], *, safe_again: bool = False) -> dict[str, Any]:
        """Say something, or ask it (`safe_again`). Raises TransportError."""
        return self._said("POST", path, body, {}, safe_again=safe_again)

    def token(self, refused: str = "") -> str:
        """The access token: the one in use, or a fresh one when there is none or this very one was refused."""
        key = f"connectors.token:{self.account.id}:{keyed_hash('access token', self.who)[:32]}"
        known = decrypt(cache.get(key, ""))
        if known and known != refused:
            return known
        said = self.ask(refused)
        token, good = str(said.get("access_token", "")), said.get("expires_in")
        if not token:
            raise trouble(said, self.codes, asking=True)
        seconds = good - EARLIER if isinstance(good, int) else SHORTEST
        cache.set(key, encrypt(token), max(SHORTEST, seconds))
        return token

    def _said(
        self, method: str, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str], *, safe_again: bool
    ) -> dict[str, Any]:
        token = self.token()
        said = self._once(method, path, body, {**params, "access_token": token}, safe_again=safe_again)
        if said.get("errcode") in STALE:
            fresh = {**params, "access_token": self.token(refused=token)}
            said = self._once(method, path, body, fresh, safe_again=safe_again)
        if said.get("errcode", 0) != 0:
            raise trouble(said, self.codes)
        return said

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str], *, safe_again: bool
    ) -> dict[str, Any]:
        url = address(self.account, path)
        answered = call(self.account, method, url, json_body=body, params=params, safe_again=safe_again)
        return read(answered, safe_again=safe_again)


def say(line: Line, delivery: Delivery, path: str, body: Mapping[str, Any], *, safe_again: bool = False) -> None:
    """Say what is delivered. A window the platform holds for shut is shown as shut. Raises TransportError."""
    try:
        line.post(path, body, safe_again=safe_again)
    except Refusal as refusal:
        if refusal.shuts and delivery.conversation_id:
            Conversation.objects.filter(id=delivery.conversation_id).update(reply_left=0)
        raise


def address(account: ChannelAccount, path: str) -> str:
    """Where a path of the interface is for this account."""
    return value(account, "api").rstrip("/") + path


def read(answered: tuple[int, Any], *, safe_again: bool = True) -> dict[str, Any]:
    """The answer as the platform means it: always an object. Raises TransportError for what is none."""
    status, said = answered
    if not isinstance(said, dict) or not said:
        sentence = _("The platform's answer makes no sense (%(code)d).") % {"code": status}
        raise TransportError(sentence, unknown=not safe_again)
    return said


def trouble(said: Mapping[str, Any], codes: Mapping[int, Means], *, asking: bool = False) -> TransportError:
    """What the platform refused, in words. `asking`: it was for an access token, so nothing goes out for now."""
    code, why = said.get("errcode", 0), str(said.get("errmsg", ""))[:LONGEST_REASON]
    if code == BUSY:
        return TransportError(_("The platform is busy."))
    means = codes.get(code)
    if means is None and (asking or code in STALE):
        means = Means(gettext_lazy("The platform does not let us in: check id and secret."), pauses=True)
    if means is None:
        means = Means(gettext_lazy("The platform refused."))
    sentence = _("%(sentence)s (%(code)s: %(why)s)") % {"sentence": means.sentence, "code": code, "why": why}
    return Refusal(sentence, code, means)
