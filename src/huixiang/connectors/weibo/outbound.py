"""Weibo private messages: what the connector is, and answers by the reply interface, within 48 hours.

Weibo takes no id of ours with a message, so a line that breaks after the request leaves the outcome unknown.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Call, Connector, Heard, Hears, Limit, Paste, Per, Setting, Sort, TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.payload import found, word
from huixiang.connectors.weibo.inbound import check_signature, heard

TOKEN_OVER: Final = {21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332, 21501}
NOT_OURS: Final = {10005, 10006, 10007, 10014, 10015, 10017}
TOO_FAST: Final = {10009, 10010, 10022, 10023, 10024}
ANSWERED: Final = 26403
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class WeiboConnector(Connector):
    """Private messages of a verified Weibo account."""

    kind = "weibo"
    label = gettext_lazy("Weibo private messages")
    short = gettext_lazy("Weibo")
    hears = Hears.CALLS
    form = (
        Setting(
            "app_secret", gettext_lazy("App Secret"), gettext_lazy("Of the application named in developer mode"),
            Sort.SECRET,
        ),
        Setting(
            "access_token", gettext_lazy("Access token"),
            gettext_lazy("Shown there once the address is checked: save without it first; ends after about a year"),
            Sort.SECRET, required=False,
        ),
        api_address("https://m.api.weibo.com/2"),
        Setting(
            "token_api", gettext_lazy("Address for access tokens"),
            gettext_lazy("Only for another region or a gateway of your own"), Sort.ADDRESS, required=False,
            default="https://api.weibo.com",
        ),
    )  # fmt: skip
    limits = (Limit(1, 1.0, Per.PLACE), Limit(10, 1.0))
    longest = 300

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """A private message, or the check of the address."""
        check_signature(account, call)
        return heard(call)

    def send(self, delivery: Delivery) -> DeliveryState:
        """Answer somebody who wrote within the last 48 hours."""
        form = {
            "type": "text", "data": json.dumps({"text": delivery.words}, ensure_ascii=False),
            "receiver_id": delivery.recipient, "save_sender_box": "1",
        }  # fmt: skip
        self._asked(delivery.account, "api", "messages/reply.json", form)
        return DeliveryState.DELIVERED

    def check(self, account: ChannelAccount) -> str:
        """The number of the account the token is for. Raises TransportError when the token has ended."""
        said = self._asked(account, "token_api", "oauth2/get_token_info", {}, safe_again=True)
        left = found(said, "expire_in")
        if isinstance(left, int) and left <= 0:
            raise refusal(0, {"error_code": 21327, "error": "expired_token"})
        return word(said, "uid")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:  # noqa: ARG002 - the contract
        """The page of developer mode asks for the address."""
        return (Paste(gettext_lazy("Fans' service → Advanced → Developer mode → URL"), address),)

    def _asked(
        self, account: ChannelAccount, base: str, path: str, form: Mapping[str, str], *, safe_again: bool = False
    ) -> Any:
        token = value(account, "access_token")
        if not token:
            sentence = _("The access token is missing: Weibo shows it once it has checked the address.")
            raise TransportError(sentence, pauses=True)
        content = urlencode({"access_token": token, **form}).encode()
        address = f"{value(account, base).rstrip('/')}/{path}"
        status, said = called(account, "POST", address, content=content, headers=FORM, safe_again=safe_again)
        if found(said, "error_code") or status >= 400 or found(said, "result") is False:  # noqa: PLR2004 - HTTP's own
            raise refusal(status, said)
        return said


def refusal(status: int, said: Any) -> TransportError:
    """What a refusal of Weibo means."""
    code, why = found(said, "error_code"), f"{word(said, 'error')} ({word(said, 'error_code') or status})"
    if code in TOKEN_OVER:
        return TransportError(_("Weibo no longer accepts the access token: %(why)s") % {"why": why}, pauses=True)
    if code in NOT_OURS:
        return TransportError(_("Weibo does not let this application in: %(why)s") % {"why": why}, pauses=True)
    if code in TOO_FAST:
        return TransportError(_("The platform asks us to slow down."), again_in=60)
    if code == ANSWERED:
        sentence = _("Weibo takes no more answers to them until they write again: %(why)s")
        return TransportError(sentence % {"why": why}, permanent=True)
    return TransportError(_("Weibo refused: %(why)s") % {"why": why}, permanent=True)
