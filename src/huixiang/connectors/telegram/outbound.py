"""Telegram: what the connector is, and answers by the Bot API.

Telegram takes no id of ours with a message, so a line that breaks after the request leaves the outcome unknown.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Call, Connector, Heard, Hears, Limit, Paste, Per, Setting, Sort, TransportError
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, DeliveryState
from huixiang.connectors.downloads import file_at
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.telegram.inbound import check_secret, heard, ids_of
from huixiang.connectors.telegram.media import path_of

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
UPDATES: Final = ("message", "edited_message")
SELF, BY_HAND = "self", "hand"


class TelegramConnector(Connector):
    """A bot on Telegram."""

    kind = "telegram"
    label = gettext_lazy("Telegram")
    hears = Hears.CALLS
    form = (
        Setting(
            "bot_token", gettext_lazy("Bot token"), gettext_lazy("From @BotFather: digits, a colon, letters"),
            Sort.SECRET, pattern=r"\d{3,20}:[A-Za-z0-9_-]{20,100}",
        ),
        Setting(
            "username", gettext_lazy("User name of the bot"),
            gettext_lazy("So that calling it by name in a group is recognised"), required=False,
            pattern=r"@?[A-Za-z][A-Za-z0-9_]{3,31}",
        ),
        Setting(
            "secret", gettext_lazy("Secret of the webhook"), sort=Sort.SECRET, made=True,
            pattern="[A-Za-z0-9_-]{16,256}",
        ),
        Setting(
            "registers", gettext_lazy("Who tells Telegram our address"), sort=Sort.CHOICE, default=SELF, required=False,
            choices=((SELF, gettext_lazy("The check of the connection")), (BY_HAND, gettext_lazy("I do it myself"))),
        ),
        api_address("https://api.telegram.org"),
    )  # fmt: skip
    limits = (Limit(1, 1.0, Per.PLACE), Limit(20, 60.0, Per.PLACE), Limit(30, 1.0))
    longest = 4096
    keeps_files = True

    def can_write_alone(self, account: ChannelAccount, recipient: str, place: Conversation | None) -> bool:  # noqa: ARG002 - the contract
        """Only to those who have written to the bot alone: it cannot begin a talk."""
        return place is not None

    def can_post(self) -> bool:
        """Into groups the bot is in."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """One update."""
        check_secret(account, call)
        return heard(account, call)

    def send(self, delivery: Delivery) -> DeliveryState:
        """To the person's chat with the bot, or into the group; an answer to what was said in the same chat."""
        body = _body(delivery)
        said = self._asked(delivery.account, "sendMessage", body)
        moved = (said.get("parameters") or {}).get("migrate_to_chat_id")
        if moved:  # the group became a supergroup: it has another number now
            body.pop("reply_parameters", None)
            said = self._asked(delivery.account, "sendMessage", {**body, "chat_id": str(moved)})
        _raise_for(said)
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A photo, film or document of up to 20 MB. Its address holds the token and is told to nobody."""
        said = self._asked(account, "getFile", {"file_id": reference["file_id"]}, safe_again=True)
        _raise_for(said)
        path = path_of(said)
        if not path:
            raise TransportError(_("Telegram does not say where the file lies."))
        base = value(account, "api").rstrip("/")
        return file_at(account, f"{base}/file/bot{value(account, 'bot_token')}/{path}").brought()

    def check(self, account: ChannelAccount) -> str:
        """The bot's name; tells Telegram our address on the way, unless a person does that."""
        me = self._asked(account, "getMe", {}, safe_again=True)
        _raise_for(me)
        if value(account, "registers") == SELF and account.token:
            _raise_for(self._asked(account, "setWebhook", _webhook(account), safe_again=True))
        return f"@{me.get('result', {}).get('username', '')}"

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """For those who set the webhook by hand: one address to open in a browser does it."""
        if value(account, "registers") == SELF:
            return ()
        webhook = {**_webhook(account), "url": address}
        webhook["allowed_updates"] = json.dumps(webhook["allowed_updates"])
        opened = f"{_base(account)}/setWebhook?{urlencode(webhook)}"
        return (Paste(gettext_lazy("Open once in a browser"), opened, secret=True),)

    def _asked(self, account: ChannelAccount, method: str, body: dict[str, Any], *, safe_again: bool = False) -> Any:
        """The answer, `ok` or not. Raises TransportError."""
        status, said = called(account, "POST", f"{_base(account)}/{method}", json_body=body, safe_again=safe_again)
        return {"error_code": status, **said} if isinstance(said, dict) else {"error_code": status}


def _base(account: ChannelAccount) -> str:
    return f"{value(account, 'api').rstrip('/')}/bot{value(account, 'bot_token')}"


def _webhook(account: ChannelAccount) -> dict[str, Any]:
    address = settings.PUBLIC_URL + reverse("platform_hook", args=[account.kind, account.token])
    return {"url": address, "secret_token": value(account, "secret"), "allowed_updates": list(UPDATES)}


def _body(delivery: Delivery) -> dict[str, Any]:
    into = delivery.conversation.external_id if delivery.into_group and delivery.conversation else ""
    body: dict[str, Any] = {
        "chat_id": into or delivery.recipient, "text": delivery.words, "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    answered = ids_of(delivery.in_reply_to)
    if answered is not None and answered.chat == body["chat_id"]:
        body["reply_parameters"] = {"message_id": int(answered.number), "allow_sending_without_reply": True}
        if answered.topic:
            body["message_thread_id"] = int(answered.topic)
    return body


def _raise_for(said: dict[str, Any]) -> None:
    """Raises TransportError with what a refusal means."""
    if said.get("ok") is True:
        return
    code, why = said.get("error_code"), str(said.get("description", "") or said.get("error_code", ""))[:300]
    if code in (UNAUTHORIZED, NOT_FOUND):  # of a token that never was, Telegram says that there is no such page
        raise TransportError(_("Telegram no longer accepts the bot token."), pauses=True)
    if code == FORBIDDEN:
        sentence = _("The person blocked the bot or never wrote to it, or it was put out of the group: %(why)s")
        raise TransportError(sentence % {"why": why}, permanent=True)
    raise TransportError(_("Telegram refused: %(why)s") % {"why": why}, permanent=True)
