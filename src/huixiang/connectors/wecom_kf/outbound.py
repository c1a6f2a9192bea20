"""WeCom customer service: what the connector is, and answers to people in WeChat."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels import windows
from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Asked,
    Call,
    Connector,
    Heard,
    Hears,
    Paste,
    Setting,
    TransportError,
)  # fmt: skip
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors import wechat_media
from huixiang.connectors.wechat_api import Line, Means, say
from huixiang.connectors.wechat_calls import AES_KEY, TOKEN, by_method
from huixiang.connectors.wecom_api import API, CORP_ID, SECRET
from huixiang.connectors.wecom_api import line as line_of
from huixiang.connectors.wecom_kf.fetching import fetched, known_places, listed
from huixiang.connectors.wecom_kf.inbound import checked, told

CODES: Final = {
    95000: Means(gettext_lazy("The service account is gone, or not given to the application.")),
    95001: Means(
        gettext_lazy("The five answers to their last message are used up. It opens again when they write."), shuts=True
    ),
    95002: Means(
        gettext_lazy("The 48 hours after their message are over. It opens again when they write."), shuts=True
    ),
    95018: Means(
        gettext_lazy(
            "WeCom does not let an application answer here now: a colleague has taken the conversation over in WeCom, "
            "or it was closed. Answer in WeCom, or wait until they write again."
        )
    ),
    40096: Means(gettext_lazy("WeCom does not know this person.")),
}  # fmt: skip


class WecomKfConnector(Connector):
    """The service accounts of a company."""

    kind = "wecom_kf"
    label = gettext_lazy("WeCom customer service")
    hears = Hears.CALLS
    asked_too = True
    asks_every = 300  # seconds; a callback fetches at once, and without one WeCom allows few fetches
    form = (
        CORP_ID,
        SECRET,
        Setting(
            "open_kfid", gettext_lazy("Service account"),
            gettext_lazy("its id, beginning with wk; empty: all that the application serves"),
            required=False, pattern=r"wk[0-9a-zA-Z_-]{4,62}",
        ),
        TOKEN, AES_KEY, API,
    )  # fmt: skip
    longest = 2048
    in_bytes = True
    keeps_files = True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """The address check, or the news that there is something to fetch."""
        return by_method(account, call, checked, told)

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """Fetch a page of every service account."""
        return fetched(account, line(account), cursor)

    def send(self, delivery: Delivery) -> DeliveryState:
        """A text from the account the person wrote to. WeCom drops doubles by our id, so a cut line is tried again."""
        body = {
            "touser": delivery.recipient, "open_kfid": _place(delivery), "msgid": delivery.transaction,
            "msgtype": "text", "text": {"content": delivery.words},
        }  # fmt: skip
        say(line(delivery.account), delivery, "/cgi-bin/kf/send_msg", body, safe_again=True)
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture, film or file, for three days."""
        return wechat_media.fetched(line(account), reference)

    def check(self, account: ChannelAccount) -> str:
        """The names of the service accounts."""
        chosen, known = value(account, "open_kfid"), listed(account, line(account))
        names = [name or place for place, name in known if chosen in {"", place}]
        if not names:
            raise TransportError(
                _("The application serves no such account: give it one in 微信客服 → API → 通过API管理微信客服账号."),
                permanent=True,
            )
        return ", ".join(names)[:200]

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """What 微信客服 → API → 回调配置 asks for."""
        return (
            Paste("URL", address),
            Paste("Token", value(account, "token"), secret=True),
            Paste("EncodingAESKey", value(account, "aes_key"), secret=True),
        )


def line(account: ChannelAccount) -> Line:
    """The application that serves the accounts."""
    return line_of(account, CODES)


def _place(delivery: Delivery) -> str:
    """The service account the person wrote to last; else the only one there is. Raises TransportError."""
    place = windows.handle_of(delivery.conversation)
    if place:
        return place
    places = known_places(delivery.account, line(delivery.account))
    if len(places) != 1:
        raise TransportError(_("It is not known which service account this person wrote to."), permanent=True)
    return places[0]
