"""WeCom's bot: what the connector is, and answers: by the line, or to the address that came with the message."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import health_of, value
from huixiang.channels.contracts import (
    Answer,
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    NothingAsked,
    Paste,
    Per,
    Setting,
    Sort,
    Taken,
    TransportError,
)
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState, Health
from huixiang.channels.windows import handle_of
from huixiang.connectors.http import call as called
from huixiang.connectors.payload import found, json_object, word
from huixiang.connectors.wechat_calls import AES_KEY, TOKEN, echo, proven
from huixiang.connectors.wecom_bot import line, media
from huixiang.connectors.wecom_bot.inbound import is_message, message

LINE, CALLS = "line", "calls"
RESPOND, SEND = "aibot_respond_msg", "aibot_send_msg"
NOBODY: Final = ""  # whom WeCom encrypts a bot's callbacks for
UNSUBSCRIBED: Final = 846609
TOO_FAST: Final = frozenset({45009, 45033, 846607})
LOST: Final = frozenset({846605, 846608})  # what is answered is no longer known
LATER: Final = 60.0
CHECKED_WITHIN: Final = 8.0  # seconds in which the listening process opens a new account's line
LONGEST_REASON: Final = 300


class WecomBotConnector(Connector):
    """A bot in API mode of a company's WeCom."""

    kind = "wecom_bot"
    label = gettext_lazy("WeCom bot")
    short = gettext_lazy("WeCom")
    form = (
        Setting(
            "mode", gettext_lazy("How messages come in"),
            gettext_lazy("The long connection needs no address of ours that is reached from outside"),
            Sort.CHOICE, default=LINE,
            choices=((LINE, gettext_lazy("Long connection")), (CALLS, gettext_lazy("Callback: WeCom calls us"))),
        ),
        Setting(
            "bot_id", gettext_lazy("Bot ID"), gettext_lazy("Of the long connection, on the bot's page under API"),
            only_with=("mode", LINE),
        ),
        Setting(
            "secret", gettext_lazy("Secret"), gettext_lazy("Of the long connection; WeCom shows it once"), Sort.SECRET,
            only_with=("mode", LINE),
        ),
        replace(TOKEN, only_with=("mode", CALLS)),
        replace(AES_KEY, only_with=("mode", CALLS)),
        Setting(
            "api", gettext_lazy("Address of the line"), gettext_lazy("Only for a WeCom of your own, or a gateway"),
            Sort.ADDRESS, required=False, default="https://openws.work.weixin.qq.com",
        ),
    )  # fmt: skip
    limits = (Limit(30, 60.0, Per.PLACE), Limit(1_000, 3_600.0, Per.PLACE))
    longest = 20_000  # of 20,480
    in_bytes = True
    keeps_files = True
    files_at_once = True  # five minutes, and only what is said to the bot comes here at all

    def hears_by(self, account: ChannelAccount) -> Hears:
        """By a line or by calls, as the account is set."""
        return Hears.LINE if value(account, "mode") == LINE else Hears.CALLS

    def sends_by_line(self, account: ChannelAccount) -> bool:
        """With the long connection all goes by it, both ways."""
        return self.hears_by(account) == Hears.LINE

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:  # noqa: ARG002 - the contract
        """By callback only to those who wrote to the bot alone: it answers where something was written."""
        return place is not None or self.sends_by_line(account)

    def can_post(self) -> bool:
        """By the long connection, into groups that were heard of."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """The check of the address (within a second), or one message, encrypted."""
        if call.method == "GET":
            return Heard(answer=Answer(echo(account, call, NOBODY)))
        sent = json_object(proven(account, call, word(json_object(call.body), "encrypt"), NOBODY).encode())
        return Heard([message(sent, call.at)] if is_message(sent) else ())

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold the bot's one line."""
        await line.hold(account, taken)

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file, within five minutes."""
        return media.fetched(account, reference)

    def check(self, account: ChannelAccount) -> str:
        """With callbacks only WeCom can ask. A second line would end the first: we wait for the one being opened."""
        if self.hears_by(account) == Hears.CALLS:
            raise NothingAsked
        if not (value(account, "bot_id") and value(account, "secret")):
            raise TransportError(_("The long connection needs the bot's id and secret."), permanent=True)
        end = time.monotonic() + CHECKED_WITHIN
        while not _stands(health := health_of(account)):
            if health.error:
                raise TransportError(health.error)
            if time.monotonic() > end:
                raise TransportError(_("The line is not open yet; is “huixiang listen” running?"), unknown=True)
            time.sleep(0.5)
        return value(account, "bot_id")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """With callbacks: address, token and key; the long connection needs nothing pasted."""
        if self.hears_by(account) == Hears.LINE:
            return ()
        return (
            Paste(gettext_lazy("URL"), address),
            Paste(gettext_lazy("Token"), value(account, "token"), secret=True),
            Paste(gettext_lazy("EncodingAESKey"), value(account, "aes_key"), secret=True),
        )

    def send(self, delivery: Delivery) -> DeliveryState:
        """By the line, as an answer where that is still known; else to the address the message came with."""
        if self.sends_by_line(delivery.account):
            _by_line(delivery)
        else:
            _to_address(delivery)
        return DeliveryState.DELIVERED


def _stands(health: Health) -> bool:
    """Whether a process holds the line: one that was killed has left its time of opening behind."""
    return bool(health.connected_at and health.held_until and health.held_until > timezone.now())


def _markdown(words: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": words}}


def _answered_in(delivery: Delivery) -> Conversation | None:
    """The talk, where what is said there is read by those it is for: what is for one person goes into no group."""
    place = delivery.conversation
    return place if place is not None and (delivery.into_group or place.private) else None


def _by_line(delivery: Delivery) -> None:
    """The first answer names what it answers; a later one, or one to something WeCom has forgotten, does not."""
    standing, place = line.standing(delivery.account_id), _answered_in(delivery)
    if place is not None and (req_id := handle_of(place)):
        stream = {"id": secrets.token_hex(16), "finish": True, "content": delivery.words}
        said = standing.ask(RESPOND, {"msgtype": "stream", "stream": stream}, req_id)
        Conversation.objects.filter(id=place.id, reply_handle=place.reply_handle).update(reply_handle="")
        if found(said, "errcode") not in LOST:
            _check(said)
            return
    chat = place.external_id if place is not None and delivery.into_group else delivery.recipient
    _check(standing.ask(SEND, {"chatid": chat, **_markdown(delivery.words)}))


def _to_address(delivery: Delivery) -> None:
    place = _answered_in(delivery)
    address = handle_of(place)
    if not address or not _is_wecoms(delivery.account, address):
        sentence = _("By callback WeCom takes one answer to each message, within an hour, where it was written.")
        raise TransportError(sentence, permanent=True)
    status, said = called(delivery.account, "POST", address, json_body=_markdown(delivery.words))
    _check(said if isinstance(said, dict) and said else {"errcode": 0 if status == 200 else status})  # noqa: PLR2004


def _is_wecoms(account: ChannelAccount, address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host.endswith(".weixin.qq.com") or host == urlsplit(value(account, "api")).hostname


def _check(said: Mapping[str, Any]) -> None:
    """Raises TransportError for what WeCom refused."""
    code = found(said, "errcode")
    if code == 0:
        return
    sentence = _("WeCom refused (%(code)s: %(why)s)") % {"code": code, "why": word(said, "errmsg")[:LONGEST_REASON]}
    if code == UNSUBSCRIBED:
        raise TransportError(sentence, again_in=5.0)
    if code in TOO_FAST:
        raise TransportError(_("WeCom asks us to slow down."), again_in=LATER)
    raise TransportError(sentence, permanent=True)
