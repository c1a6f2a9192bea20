"""Journey 7: an administrator connects WeCom, is told of a wrong key in words, corrects it, sees the first message."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from huixiang.connectors.wechat_crypto import encrypted, signature
from tests.connectors.loopback import Asked, Platform, platform
from tests.connectors.wechat.calls import xml
from tests.product import Product, running_product

pytestmark = pytest.mark.browser

CORP, RIGHT = "ww1436e0e65a779aee", "the-right-secret"


@pytest.fixture(scope="module")
def product(prepared: Path) -> Iterator[Product]:
    """The product, which may call a platform on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIXIANG_WEBHOOK_PRIVATE_HOSTS", "127.0.0.1")
        with running_product(copy_of=prepared) as running:
            yield running


@pytest.fixture
def wecom() -> Iterator[Platform]:
    def token(asked: Asked) -> tuple[int, dict[str, object]]:
        if asked.query["corpsecret"] == [RIGHT]:
            return 200, {"errcode": 0, "access_token": "t-1", "expires_in": 7200}
        return 200, {"errcode": 40001, "errmsg": "invalid credential"}

    with platform() as found:
        found.answers["/cgi-bin/gettoken"] = token
        found.answers["/cgi-bin/agent/get"] = (200, {"errcode": 0, "name": "车主服务"})
        yield found


def member_writes(address: str, url: str, token: str, key: str) -> None:
    """WeCom hands over what a member wrote, as it signs and encrypts it."""
    fields = {"ToUserName": CORP, "FromUserName": "laomai", "CreateTime": int(time.time()), "MsgType": "text"}
    sealed = encrypted(key, xml(**fields, Content="车机又黑屏了，倒车影像没有", MsgId=1, AgentID=218), CORP)
    at = str(int(time.time()))
    query = {"msg_signature": signature(token, at, "n-1", sealed), "timestamp": at, "nonce": "n-1"}
    body = xml(ToUserName=CORP, Encrypt=sealed).encode()
    there = f"{address}{urlsplit(url).path}?{urlencode(query)}"
    assert httpx.post(there, content=body, headers={"Content-Type": "text/xml"}).status_code == 200


def test_a_wrong_key_is_told_stays_and_is_put_right(address: str, staff: Page, wecom: Platform) -> None:
    page = staff
    page.goto(f"{address}/w/brand/channels/connect/?kind=wecom_app")
    for name, value in {"name": "车主服务", "corp_id": CORP, "agent_id": "218", "app_secret": "wrong"}.items():
        page.fill(f"#ch-{name}", value)
    page.locator("details.ch-more summary").click()
    page.fill("#ch-api", wecom.address)
    page.locator("form:has(#ch-name) button[type=submit]").click()
    page.wait_for_url(re.compile(r"/channels/[0-9a-f-]{36}/"))
    account = page.url
    for _time in range(2):  # the toast goes with the next page, the trouble stays
        expect(page.locator("main .notice.bad b")).to_contain_text("企业微信不让登录")
        page.reload()

    page.locator("a[href$='/settings/'].btn-line").click()
    page.fill("#ch-app_secret", RIGHT)
    page.locator("form:has(#ch-name) button[type=submit]").click()
    page.wait_for_url(account)
    expect(page.locator("main .notice.bad b")).to_have_count(0)

    url, token, key = page.evaluate("[...document.querySelectorAll('[data-copy]')].map((one) => one.dataset.copy)")
    member_writes(address, url, token, key)
    expect(page.locator("#first blockquote")).to_contain_text("车机又黑屏了", timeout=15_000)


def test_only_what_the_chosen_way_needs_is_asked_for(address: str, staff: Page) -> None:
    page = staff
    page.goto(f"{address}/w/brand/channels/connect/?kind=wecom_bot")
    expect(page.locator("#ch-bot_id")).to_be_visible()
    expect(page.locator("#ch-aes_key")).to_be_hidden()
    page.select_option("#ch-mode", "calls")
    expect(page.locator("#ch-bot_id")).to_be_hidden()
    expect(page.locator("#ch-aes_key")).to_be_visible()
