"""Saying something in one DingTalk group, by the address of its custom robot."""

import base64
import hmac
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Connector, Limit, Setting, Sort, TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.http import call
from huixiang.connectors.payload import found, word

TOO_FAST: Final = frozenset({130101, 410100})
BLOCKED: Final = 600.0  # seconds for which DingTalk silences a robot that was too fast
BUSY: Final = -1
UNPROVEN: Final = 310000  # for a missing keyword, a wrong signature and an address that is not on the list
KEYWORD: Final = ("keyword", "关键词")
PAUSES: Final[Mapping[int, Promise]] = {
    300001: gettext_lazy("DingTalk does not know this address: the robot was removed, or its address renewed."),
    300005: gettext_lazy("DingTalk does not know this address: the robot was removed, or its address renewed."),
    400013: gettext_lazy("The group was dissolved."),
    400101: gettext_lazy("DingTalk does not know this address: the robot was removed, or its address renewed."),
    400102: gettext_lazy("The robot is switched off."),
    400106: gettext_lazy("DingTalk does not know this address: the robot was removed, or its address renewed."),
}
LONGEST_REASON: Final = 300


def signed(hook: str, secret: str, timestamp: str) -> str:
    """The address with the time (thousandths of a second) and the signature over time and secret."""
    sign = base64.b64encode(hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")).decode()
    return f"{hook}&timestamp={timestamp}&sign={quote_plus(sign)}"


class DingtalkGroupConnector(Connector):
    """A custom robot: announcements, digests, alerts to staff."""

    kind = "dingtalk_group"
    label = gettext_lazy("DingTalk group (custom robot)")
    form = (
        Setting(
            "hook", gettext_lazy("Webhook address"),
            gettext_lazy("As the robot's page shows it: https://oapi.dingtalk.com/robot/send?access_token=…"),
            Sort.SECRET, pattern=r"https?://[^\s/]{3,200}/robot/send\?access_token=[0-9A-Za-z]{16,200}",
        ),
        Setting(
            "secret", gettext_lazy("Secret of the signature"),
            gettext_lazy("Begins with SEC; tick “additional signature”"), Sort.SECRET, required=False,
            pattern=r"SEC[0-9A-Za-z]{3,200}",
        ),
    )  # fmt: skip
    limits = (
        Limit(18, 60.0),
    )  # of twenty: DingTalk's minute is not ours, and one too many silences it for ten minutes
    longest = 18_000  # of 20 KB for the whole request
    in_bytes = True

    def can_post(self) -> bool:
        """That is all it can."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it in the group. Raises TransportError; a line that broke means “perhaps”: no double is dropped."""
        if not delivery.into_group:
            raise TransportError(_("The custom robot of a group speaks to the whole group only."), permanent=True)
        body = {"msgtype": "text", "text": {"content": delivery.words}, "at": {"isAtAll": False}}
        status, said = call(delivery.account, "POST", _address(delivery.account), json_body=body)
        if found(said, "errcode") != 0:
            raise _refusal(status, said)
        return DeliveryState.DELIVERED


def _address(account: ChannelAccount) -> str:
    hook, secret = value(account, "hook"), value(account, "secret")
    return signed(hook, secret, str(int(time.time() * 1000))) if secret else hook


def _refusal(status: int, said: Any) -> TransportError:
    code, why = found(said, "errcode"), word(said, "errmsg")[:LONGEST_REASON]
    if code in TOO_FAST:
        return TransportError(_("The robot was too fast; DingTalk silences it for ten minutes."), again_in=BLOCKED)
    if code == BUSY:
        return TransportError(_("DingTalk is busy."))
    if code in PAUSES:
        return TransportError(str(PAUSES[code]), pauses=True)
    if code == UNPROVEN and any(one in why.lower() for one in KEYWORD):
        sentence = _("The robot says only what has one of its keywords: choose the signature instead.")
        return TransportError(sentence, permanent=True)
    sentence = _("DingTalk refused (%(code)s: %(why)s)") % {"code": code or status, "why": why}
    return TransportError(sentence, pauses=code == UNPROVEN, permanent=code != UNPROVEN)
