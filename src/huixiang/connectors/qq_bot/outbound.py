"""QQ bot: what the connector is, and answers by the v2 interface.

QQ takes answers only: to a message of an hour at most between two, of five minutes in a group. A double of the same
message and `msg_seq` is refused as one, so a line that broke may be tried again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Call, Connector, Heard, Hears, Limit, Paste, Per, Setting, Sort, TransportError
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.channels.windows import handle_of
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.payload import found, json_object, word
from huixiang.connectors.qq_bot import media, windows
from huixiang.connectors.qq_bot.inbound import CHECKING, check_signature, heard, proof
from huixiang.kernel.crypto import decrypt, encrypt

REFUSED, UNAUTHORIZED = 400, 401
TOKEN_OVER: Final = {11241, 11243, 11244}
NOT_OURS: Final = {11298, 11253, 11252}  # the address is not on the list, or the bot may not do this
WINDOW_OVER: Final = {304103, 40034005, 40034128}
ALREADY_SENT: Final = 40054005
TOO_FAST: Final = {22009, 11265, 20028}
LINK_UNKNOWN: Final = 40054010
OF_A_CHANNEL: Final = "guild:"  # how the id of somebody begins who was met in a channel
EARLIER: Final = 120  # seconds before the token ends at which another one is asked for


class QqBotConnector(Connector):
    """An official QQ bot."""

    kind = "qq_bot"
    label = gettext_lazy("QQ bot")
    short = "QQ"
    hears = Hears.CALLS
    form = (
        Setting("app_id", gettext_lazy("AppID"), pattern=r"\d{5,20}"),
        Setting("secret", gettext_lazy("AppSecret"), gettext_lazy("Development settings of the bot"), Sort.SECRET),
        api_address("https://api.sgroup.qq.com"),
        Setting(
            "token_api", gettext_lazy("Address for access tokens"),
            gettext_lazy("Only for another region or a gateway of your own"), Sort.ADDRESS, required=False,
            default="https://bots.qq.com",
        ),
    )  # fmt: skip
    limits = (Limit(5, 1.0, Per.PLACE), Limit(20, 1.0))
    longest = 1500
    keeps_files = True

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:  # noqa: ARG002 - the contract
        """Not to a member of a group: QQ knows them by a name of that group's own."""
        return ":" not in recipient or recipient.startswith(OF_A_CHANNEL)

    def can_post(self) -> bool:
        """Into groups and channels, in answer to a message of the last minutes."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """An event, or the check of the address, which alone is not signed."""
        if not call.headers.get("x-signature-ed25519"):
            body = json_object(call.body)
            if body.get("op") == CHECKING:
                return Heard(answer=proof(account, call, body))
        check_signature(account, call)
        body = json_object(call.body)
        return Heard(answer=proof(account, call, body)) if body.get("op") == CHECKING else heard(body)

    def send(self, delivery: Delivery) -> DeliveryState:
        """An answer to the latest message where it is said."""
        where, number = self._place(delivery)
        body: dict[str, Any] = {"content": delivery.words, **({"msg_id": number} if number else {})}
        if where.startswith("v2/"):
            body |= {"msg_type": 0, "msg_seq": int(delivery.transaction[-7:], 16)}
        try:
            self._asked(delivery.account, "POST", f"{quote(where)}/messages", body)
        except _SentAlready as error:
            if delivery.attempts <= 1:
                raise TransportError(_("QQ takes this for a message sent before."), permanent=True) from error
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file, as long as its address is good."""
        return media.fetched(account, reference)

    def check(self, account: ChannelAccount) -> str:
        """The bot's name."""
        return word(self._asked(account, "GET", "users/@me"), "username")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:  # noqa: ARG002 - the contract
        """The address for events, and which to choose."""
        return (
            Paste(gettext_lazy("Development → Callback configuration → Request address"), address),
            Paste(
                gettext_lazy("Events to choose"),
                "C2C_MESSAGE_CREATE, GROUP_AT_MESSAGE_CREATE, AT_MESSAGE_CREATE, DIRECT_MESSAGE_CREATE",
            ),
        )

    def _place(self, delivery: Delivery) -> tuple[str, str]:
        """Where to and in answer to what. Raises TransportError where QQ knows no way."""
        place, person = delivery.conversation, delivery.recipient
        where, number = windows.read(handle_of(place))
        if delivery.into_group and place:
            return place.external_id, number
        if place and place.private and where:
            return where, number
        if person.startswith(OF_A_CHANNEL):
            return f"dms/{self._direct(delivery.account, person)}", ""
        if ":" in person:
            sentence = _("QQ lets a bot write to a member of a group only in that group, not alone.")
            raise TransportError(sentence, permanent=True)
        return f"{windows.ALONE.path}/{person}", ""

    def _direct(self, account: ChannelAccount, person: str) -> str:
        """The place to write to somebody of a channel alone: QQ takes two such messages a day."""
        _word, guild, number = person.split(":", 2)
        body = {"recipient_id": number, "source_guild_id": guild}
        return word(self._asked(account, "POST", "users/@me/dms", body), "guild_id")

    def _asked(self, account: ChannelAccount, method: str, path: str, body: Any = None) -> Any:
        """The answer of the interface; a token that is over is fetched anew once. Raises TransportError."""
        for fresh in (False, True):
            headers = {"Authorization": f"QQBot {_token(account, fresh=fresh)}"}
            address = f"{value(account, 'api').rstrip('/')}/{path}"
            status, said = called(account, method, address, json_body=body, headers=headers, safe_again=True)
            code = found(said, "err_code") or found(said, "code")
            if status < REFUSED and not code:
                return said
            if not (status == UNAUTHORIZED or code in TOKEN_OVER):
                break
        raise refusal(status, code, word(said, "message"))


class _SentAlready(TransportError):  # noqa: N818 - reads as a sentence
    """QQ had this message before."""


def refusal(status: int, code: Any, words: str) -> TransportError:
    """What a refusal of QQ means."""
    why = f"{words} ({code or status})".strip()
    if status == UNAUTHORIZED or code in TOKEN_OVER | NOT_OURS:
        sentence = _("QQ no longer lets the bot in: check the secret, and that this server is on its list (%(why)s).")
        return TransportError(sentence % {"why": why}, pauses=True)
    if code == ALREADY_SENT:
        return _SentAlready(why, permanent=True)
    if code in WINDOW_OVER:
        sentence = _("The time in which QQ takes an answer is over. It opens again when they write (%(why)s).")
        return TransportError(sentence % {"why": why}, permanent=True)
    if code in TOO_FAST:
        return TransportError(_("The platform asks us to slow down."), again_in=60)
    if code == LINK_UNKNOWN:
        sentence = _("QQ takes only links that are named in the bot's settings (%(why)s).")
        return TransportError(sentence % {"why": why}, permanent=True)
    return TransportError(_("QQ refused: %(why)s") % {"why": why}, permanent=True)


def _token(account: ChannelAccount, *, fresh: bool) -> str:
    """The access token, kept until shortly before it ends. Raises TransportError."""
    key = f"qq_bot:{account.id}:{value(account, 'app_id')}"
    kept = None if fresh else cache.get(key)
    if kept:
        return decrypt(kept)
    body = {"appId": value(account, "app_id"), "clientSecret": value(account, "secret")}
    address = f"{value(account, 'token_api').rstrip('/')}/app/getAppAccessToken"
    _status, said = called(account, "POST", address, json_body=body, safe_again=True)
    token, lasts = word(said, "access_token"), word(said, "expires_in")
    if not token:
        why = f"{word(said, 'message')} ({word(said, 'code')})"
        sentence = _("QQ gives no access token: check AppID and AppSecret (%(why)s).")
        raise TransportError(sentence % {"why": why}, pauses=True)
    left = (int(lasts) if lasts.isascii() and lasts.isdigit() else 0) - EARLIER
    if left > 0:
        cache.set(key, encrypt(token), left)
    return token
