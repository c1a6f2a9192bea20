"""Group robots in WeCom: what the connector is, and what is said into the group."""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Connector, Limit, Setting, Sort
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.http import call
from huixiang.connectors.wechat_api import Means, address, read, trouble
from huixiang.connectors.wecom_api import API

PATH: Final = "/cgi-bin/webhook/send"
KEY: Final = re.compile(r"[0-9a-zA-Z-]{20,60}\Z")
GONE: Final = Means(
    gettext_lazy("The robot is not in the group any more, or its address is wrong: copy it again."), pauses=True
)
CODES: Final = {
    93000: GONE,
    93008: GONE,
    45009: Means(gettext_lazy("WeCom takes twenty messages a minute from a robot."), again_in=60),
    40058: Means(gettext_lazy("The text is too long for WeCom.")),
    45002: Means(gettext_lazy("The text is too long for WeCom.")),
}
EMPTY: Final = 44004
"""What WeCom answers to an empty text of a robot it knows: a question that says nothing into the group."""
TEXT, MARKDOWN = "text", "markdown"


class WecomGroupConnector(Connector):
    """One robot of one group."""

    kind = "wecom_group"
    label = gettext_lazy("WeCom group robot")
    form = (
        Setting(
            "webhook", gettext_lazy("Webhook address"),
            gettext_lazy("as 群机器人 shows it, or its key alone; whoever has it can write into the group"),
            Sort.SECRET, pattern=r"(https://[^\s?#]{4,200}\?(\S*&)?key=)?[0-9a-zA-Z-]{20,60}",
        ),
        Setting(
            "style", gettext_lazy("Written as"),
            gettext_lazy("Markdown is not shown to members who read the group in WeChat"),
            Sort.CHOICE, default=TEXT,
            choices=((TEXT, gettext_lazy("Plain text")), (MARKDOWN, gettext_lazy("Markdown"))),
        ),
        API,
    )  # fmt: skip
    limits = (Limit(20, 60),)
    longest = 2048
    in_bytes = True

    def can_post(self) -> bool:
        """It says into its group what is for all."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        """Say it into the group. WeCom knows no id of ours, so a line that breaks leaves the outcome unknown."""
        account = delivery.account
        said = _said(account, _body(value(account, "style"), delivery.words), safe_again=False)
        if said.get("errcode") != 0:
            raise trouble(said, CODES)
        return DeliveryState.DELIVERED

    def check(self, account: ChannelAccount) -> str:
        """Whether WeCom knows the robot: an empty text is refused for being empty, and nobody sees it."""
        said = _said(account, _body(TEXT, ""), safe_again=True)
        if said.get("errcode") not in {0, EMPTY}:
            raise trouble(said, CODES)
        return str(account)


def _body(style: str, words: str) -> dict[str, Any]:
    return {"msgtype": style, style: {"content": words}}


def _said(account: ChannelAccount, body: dict[str, Any], *, safe_again: bool) -> dict[str, Any]:
    found = KEY.search(value(account, "webhook"))
    params = {"key": found[0] if found else ""}
    url = address(account, PATH)
    return read(call(account, "POST", url, json_body=body, params=params, safe_again=safe_again), safe_again=safe_again)
