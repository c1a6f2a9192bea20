"""One message all the way: from a program, to a published announcement that thanks its author, seen in a browser."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import open_channel
from tests.product import Product

pytestmark = pytest.mark.browser

FEEDBACK = "SELECT count(*) FROM feedback_feedback WHERE case_id IS NOT NULL"
CONFIRMED = "SELECT count(*) FROM cases_case WHERE state = 'confirmed'"
WORDS = "零下三十度停了一夜，早上按启动键没有反应，仪表显示低压系统异常，车机版本 3.4.1"


def _send(address: str, key: str) -> None:
    message = {
        "channel": "owners-app",
        "external_id": "a-17",
        "author": {"id": "u-9", "name": "漠河守夜人"},
        "text": WORDS,
    }
    answer = httpx.post(
        f"{address}/api/v1/messages", json={"messages": [message]}, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 202
    assert [row["status"] for row in answer.json()["results"]] == ["stored"]


def _fetched(address: str, key: str, purpose: str) -> dict[str, str]:
    answer = httpx.get(f"{address}/api/v1/deliveries?channel=owners-app", headers={"Authorization": f"Bearer {key}"})
    return next(row for row in answer.json()["deliveries"] if row["purpose"] == purpose)


def test_from_the_api_to_a_thanked_reporter(
    product: Product, address: str, api_key: str, staff: Page, phone: Page
) -> None:
    open_channel(staff, address)
    _send(address, api_key)
    product.until(FEEDBACK, 1)

    staff.goto(f"{address}/w/brand/")
    expect(staff.locator("[data-row]").first).to_contain_text("漠河守夜人")
    staff.locator("textarea[name=text]").fill(
        "谢谢您记下这些，对不起让您受冻了。请问停车前插着枪吗？明天中午前给您答复。"
    )
    staff.get_by_role("button", name="发送", exact=True).click()
    expect(staff.locator(".msg.out").last).to_contain_text("对不起让您受冻了")
    product.until("SELECT count(*) FROM channels_delivery WHERE state = 'ready'", 1)
    assert _fetched(address, api_key, "reply")["text"].startswith("谢谢您记下这些")

    staff.goto(f"{address}/w/brand/themes/")
    staff.locator("tbody a").first.click()
    staff.locator("[data-open='#resolve-dlg']").first.click()
    dialog = staff.locator("#resolve-dlg")
    dialog.locator("[name=root_cause]").fill("夜间自检唤醒得太频繁，耗尽了低温下的蓄电池。")
    dialog.locator("[name=fix]").fill("自检改为插枪时进行，并保留一次启动所需的电量。")
    dialog.locator("[name=fixed_in]").fill("3.4.2")
    dialog.locator("button[type=submit], button:not([type])").last.click()
    expect(staff).to_have_url(re.compile("/announcements/"))
    staff.get_by_role("button", name=re.compile("发布给")).click()
    confirm = staff.locator("dialog[open]")
    if confirm.count():
        confirm.get_by_role("button").last.click()
    product.until("SELECT count(*) FROM announcements_announcement WHERE told_at IS NOT NULL", 1)
    product.until("SELECT count(*) FROM channels_delivery WHERE purpose = 'notice' AND state = 'ready'", 1)

    phone.goto(_fetched(address, api_key, "notice")["link"])
    expect(phone.locator("body")).to_contain_text("自检改为插枪时进行")
    assert "?k=" not in phone.url
    expect(phone.locator("body")).to_contain_text("一位成员")
    phone.locator("form[action*=consent] [name=consent][value=name]").click()
    expect(phone.locator("body")).to_contain_text("漠河守夜人")
    phone.locator("[name=answer][value=yes]").click()
    product.until(CONFIRMED, 1)

    phone.goto(f"{address}/c/brand/")
    expect(phone.locator("body")).to_contain_text("已公示")
