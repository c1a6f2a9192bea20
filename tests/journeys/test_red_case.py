"""A red case: the alert, its war room, an answer with the coach, root cause and fix, announcement, credit, content."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import open_channel
from tests.product import Product

pytestmark = pytest.mark.browser

WORDS = "刚升级完，下坡的时候刹车失灵，踩下去没有反应，差点追尾，车上还有孩子，版本 3.5.0，我有行车记录仪视频"
HARSH = "这是您操作不当造成的。这么点小事，别激动。"
GOOD = "谢谢您马上告诉我们，刹车失灵太吓人了，让您和孩子受惊，真对不起。请问当时时速多少？工程师今天六点前给您打电话。"
STATEMENT = "已收到刹车异常的反馈，请先停用 3.5.0 版本。今天六点前公布进展。"


def sent(address: str, key: str) -> None:
    author = {"id": "u-7", "name": "山路小林"}
    message = {"channel": "owners-app", "external_id": "r-1", "author": author, "text": WORDS}
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{address}/api/v1/messages", json={"messages": [message]}, headers=headers)
    assert answer.status_code == 202


def fetched(address: str, key: str, purpose: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.get(f"{address}/api/v1/deliveries?channel=owners-app", headers=headers)
    return next(row for row in answer.json()["deliveries"] if row["purpose"] == purpose)


def is_alerted(product: Product, page: Page, address: str) -> None:
    """The alert stands with why, leads to the case, and somebody sees to it."""
    product.until("SELECT count(*) FROM alerts_alert WHERE closed_at IS NULL", 1)
    page.goto(f"{address}/w/brand/alerts/")
    first = page.locator(".al").first
    expect(first).to_contain_text("刹车")
    first.locator("input[type=checkbox]").check()
    page.locator("button[name=act][value=acknowledge]").click()
    product.until("SELECT count(*) FROM alerts_alert WHERE acknowledged_at IS NOT NULL", 1)


def has_its_room(product: Product, page: Page, address: str) -> None:
    """It opened by itself; the case is taken, a statement written and approved."""
    product.until("SELECT count(*) FROM war_rooms_room WHERE state = 'open'", 1)
    page.goto(f"{address}/w/brand/war-rooms/")
    page.locator(".wr-reds form button").first.click()
    product.until("SELECT count(*) FROM war_rooms_red WHERE acknowledged_at IS NOT NULL", 1)
    page.locator(".wr-card").first.click()
    page.wait_for_url(re.compile(r"/war-rooms/[0-9a-f-]{36}/"))
    page.locator("#statement textarea[name=text]").fill(STATEMENT)
    page.locator("#statement button[name=act][value=ask]").click()
    page.locator("#statement button[name=approved][value='1']").click()
    product.until("SELECT count(*) FROM war_rooms_statement WHERE state = 'approved'", 1)
    expect(page.locator("#wr-say")).to_contain_text(STATEMENT)


def is_answered_with_the_coach(page: Page, address: str) -> None:
    """What would hurt is named while it is typed; the better words are sent."""
    page.goto(f"{address}/w/brand/")
    expect(page.locator("[data-row]").first).to_contain_text("山路小林")
    draft = page.locator("#composer textarea[name=text]")
    draft.fill(HARSH)
    expect(page.locator("#composer")).to_contain_text("像在责怪")
    expect(page.locator("#composer")).to_contain_text("像在轻视")
    draft.fill(GOOD)
    expect(page.locator("#composer")).not_to_contain_text("像在")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator(".msg.out").last).to_contain_text("让您和孩子受惊")


def is_fixed_and_announced(page: Page, address: str) -> None:
    """Root cause and fix, then the announcement."""
    page.goto(f"{address}/w/brand/themes/")
    page.locator("tbody a").first.click()
    page.locator("[data-open='#resolve-dlg']").first.click()
    dialog = page.locator("#resolve-dlg")
    dialog.locator("[name=root_cause]").fill("制动助力的压力阈值在升级时写错了单位。")
    dialog.locator("[name=fix]").fill("恢复阈值，并在升级前比对一次。")
    dialog.locator("[name=fixed_in]").fill("3.5.1")
    dialog.locator("button[type=submit], button:not([type])").last.click()
    expect(page).to_have_url(re.compile("/announcements/"))
    page.get_by_role("button", name=re.compile("发布给")).click()
    confirm = page.locator("dialog[open]")
    if confirm.count():
        confirm.get_by_role("button").last.click()


def is_closed_with_a_review(page: Page, address: str) -> None:
    page.goto(f"{address}/w/brand/war-rooms/")
    page.locator(".wr-card").first.click()
    page.wait_for_url(re.compile(r"/war-rooms/[0-9a-f-]{36}/"))
    page.goto(page.url.split("#")[0] + "close/")
    page.fill("#cl-what", "升级后制动助力减弱，一位车主下坡时险些追尾。")
    page.fill("#cl-why", "阈值的单位写错，发布前没有比对。")
    page.locator("[name=met][value=yes]").check()
    page.fill("[name=text-0]", "升级包发布前比对制动参数")
    page.locator("[name=owner-0]").select_option(index=1)
    page.fill("[name=due-0]", "2030-01-31")
    page.locator("form[data-keep] button[type=submit]").click()
    page.goto(f"{address}/w/brand/war-rooms/")
    expect(page.locator("#closed")).to_contain_text("升级后制动助力减弱")
    expect(page.locator("#changes")).to_contain_text("升级包发布前比对制动参数")


def test_a_red_case_from_the_alert_to_a_content_member(
    product: Product, address: str, api_key: str, staff: Page, phone: Page
) -> None:
    open_channel(staff, address)
    sent(address, api_key)
    is_alerted(product, staff, address)
    has_its_room(product, staff, address)
    is_answered_with_the_coach(staff, address)
    product.until("SELECT count(*) FROM channels_delivery WHERE purpose = 'reply' AND state = 'ready'", 1)
    is_fixed_and_announced(staff, address)
    product.until("SELECT count(*) FROM channels_delivery WHERE purpose = 'notice' AND state = 'ready'", 1)

    phone.goto(fetched(address, api_key, "notice")["link"])
    expect(phone.locator("body")).to_contain_text("恢复阈值")
    phone.locator("form[action*=consent] [name=consent][value=name]").click()
    expect(phone.locator("body")).to_contain_text("山路小林")
    phone.locator("[name=answer][value=yes]").click()
    product.until("SELECT count(*) FROM cases_case WHERE state = 'confirmed'", 1)
    is_closed_with_a_review(staff, address)
