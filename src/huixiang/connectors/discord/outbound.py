"""Discord: what the connector is, and answers by REST.

Discord drops a double of the same `nonce` for a few minutes: after a line that broke, one more try is safe.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import PROXY, value
from huixiang.channels.contracts import (
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    Paste,
    Per,
    Setting,
    Sort,
    Taken,
    TransportError,
)  # fmt: skip
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.discord import media, reading
from huixiang.connectors.discord.inbound import check_signature, heard
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.intake.listening import apart

REFUSED, UNAUTHORIZED = 400, 401
CANNOT_WRITE: Final = 50007
NOT_THERE: Final = {10003, 10004, 10013, 50001, 50013}
TOO_FAST: Final = {20016, 20028, 20029, 40003}
LOCKED: Final = 40002
NONCE_LENGTH: Final = 25
KEPT_SECONDS: Final = 24 * 3600
OURS: Final = re.compile(r"(\d{1,20}):(\d{1,20})(?:e\d+)?", re.ASCII)


class DiscordConnector(Connector):
    """A bot on Discord."""

    kind = "discord"
    label = gettext_lazy("Discord")
    hears = Hears.LINE
    form = (
        Setting(
            "bot_token", gettext_lazy("Bot token"), gettext_lazy("Developer portal → Bot → Reset token"), Sort.SECRET,
            pattern=r"[A-Za-z0-9_.-]{20,200}",
        ),
        Setting(
            "public_key", gettext_lazy("Public key"),
            gettext_lazy("Only for slash commands: 64 signs, under General information"), required=False,
            pattern="[0-9a-fA-F]{64}",
        ),
        api_address("https://discord.com/api/v10"),
    )  # fmt: skip
    limits = (Limit(5, 5.0, Per.PLACE), Limit(50, 1.0))
    longest = 2000
    keeps_files = True

    def can_post(self) -> bool:
        """Into channels the bot may write in."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """A slash command, or Discord's own check of the address."""
        check_signature(account, call)
        return heard(call)

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """The gateway, by discord.py, loaded only where a line is held. Raises TransportError."""
        from huixiang.connectors.discord.gateway import Line, hold  # noqa: PLC0415 - heavy, and one process needs it

        since, alone = await apart(reading.place, account)

        async def kept(at: datetime.datetime) -> None:
            await apart(reading.keep, account, at)

        line = Line(
            api=value(account, "api"), proxy=value(account, PROXY), taken=taken, kept=kept, since=since, alone=alone
        )
        await hold(value(account, "bot_token"), line)

    def send(self, delivery: Delivery) -> DeliveryState:
        """To the person as a direct message, or into the channel as an answer to what was said there."""
        account = delivery.account
        channel = delivery.conversation.external_id if delivery.into_group and delivery.conversation else ""
        channel = channel or self._with(account, delivery.recipient)
        body: dict[str, Any] = {
            "content": delivery.words, "allowed_mentions": {"parse": []}, "enforce_nonce": True,
            "nonce": delivery.transaction[:NONCE_LENGTH],
        }  # fmt: skip
        answered = OURS.fullmatch(delivery.in_reply_to)
        if answered and answered[1] == channel:
            body["message_reference"] = {"message_id": answered[2], "fail_if_not_exists": False}
        self._asked(account, f"channels/{channel}/messages", body, safe_again=delivery.attempts <= 1)
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A file of a message, from Discord’s own hosts."""
        return media.fetched(account, reference, lambda path: self._asked(account, path))

    def check(self, account: ChannelAccount) -> str:
        """The bot's name."""
        me = self._asked(account, "users/@me")
        return str(me.get("global_name") or me.get("username") or "")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """Only slash commands come by calls; everything else by the line the bot opens itself."""
        if not value(account, "public_key"):
            return ()
        return (Paste(gettext_lazy("General information → Interactions endpoint URL"), address),)

    def _with(self, account: ChannelAccount, person: str) -> str:
        """The channel between the bot and a person."""
        key = f"discord:{account.id}:{person}"
        kept = cache.get(key)
        if kept is None:
            kept = str(
                self._asked(account, "users/@me/channels", {"recipient_id": person}, safe_again=True).get("id", "")
            )
            cache.set(key, kept, KEPT_SECONDS)
        return str(kept)

    def _asked(self, account: ChannelAccount, path: str, body: Any = None, *, safe_again: bool = True) -> Any:
        headers = {"Authorization": f"Bot {value(account, 'bot_token')}", "User-Agent": agent()}
        address = f"{value(account, 'api').rstrip('/')}/{path}"
        method = "GET" if body is None else "POST"
        status, said = called(account, method, address, json_body=body, headers=headers, safe_again=safe_again)
        said = said if isinstance(said, dict) else {}
        if status >= REFUSED:
            raise refusal(status, said)
        return said


def agent() -> str:
    """Discord wants to know who calls, in this form."""
    return f"DiscordBot ({settings.PUBLIC_URL}, 1.0)"


def refusal(status: int, said: dict[str, Any]) -> TransportError:
    """What a refusal of Discord means."""
    code, why = said.get("code"), f"{said.get('message', '')} ({said.get('code', status)})".strip()
    if status == UNAUTHORIZED:
        return TransportError(_("Discord no longer accepts the bot token."), pauses=True)
    if code == LOCKED:
        return TransportError(
            _("Discord locked the bot until its owner verifies it: %(why)s") % {"why": why}, pauses=True
        )
    if code == CANNOT_WRITE:
        return TransportError(_("This person takes no direct messages from the bot."), permanent=True)
    if code in TOO_FAST:
        return TransportError(_("The platform asks us to slow down."), again_in=60)
    if code in NOT_THERE:
        return TransportError(_("The bot may not write there, or it is gone: %(why)s") % {"why": why}, permanent=True)
    return TransportError(_("Discord refused: %(why)s") % {"why": why}, permanent=True)
