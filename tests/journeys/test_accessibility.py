"""Every page, as everybody meets it: WCAG 2.2 AA by axe-core, light and dark, the phone, Chinese to the last word."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response
from playwright.sync_api import Error as PlaywrightError

from tests.journeys import axe, places
from tests.journeys.conftest import Demo, listen, signed_in
from tests.security.test_roles import ADDRESSES

pytestmark = pytest.mark.browser

OWNER = "chengyu@demo.huixiang.local"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Two Latin words in a row are taken for English left on a Chinese page, except in code, and except these: names, and
# what a server or a program said, which is shown as it came.
NAMES = re.compile(
    r"Standard Webhooks|type, timestamp, data|Authorization: Bearer|POST JSON|API Huixiang|mailbox unavailable"
    r"|Method Not Allowed|App Store|Google Play"
)
LATIN = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}")
SAID = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), said = [];
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (at.closest('script, style, code, pre, textarea, template, [lang=en]') || !at.checkVisibility()) continue;
    said.push(walk.currentNode.textContent.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'data-label', 'data-confirm', 'alt'])
    for (const at of document.querySelectorAll(`[${name}]`)) said.push(at.getAttribute(name));
  return said;
}"""


@pytest.fixture(scope="module")
def owner(demo: Demo, browser: Browser) -> Iterator[Page]:
    yield from signed_in(browser, demo.address, OWNER, demo.password)


@pytest.fixture(scope="module")
def all_pages(demo: Demo, owner: Page) -> list[str]:
    """The address of every page; what the demo has none of is made by hand first."""
    page, settings = owner, f"{demo.address}/w/demo/settings/webhooks/"
    opened(page, settings)
    page.fill("#source-name", "门店问卷")
    page.locator("form:has(#source-name) button").click()
    page.wait_for_url(re.compile("/webhooks/sources/"))  # leads there by itself: another page now would be taken over
    opened(page, settings)
    page.fill("#wh-name", "工单系统")
    page.fill("#wh-url", f"{demo.address}/healthz")
    page.locator("[name=events]").first.check()
    page.locator("form:has(#wh-url) button[type=submit]").click()
    with page.expect_navigation(url=re.compile("/webhooks/")):
        page.locator("[name=act][value=test]").click()
    opened(page, f"{demo.address}/w/demo/themes/")
    page.locator("tbody [data-row]").first.click()
    page.locator("[data-open='#export-dlg']").click()
    page.locator("#export-dlg button.btn-primary").click()
    page.wait_for_url(re.compile("/exports/"))
    opened(page, f"{demo.address}/w/demo/channels/import/")
    page.set_input_files("#im-file", {"name": "群.csv", "mimeType": "text/csv", "buffer": "时间,内容\n,早".encode()})
    page.locator("form:has(#im-file) button[type=submit]").click()
    page.wait_for_url(re.compile("/channels/import/.+/"))
    mapping = page.url.removeprefix(demo.address)
    _learn_a_version(demo, page)
    talk = _talks(demo, page)
    return [*places.addresses(demo.product), mapping, talk]


def _talks(demo: Demo, page: Page) -> str:
    """In the academy one talk that is lost and one that goes on; the latter's path."""
    opened(page, f"{demo.address}/w/demo/academy/scenarios/rumour/")
    page.locator("form[action$='/start/'] button").click()
    for place in range(2):
        form = page.locator(f"form:has([name=place][value='{place}'])")
        if place == 0:
            form.locator(".gpick label").first.click()
            form.locator("[name=step]").select_option("verify")
        form.locator("label:has([value=public])").click()
        form.locator("[name=text]").fill("这是谣言，我们的产品绝对安全，请不要再传。")
        form.locator("button[type=submit]").click()
    page.locator(".ac-result").wait_for()
    opened(page, f"{demo.address}/w/demo/academy/scenarios/outage/")
    page.locator("form[action$='/start/'] button").click()
    page.wait_for_url(re.compile("/academy/talks/"))
    return page.url.removeprefix(demo.address)


def _learn_a_version(demo: Demo, page: Page) -> None:
    """The demo's team corrected less than there is anything to learn from: thirty more are wrong about severity."""
    made = demo.product.command(
        "apikey", "create", "--workspace", "demo", "--scope", "read,feedback:write", "--acts-for", OWNER
    )
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    api = f"{demo.address}/api/v1"
    found = httpx.get(f"{api}/feedback", params={"limit": 30}, headers=headers).json()["feedback"]
    for one in found:
        answer = httpx.post(
            f"{api}/feedback/{one['id']}/correct", json={"severity": 1 + (one["severity"] == 1)}, headers=headers
        )
        assert answer.status_code == 200, answer.text
    opened(page, f"{demo.address}/w/demo/settings/learning/")
    page.locator("form[action$='/learning/train/'] button").click()
    query = "SELECT count(*) FROM triage_learnedversion WHERE state = 'candidate'"
    demo.product.until(query, 1)


def opened(page: Page, address: str) -> Response | None:
    """Go there; a page that was still being left when the next was asked for is asked again."""
    try:
        return page.goto(address)
    except PlaywrightError:
        page.wait_for_timeout(500)
        return page.goto(address)


def _left_in_english(page: Page) -> list[str]:
    said: list[str] = page.evaluate(SAID)
    return [words for words in said if LATIN.search(NAMES.sub("", words))]


def _findings(page: Page) -> list[str]:
    """What is wrong with the page that stands, in light and dark, at a desk and on the phone."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    found = [f"{page.locator('h1').count()} h1"] if page.locator("h1").count() != 1 else []
    found += [] if page.title().strip() else ["no title"]
    found += [f"English: {words}" for words in _left_in_english(page)]
    found += axe.violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {one}" for one in axe.violations(page, "color-contrast")]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = page.evaluate("document.scrollingElement.scrollWidth")
    found += [f"{width} wide on the phone"] if width > PHONE["width"] else []
    return found + [f"phone: {one}" for one in axe.violations(page, "target-size", "scrollable-region-focusable")]


def _walk(page: Page, demo: Demo, addresses: list[str]) -> dict[str, list[str]]:
    complaints = listen(page)
    page.add_init_script(path=axe.SCRIPT)  # comes with each page, faster than sent to each
    wrong = {}
    for address in addresses:
        complaints.clear()
        opened(page, demo.address + address)
        told = _findings(page) + ([] if "nothing-here" in address else complaints)
        if told:
            wrong[address] = told
    return wrong


def test_every_page_of_the_desk_is_walked() -> None:
    read = {name for name, (methods, _permission) in ADDRESSES.items() if "GET" in methods.split(",")}
    assert read == {line.split()[0] for line in places.DESK.strip().splitlines()} | set(places.PARTS.split())


def test_every_page_of_the_team(demo: Demo, owner: Page, all_pages: list[str]) -> None:
    assert _walk(owner, demo, all_pages) == {}


def test_every_page_of_a_visitor(demo: Demo, browser: Browser) -> None:
    context: BrowserContext = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    assert _walk(context.new_page(), demo, places.NOBODYS) == {}
    context.close()
