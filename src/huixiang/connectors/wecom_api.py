"""WeCom's interface as its applications speak to it: an access token for each application, and its common codes."""

from typing import Any, Final

from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Setting, Sort
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.http import api_address, call
from huixiang.connectors.wechat_api import Line, Means, address, read

API: Final = api_address("https://qyapi.weixin.qq.com")
CORP_ID: Final = Setting(
    "corp_id", gettext_lazy("Company id"), gettext_lazy("我的企业 → 企业信息 → 企业ID, begins with ww or wx"),
    pattern=r"w[wx][0-9a-zA-Z]{8,62}",
)  # fmt: skip
SECRET: Final = Setting(
    "app_secret", gettext_lazy("Secret of the application"), gettext_lazy("on the application's page, sent to WeCom"),
    Sort.SECRET,
)  # fmt: skip
NOT_LET_IN: Final = Means(gettext_lazy("WeCom does not let us in: check company id and secret."), pauses=True)
NOT_ALLOWED: Final = Means(
    gettext_lazy("The application may not do this: check its rights in WeCom's console."), pauses=True
)
TOO_OFTEN: Final = Means(gettext_lazy("WeCom asks us to slow down."), again_in=60)
CODES: Final = {
    40001: NOT_LET_IN,
    40013: NOT_LET_IN,
    40091: NOT_LET_IN,
    60020: Means(
        gettext_lazy("Our address is not among the application's trusted IPs: enter it there, or set a proxy."),
        pauses=True,
    ),
    48002: NOT_ALLOWED,
    60011: NOT_ALLOWED,
    301002: NOT_ALLOWED,
    50001: NOT_ALLOWED,
    50003: Means(gettext_lazy("The application is switched off in WeCom."), pauses=True),
    45009: TOO_OFTEN,
    45033: TOO_OFTEN,
    45002: Means(gettext_lazy("The text is too long for WeCom.")),
}


def line(account: ChannelAccount, codes: dict[int, Means]) -> Line:
    """The application at WeCom; `codes` beside the common ones."""

    def ask(_refused: str) -> dict[str, Any]:
        params = {"corpid": value(account, "corp_id"), "corpsecret": value(account, "app_secret")}
        return read(call(account, "GET", address(account, "/cgi-bin/gettoken"), params=params, safe_again=True))

    return Line(account, f"{value(account, 'corp_id')}:{value(account, 'app_secret')}", ask, {**CODES, **codes})
