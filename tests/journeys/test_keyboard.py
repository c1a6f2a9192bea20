"""An operator works through twenty signals with the keyboard only: no mouse once the inbox is open."""

import re

import httpx
import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from huixiang.kernel import embedded_postgres
from tests.journeys.conftest import open_channel
from tests.product import Product

pytestmark = pytest.mark.browser

SAID = (
    "零下三十度停了一夜，早上按启动键没有反应，仪表显示低压系统异常，车机版本 3.4.1",
    "高速上车机黑屏重启，导航和倒车影像全没了，这周第三次",
    "预约保养被改期三次，没有一个人主动告诉我，客服态度还很差",
    "充电口结冰弹不开，孩子在车里冻了半个小时，打了三次客服都在排队",
)
SIGNALS = 20
ANSWERED, NOTED, CLOSED = 6, 2, 4
CASES = "SELECT count(*) FROM cases_case"
SELECTED = '[data-row][aria-current="true"]'


@pytest.fixture
def inbox(product: Product, address: str, api_key: str, staff: Page) -> Page:
    """Twenty signals of twenty people in an open inbox."""
    open_channel(staff, address)
    messages = [
        {
            "channel": "owners-app",
            "external_id": f"k-{number}",
            "author": {"id": f"u-{number}", "name": f"车友{number}"},
            "text": SAID[number % len(SAID)],
        }
        for number in range(SIGNALS)
    ]
    sent = httpx.post(
        f"{address}/api/v1/messages",
        json={"messages": messages},
        headers={"Authorization": f"Bearer {api_key}"},
        timeout=60,
    )
    assert sent.status_code == 202
    product.until(CASES, SIGNALS)
    staff.goto(f"{address}/w/brand/inbox/")
    expect(staff.locator("[data-row]")).to_have_count(SIGNALS)
    return staff


def chosen(page: Page) -> str:
    """The case the list points at; the pane shows the same one."""
    found = page.locator(SELECTED).get_attribute("href") or ""
    return re.findall(r"/cases/([0-9a-f-]+)/", found)[0]


def step(page: Page) -> None:
    """j, and the pane has followed."""
    before = chosen(page)
    page.keyboard.press("j")
    expect(page.locator(SELECTED)).not_to_have_attribute("href", re.compile(before))
    expect(page.locator("#composer")).to_have_attribute("data-draft", f"case-{chosen(page)}")


def write(page: Page, key: str, words: str, look: str) -> None:
    """r or n, the words, Ctrl-Enter; then out of the field."""
    page.keyboard.press(key)
    expect(page.locator("#composer textarea")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator(look).last).to_contain_text(words)
    page.keyboard.press("Escape")


def dialog(page: Page, key: str, popover: str) -> None:
    page.keyboard.press(key)
    expect(page.locator(popover)).to_be_visible()


def tab_to(page: Page, place: Locator) -> None:
    for _key in range(8):
        if place.evaluate("place => place === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(place).to_be_focused()


def reason(page: Page, popover: str, words: str) -> None:
    """Tab to the reason, say it, send it."""
    tab_to(page, page.locator(f"{popover} textarea"))
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def one(product: Product, statement: str) -> int:
    with psycopg.connect(embedded_postgres.start(product.home)) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_twenty_signals_without_a_mouse(product: Product, inbox: Page) -> None:
    page = inbox
    for number in range(ANSWERED):
        write(page, "r", f"谢谢您，对不起。第 {number} 位，请问当时是几点？", ".msg.out")
        step(page)
    for number in range(NOTED):
        write(page, "n", f"先问质量部，第 {number} 条", ".msg.int")
        step(page)
    assert one(product, "SELECT count(*) FROM cases_turn WHERE direction = 'outbound'") == ANSWERED
    assert one(product, "SELECT count(*) FROM cases_turn WHERE direction = 'note'") == NOTED

    dialog(page, "a", "#assign")
    expect(page.locator("#assign select")).to_be_focused()
    page.keyboard.press("End")
    tab_to(page, page.locator("#assign button[type=submit]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")

    dialog(page, "g", "#adj")
    page.keyboard.press("ArrowRight")
    reason(page, "#adj", "写得清楚，影响面大")
    assert one(product, "SELECT count(*) FROM journal_entry WHERE name = 'cases.regraded'") == 1

    dialog(page, "e", "#end")
    reason(page, "#end", "已经修好并告诉了他")
    assert one(product, "SELECT count(*) FROM cases_case WHERE state = 'solved'") == 1

    page.goto(re.sub(r"\?.*", "", page.url) + "?view=unfinished&sort=oldest")
    page.keyboard.press("x")
    for _row in range(CLOSED - 1):
        step(page)
    page.keyboard.press("X")
    expect(page.locator("[data-picked]")).to_have_text(f"已选 {CLOSED} 个")
    dialog(page, "e", "#bulk-close")
    reason(page, "#bulk-close", "与上一批是同一件事")
    expect(page.locator("#bulk-run")).to_contain_text(f"{CLOSED} 个已处理")
    assert one(product, "SELECT count(*) FROM cases_case WHERE state = 'closed'") == CLOSED

    page.keyboard.press("A")
    dialog(page, "t", "#bulk-tag")
    page.keyboard.type("回访")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    left = SIGNALS - CLOSED - 1
    assert one(product, "SELECT count(*) FROM cases_casetag") == left
    with page.expect_navigation():
        page.keyboard.press("z")
    assert one(product, "SELECT count(*) FROM cases_casetag") == 0

    page.keyboard.press("A")
    with page.expect_navigation():
        page.keyboard.press("i")
    assert one(product, "SELECT count(*) FROM cases_readmark r JOIN cases_case c ON c.id = r.case_id"
               " AND r.at >= c.heard_at AND c.state IN ('open', 'waiting_us', 'waiting_member')") == left  # fmt: skip
    with page.expect_navigation():
        page.keyboard.press("z")


def test_pages_views_and_the_help_by_key(product: Product, staff: Page, address: str) -> None:
    page = staff
    page.goto(f"{address}/w/brand/inbox/")
    for key, place in (("t", "themes"), ("f", "feedback"), ("i", "inbox")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/w/brand/{place}/")
    page.keyboard.press("]")
    page.wait_for_url("**/inbox/?view=mine")
    page.keyboard.press("[")
    page.wait_for_url("**/inbox/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    named = page.locator("#keys dt[data-keys]:visible").evaluate_all("all => all.map(one => one.dataset.keys)")
    assert {"[ ]", "f", "s", "gi", "gt"} <= set(named)
    assert "z" not in named  # nothing to take back here
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator("#filter form")).to_be_visible()
