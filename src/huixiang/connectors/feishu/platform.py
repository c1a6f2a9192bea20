"""Asking Feishu's open platform: its token, and its refusals in the operator's words."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.http import call
from huixiang.kernel.crypto import decrypt, encrypt, keyed_hash

TOKEN_PATH: Final = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 - an address
EARLIER: Final = 300  # seconds before its end that a token is no longer used
STALE_TOKEN: Final = {99991661, 99991663, 99991664, 99991665}
SLOWER: Final = {99991400: 5.0, 230020: 2.0, 11232: 60.0}  # seconds until the limit may be open again
GONE: Final = {230011, 230019, 230050, 230110}  # what was to be answered was recalled, deleted, or is out of sight
PAUSES: Final[Mapping[int, Promise]] = {
    10003: gettext_lazy("Feishu does not know this App ID."),
    10014: gettext_lazy("Feishu does not know this App ID with this App Secret: paste both again."),
    99991401: gettext_lazy("Our address is not on the application's list of allowed IP addresses."),
    99991662: gettext_lazy("The application is switched off: switch it on in Feishu's admin console."),
    99991672: gettext_lazy("The application lacks a permission: add those listed here and publish a version."),
    99991673: gettext_lazy("The application is switched off: switch it on in Feishu's admin console."),
    230006: gettext_lazy("The application has no bot: add the bot ability and publish a version."),
}
PERMANENT: Final[Mapping[int, Promise]] = {
    230002: gettext_lazy("The bot is not in this group (any more): add it in the group's settings."),
    230013: gettext_lazy("The bot is not available to this person: widen the application's availability and publish."),
    230018: gettext_lazy("The group's settings do not let the bot speak."),
    230022: gettext_lazy("Feishu refuses the words as sensitive: say it differently."),
    230025: gettext_lazy("The message is too long for Feishu."),
    230027: gettext_lazy("The bot may not do this here: a permission is missing, or the group is of another company."),
    230028: gettext_lazy("The company's check of what goes out refused it: mostly for a phone number."),
    230029: gettext_lazy("This person has left the company."),
    230034: gettext_lazy("Feishu does not know this person or group."),
    230035: gettext_lazy("The bot may not speak here: it is muted, or the company does not allow it."),
    230038: gettext_lazy("Feishu does not let the bot write to a person of another company."),
    230053: gettext_lazy("This person does not want messages from the bot."),
    232009: gettext_lazy("The group has been dissolved."),
    99992351: gettext_lazy("Feishu does not know this person or group."),
}


class Refusal(TransportError):  # noqa: N818 - reads as a sentence
    """What Feishu refused: `code` is Feishu's own."""

    def __init__(self, code: int, said: str) -> None:
        known = PAUSES.get(code) or PERMANENT.get(code)
        slower = SLOWER.get(code)
        super().__init__(
            _("Feishu asks us to slow down.") if slower else str(known or _told(code, said)),
            permanent=slower is None and code not in PAUSES, pauses=code in PAUSES, again_in=slower,
        )  # fmt: skip
        self.code = code


def _told(code: int, said: str) -> str:
    return _("Feishu refused (%(code)d): %(why)s") % {"code": code, "why": said[:200]}


def ask(
    account: ChannelAccount, method: str, path: str, *, json_body: Any = None, params: Mapping[str, str] | None = None,
    safe_again: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """What Feishu answers to a question asked as the application. A token that is refused is fetched anew, once.

    `safe_again` as in `http.call`. Raises Refusal, and TransportError for a line that breaks.
    """
    for last in (False, True):
        headers = {"Authorization": f"Bearer {token(account, anew=last)}"}
        address = api(account) + path
        status, said = call(
            account, method, address, json_body=json_body, params=params, headers=headers, safe_again=safe_again
        )
        code = code_of(status, said)
        if code == 0:
            return dict(said)
        if code not in STALE_TOKEN:
            raise Refusal(code, str(said.get("msg", "")))
    raise TransportError(_("Feishu refuses the token it has just given us."), pauses=True)


def code_of(status: int, said: Any) -> int:
    """The code in an answer, 0 when all is well. Raises TransportError for an answer that has none."""
    code = said.get("code") if isinstance(said, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise TransportError(_("Feishu's answer makes no sense (%(code)d): check the address.") % {"code": status})
    return code


def api(account: ChannelAccount) -> str:
    """Where the open platform is: Feishu's, Lark's, or a gateway."""
    return value(account, "api").rstrip("/")


def token(account: ChannelAccount, *, anew: bool = False) -> str:
    """The application's token, kept until shortly before it ends. Raises TransportError."""
    given = {"app_id": value(account, "app_id"), "app_secret": value(account, "app_secret")}
    known = f"feishu:token:{account.id}:{keyed_hash('feishu token', api(account) + '|'.join(given.values()))}"
    kept = None if anew else cache.get(known)
    if kept:
        return decrypt(kept)
    status, said = call(account, "POST", api(account) + TOKEN_PATH, json_body=given, safe_again=True)
    if code := code_of(status, said):
        raise Refusal(code, str(said.get("msg", "")))
    found, expire = str(said.get("tenant_access_token", "")), said.get("expire", 0)
    lasts = expire - EARLIER if isinstance(expire, int) else 0
    if lasts > 0:
        cache.set(known, encrypt(found), lasts)
    return found
