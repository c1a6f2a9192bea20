"""What is written in the composer: kept on the device until the server has taken it, and not a moment longer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo, signed_in

pytestmark = pytest.mark.browser

DRAFTS = "Object.entries(localStorage).filter(([key]) => key.startsWith('hx-draft:')).map(([, text]) => text)"
EMAIL = "zhixia@demo.huixiang.local"
FIELD = "#composer textarea[name=text]"


@pytest.fixture
def operator(demo: Demo, browser: Browser) -> Iterator[Page]:
    yield from signed_in(browser, demo.address, EMAIL, demo.password)


def write(page: Page, words: str) -> None:
    page.locator(FIELD).fill("")
    page.locator(FIELD).press_sequentially(words)
    assert words in page.evaluate(DRAFTS)


def test_a_draft_lives_as_long_as_it_is_one(demo: Demo, operator: Page) -> None:
    page = operator
    page.goto(f"{demo.address}/w/demo/inbox/?view=mine")
    case = page.locator("a[data-row]").nth(1).get_attribute("href") or ""
    page.goto(demo.address + case.partition("?")[0])

    write(page, "先写一半，被退出登录了。")
    page.context.clear_cookies(name="sessionid")  # signed out meanwhile, on another tab perhaps
    page.locator("#composer .btns > button[type=submit]").click()
    page.locator("input[name=login]").fill(EMAIL)
    page.locator("input[name=password]").fill(demo.password)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator(FIELD)).to_have_value("先写一半，被退出登录了。")

    write(page, "谢谢您，已经处理好了，您再看看。")
    page.locator("#composer button[popovertarget=send-more]").click()
    with page.expect_navigation():
        page.locator("#composer button[name=then][value=solved]").click()
    expect(page.locator(FIELD)).to_have_value("")
    assert page.evaluate(DRAFTS) == []
    page.goto(f"{demo.address}/w/demo/inbox/")
    page.go_back()
    expect(page.locator(FIELD)).to_have_value("")
