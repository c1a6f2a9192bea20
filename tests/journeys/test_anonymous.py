"""A member reports on the phone, anonymously, with a picture; follows it by code; reads the answer; confirms."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.intake.attachments import files
from tests.product import Product

pytestmark = pytest.mark.browser

WORDS = "儿童锁左右不能分开控制，孩子坐左边就得把右边也锁上，老人下车很不方便"
CODE = re.compile(r"[2-9A-HJ-NP-TV-Z]{4}")


def drawn(page: Page, selector: str) -> int:
    """How wide the picture really is, once the browser has it."""
    page.wait_for_function("s => { const i = document.querySelector(s); return i && i.naturalWidth > 0 }", arg=selector)
    return int(page.eval_on_selector(selector, "picture => picture.naturalWidth"))


def test_an_anonymous_word_is_answered_behind_its_code(
    product: Product, address: str, staff: Page, phone: Page
) -> None:
    phone.goto(f"{address}/c/brand/say/")
    phone.locator("textarea[name=text]").first.fill(WORDS)
    sent: FilePayload = {"name": "后排.jpg", "mimeType": "image/jpeg", "buffer": files.photograph_with_place()}
    phone.locator("input[type=file]").set_input_files([sent])
    expect(phone.locator(".up.ok")).to_contain_text("后排.jpg")
    assert drawn(phone, ".up.ok img") == 360  # upright, though the camera lay on its side
    phone.locator("button.btn-lg[type=submit]").click()
    expect(phone.locator("body")).to_contain_text("收到了")
    groups = CODE.findall(phone.locator(".hx-code strong").inner_text())
    assert len(groups) == 2
    product.until("SELECT count(*) FROM feedback_feedback WHERE case_id IS NOT NULL AND NOT public", 1)

    staff.goto(f"{address}/w/brand/")
    staff.locator("[data-row]", has_text="儿童锁").first.click()
    expect(staff.locator(".conv")).to_contain_text("儿童锁")
    assert drawn(staff, ".conv .files img") == 360
    staff.locator("#composer textarea[name=text]").fill("让老人下车不方便，对不起。请问是哪一款车？周五前给您答复。")
    staff.get_by_role("button", name="发送", exact=True).click()
    expect(staff.locator(".msg.out").last).to_contain_text("周五前给您答复")

    phone.context.clear_cookies()  # another day, another phone: only the code is left
    phone.goto(f"{address}/c/brand/follow/")
    phone.locator("input[name=code]").fill(f"{groups[0]} {groups[1]}".lower())
    phone.press("input[name=code]", "Enter")
    expect(phone.locator("body")).to_contain_text("周五前给您答复")
    assert groups[0] not in phone.url
    assert drawn(phone, ".files img") == 360
    phone.locator("textarea[name=text]").last.fill("C3，去年的车")
    phone.get_by_role("button", name="回复").last.click()
    product.until("SELECT count(*) FROM intake_message WHERE state = 'turn'", 1)
    staff.reload()
    expect(staff.locator("body")).to_contain_text("C3，去年的车")

    staff.locator("button[popovertarget=end]").first.click()
    staff.locator("#end button[type=submit]").click()
    product.until("SELECT count(*) FROM cases_case WHERE state = 'solved'", 1)
    phone.goto(f"{address}/c/brand/follow/")
    phone.locator("button[name=solved][value=yes]").click()
    product.until("SELECT count(*) FROM cases_case WHERE state = 'confirmed'", 1)
