"""Applications in WeCom: what the connector is, and answers to a member by the application."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    Paste,
    Per,
    Setting,
    TransportError,
)  # fmt: skip
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors import wechat_media
from huixiang.connectors.wechat_api import Means
from huixiang.connectors.wechat_calls import AES_KEY, TOKEN, by_method
from huixiang.connectors.wecom_api import API, CORP_ID, SECRET, line
from huixiang.connectors.wecom_app.inbound import checked, heard

NOBODY: Final = Means(gettext_lazy("This member is gone, or the application is not visible to them."))
NO_SUCH_APP: Final = Means(gettext_lazy("WeCom does not know this application: check the AgentId."), pauses=True)
CODES: Final = {40003: NOBODY, 60111: NOBODY, 81013: NOBODY, 82001: NOBODY, 40056: NO_SUCH_APP, 41011: NO_SUCH_APP}


class WecomAppConnector(Connector):
    """An application of the company's own."""

    kind = "wecom_app"
    label = gettext_lazy("WeCom application")
    short = gettext_lazy("WeCom")
    hears = Hears.CALLS
    form = (
        CORP_ID,
        Setting(
            "agent_id", gettext_lazy("AgentId"), gettext_lazy("the number on the application's page"),
            pattern=r"[0-9]{1,12}",
        ),
        SECRET, TOKEN, AES_KEY, API,
    )  # fmt: skip
    limits = (Limit(30, 60, Per.PLACE), Limit(1000, 3600, Per.PLACE))  # what is more is dropped without a word
    longest = 2048
    in_bytes = True
    keeps_files = True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """The address check, or one encrypted message."""
        return by_method(account, call, checked, heard)

    def send(self, delivery: Delivery) -> DeliveryState:
        """A text to one member. WeCom knows no id of ours, so a line that breaks leaves the outcome unknown."""
        said = line(delivery.account, CODES).post("/cgi-bin/message/send", body(delivery))
        missed = str(said.get("invaliduser", "")) + str(said.get("unlicenseduser", ""))
        if missed:
            raise TransportError(
                _("WeCom did not hand it over to %(who)s: gone, without a licence, or the application is not visible.")
                % {"who": missed}, permanent=True,
            )  # fmt: skip
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file, for three days."""
        return wechat_media.fetched(line(account, CODES), reference)

    def check(self, account: ChannelAccount) -> str:
        """The application's name."""
        said = line(account, CODES).get("/cgi-bin/agent/get", agentid=value(account, "agent_id"))
        return str(said.get("name", "")) or value(account, "agent_id")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """What 接收消息 → 设置API接收 asks for."""
        return (
            Paste("URL", address),
            Paste("Token", value(account, "token"), secret=True),
            Paste("EncodingAESKey", value(account, "aes_key"), secret=True),
        )


def body(delivery: Delivery) -> dict[str, object]:
    """The message as WeCom takes it."""
    return {
        "touser": delivery.recipient, "msgtype": "text", "agentid": int(value(delivery.account, "agent_id")),
        "text": {"content": delivery.words},
    }  # fmt: skip
