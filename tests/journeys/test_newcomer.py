"""A newcomer runs one command, sees the demo at work and, doing what was printed, publishes an announcement."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo, listen

pytestmark = pytest.mark.browser

ANSWER = "谢谢你把时间和地点都记下来，对不起让老人挨冻了。请问停车前插着枪吗？明天中午前给你答复。"
PUBLISHED = "SELECT count(*) FROM announcements_announcement WHERE published_at IS NOT NULL"


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Page]:
    """Somebody with a browser and nothing else; any complaint of it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    complaints = listen(page)
    yield page
    context.close()
    assert complaints == []


def _go_where_told(page: Page, said: str) -> None:
    login = re.search(r"Demo login: (\S+)  password: (\S+)", said)
    inbox = re.search(r"Next: open (\S+)", said)
    assert login is not None
    assert inbox is not None
    page.goto(inbox[1])
    page.fill("input[name=login]", login[1])
    page.fill("input[name=password]", login[2])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(inbox[1])


def _answer_the_red_case(page: Page) -> None:
    page.locator(".it.it-red").first.click()
    expect(page.locator(".conv")).to_contain_text("仪表闪了一下低压系统异常")
    page.locator("#composer textarea[name=text]").fill(ANSWER)
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator(".msg.out").last).to_contain_text("明天中午前给你答复")


def _resolve_its_theme(page: Page) -> None:
    page.get_by_role("link", name="打开个案").click()
    page.locator("a[href*='/themes/']", has_text="低温无法启动").first.click()
    expect(page.locator("h1")).to_have_text("低温无法启动")
    page.locator("[data-open='#resolve-dlg']").first.click()
    dialog = page.locator("#resolve-dlg")
    dialog.locator("[name=root_cause]").fill("夜间自检唤醒得太频繁，耗尽了低温下的蓄电池。")
    dialog.locator("[name=fix]").fill("自检改为插枪时进行，并保留一次启动所需的电量。")
    dialog.locator("[name=fixed_in]").fill("3.4.2")
    dialog.locator("button[type=submit], button:not([type])").last.click()
    expect(page).to_have_url(re.compile("/announcements/"))


def test_from_the_command_to_an_announcement(demo: Demo, newcomer: Page, phone: Page) -> None:
    page, before = newcomer, demo.product.count(PUBLISHED)
    _go_where_told(page, demo.said)
    assert page.locator("[data-row]").count() >= 10  # a community at work
    _answer_the_red_case(page)
    _resolve_its_theme(page)
    page.get_by_role("button", name=re.compile("发布给")).click()
    confirm = page.locator("dialog[open]")
    if confirm.count():
        confirm.get_by_role("button").last.click()
    demo.product.until(PUBLISHED, before + 1)

    community = re.search(r"The community's side: (\S+)", demo.said)
    assert community is not None
    phone.goto(f"{community[1]}announcements/")
    phone.locator("h2 a, h3 a").first.click()
    expect(phone.locator("body")).to_contain_text("自检改为插枪时进行")
