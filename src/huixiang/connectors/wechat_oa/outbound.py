"""Official accounts: what the connector is, and answers by customer-service messages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Call, Connector, Heard, Hears, Paste, Setting, Sort
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors import wechat_media
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.wechat_api import Line, Means, address, read, say
from huixiang.connectors.wechat_calls import AES_KEY, TOKEN, by_method
from huixiang.connectors.wechat_oa.inbound import checked, heard

NOT_LET_IN: Final = Means(gettext_lazy("WeChat does not let us in: check AppID and AppSecret."), pauses=True)
NOT_ALLOWED: Final = Means(
    gettext_lazy("WeChat does not allow this account to send: it must be a verified one with the right to do so."),
    pauses=True,
)
NO_SUCH_PERSON: Final = Means(gettext_lazy("This person no longer follows the account."), shuts=True)
CODES: Final = {
    40001: NOT_LET_IN,
    40013: NOT_LET_IN,
    40125: NOT_LET_IN,
    41004: NOT_LET_IN,
    40164: Means(
        gettext_lazy("Our address is not on the account's IP white list: enter it there, or set a proxy."), pauses=True
    ),
    45015: Means(
        gettext_lazy("The 48 hours after their message are over. It opens again when they write."), shuts=True
    ),
    45047: Means(
        gettext_lazy("The five answers to their last message are used up. It opens again when they write."), shuts=True
    ),
    43004: NO_SUCH_PERSON,
    40003: NO_SUCH_PERSON,
    45009: Means(gettext_lazy("The account's calls for today are used up."), again_in=3600),
    45011: Means(gettext_lazy("WeChat asks us to slow down."), again_in=60),
    45002: Means(gettext_lazy("The text is too long for WeChat.")),
    87014: Means(gettext_lazy("WeChat holds this text for unlawful.")),
    48001: NOT_ALLOWED,
    48004: NOT_ALLOWED,
    50002: NOT_ALLOWED,
}
"""Of 公众号: what the operator reads, and what follows."""


class WechatOaConnector(Connector):
    """An official account, subscription or service."""

    kind = "wechat_oa"
    label = gettext_lazy("WeChat official account")
    hears = Hears.CALLS
    form = (
        Setting("app_id", gettext_lazy("AppID"), gettext_lazy("begins with wx"), pattern=r"wx[0-9a-zA-Z]{8,32}"),
        Setting("app_secret", gettext_lazy("AppSecret"), sort=Sort.SECRET),
        TOKEN, AES_KEY, api_address("https://api.weixin.qq.com"),
    )  # fmt: skip
    longest = 2048
    in_bytes = True
    keeps_files = True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """The address check, or one encrypted message or event."""
        return by_method(account, call, checked, heard)

    def send(self, delivery: Delivery) -> DeliveryState:
        """A customer-service message. WeChat knows no id of ours, so a line that breaks leaves the outcome unknown."""
        body = {"touser": delivery.recipient, "msgtype": "text", "text": {"content": delivery.words}}
        say(line(delivery.account), delivery, "/cgi-bin/message/custom/send", body)
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A picture or film, for three days; only a verified account may fetch."""
        return wechat_media.fetched(line(account), reference)

    def check(self, account: ChannelAccount) -> str:
        """Whether WeChat gives us an access token; it tells no name."""
        line(account).get("/cgi-bin/get_api_domain_ip")
        return value(account, "app_id")

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:
        """What the page 基本配置 → 服务器配置 asks for."""
        return (
            Paste("服务器地址(URL)", address),
            Paste("令牌(Token)", value(account, "token"), secret=True),
            Paste("消息加解密密钥(EncodingAESKey)", value(account, "aes_key"), secret=True),
            Paste("消息加解密方式", "安全模式"),
            Paste("数据格式", "XML"),
        )


def line(account: ChannelAccount) -> Line:
    """The account at WeChat. The stable token leaves those of the brand's other systems alone."""

    def ask(refused: str) -> dict[str, Any]:
        said = _token(account, force=False)
        if refused and said.get("access_token") == refused:  # WeChat believes it good: only force makes another
            said = _token(account, force=True)
        return said

    return Line(account, f"{value(account, 'app_id')}:{value(account, 'app_secret')}", ask, CODES)


def _token(account: ChannelAccount, *, force: bool) -> dict[str, Any]:
    body = {
        "grant_type": "client_credential", "appid": value(account, "app_id"),
        "secret": value(account, "app_secret"), "force_refresh": force,
    }  # fmt: skip
    return read(called(account, "POST", address(account, "/cgi-bin/stable_token"), json_body=body, safe_again=True))
