"""Saying something in one Feishu group, by the address of its custom bot."""

import base64
import hmac
import re
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Connector, Limit, Setting, Sort, TransportError
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.connectors.http import call

CALLS_SOMEBODY: Final = re.compile(r"<(?=/?\s*at\b)", re.IGNORECASE)
SLOWER: Final = {11232, 9499}  # the second also stands for a request that makes no sense: told apart by its words
PAUSES: Final[Mapping[int, Promise]] = {
    19001: gettext_lazy("Feishu does not know this address: the bot was removed, or its address renewed."),
    19007: gettext_lazy("The bot is switched off in the group's settings."),
    19021: gettext_lazy("The signature does not fit: compare the secret, and the clock of this machine."),
    19022: gettext_lazy("Our address is not on the bot's list of allowed IP addresses."),
}
NO_KEYWORD: Final = 19024


def signature(secret: str, timestamp: str) -> str:
    """What Feishu wants beside the time: a hash over nothing, with time and secret as its key."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), b"", sha256).digest()).decode()


class FeishuGroupConnector(Connector):
    """A custom bot: announcements, digests, alerts to staff."""

    kind = "feishu_group"
    label = gettext_lazy("Feishu group (custom bot)")
    form = (
        Setting(
            "hook", gettext_lazy("Webhook address"),
            gettext_lazy("As the group's settings show it: https://open.feishu.cn/open-apis/bot/v2/hook/…"),
            sort=Sort.SECRET, pattern=r"https?://[^\s/]{3,200}/open-apis/bot/v2/hook/[0-9A-Za-z-]{8,100}",
        ),
        Setting(
            "secret", gettext_lazy("Secret of the signature"),
            gettext_lazy("When “Set signature verification” is ticked, as we advise"), sort=Sort.SECRET, required=False,
        ),
    )  # fmt: skip
    limits = (Limit(5, 1.0), Limit(100, 60.0))
    longest = 18_000  # of 20 KB for the whole request
    in_bytes = True

    def can_post(self) -> bool:
        """That is all it can."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it in the group. Raises TransportError; a line that broke means “perhaps”: no double is dropped."""
        if not delivery.into_group:
            raise TransportError(_("The custom bot of a group speaks to the whole group only."), permanent=True)
        status, said = call(delivery.account, "POST", value(delivery.account, "hook"), json_body=_body(delivery))
        code = said.get("code", said.get("StatusCode")) if isinstance(said, dict) else None
        if code != 0:
            raise _refusal(code, str(said.get("msg", "")) if isinstance(said, dict) else "", status)
        return DeliveryState.DELIVERED


def _body(delivery: Delivery) -> dict[str, Any]:
    """The request, signed where a secret is set. Nobody is called by words somebody else wrote."""
    body = {"msg_type": "text", "content": {"text": CALLS_SOMEBODY.sub("＜", delivery.words)}}
    secret, now = value(delivery.account, "secret"), str(int(time.time()))
    return {"timestamp": now, "sign": signature(secret, now), **body} if secret else body


def _refusal(code: Any, said: str, status: int) -> TransportError:
    if code in SLOWER and ("limit" in said.lower() or "too many" in said.lower()):
        return TransportError(_("Feishu asks us to slow down."), again_in=60)
    if code in PAUSES:
        return TransportError(str(PAUSES[code]), pauses=True)
    if code == NO_KEYWORD:
        sentence = _("The bot says only what has one of its keywords: choose the signature instead.")
        return TransportError(sentence, permanent=True)
    why = said[:200] or _("no reason given")
    number = code if isinstance(code, int) else status
    return TransportError(_("Feishu refused (%(code)d): %(why)s") % {"code": number, "why": why}, permanent=True)
