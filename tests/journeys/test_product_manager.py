"""A product manager merges two themes, sees whom it concerns, takes it back, and takes the verbatims along."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.journeys.conftest import open_channel
from tests.product import Product

pytestmark = pytest.mark.browser

COLD = ["零下三十度停了一夜，早上按启动键没有反应，仪表显示低压系统异常", "低温停放一晚后无法启动，仪表报低压系统异常"]
RUDE = ["售后客服态度很差，打了三次电话都没人理", "客服态度恶劣，投诉电话没人接，一直推脱"]
FEEDBACK = "SELECT count(*) FROM feedback_feedback WHERE theme_id IS NOT NULL"


def _tell(product: Product, address: str, staff: Page, key: str) -> None:
    open_channel(staff, address)
    messages = [
        {"channel": "owners-app", "external_id": f"m-{n}", "author": {"id": f"u-{n}", "name": f"车友{n}"}, "text": text}
        for n, text in enumerate(COLD + RUDE)
    ]
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.post(f"{address}/api/v1/messages", json={"messages": messages}, headers=headers).status_code == 202
    product.until(FEEDBACK, len(messages))


def _people(staff: Page) -> int:
    return int(staff.locator(".hx-concerns dd b").nth(1).inner_text())


def test_two_themes_become_one_and_their_verbatims_a_file(
    product: Product, address: str, api_key: str, staff: Page, tmp_path: Path
) -> None:
    _tell(product, address, staff, api_key)
    staff.goto(f"{address}/w/brand/themes/?status=all")
    before = staff.locator("tbody input[name=theme]").count()
    merge = staff.locator("[data-ticked=theme]")
    expect(merge).to_be_disabled()
    for place in (0, 1):
        staff.locator("tbody input[name=theme]").nth(place).check()
    expect(merge).to_be_enabled()
    merge.click()

    expect(staff).to_have_url(re.compile("/themes/merge/"))
    people = _people(staff)
    assert people >= 2
    staff.get_by_role("button", name=re.compile("合并 2 个主题")).click()
    expect(staff).to_have_url(re.compile(r"/themes/[0-9a-f-]{36}/$"))
    expect(staff.locator(".eq .bx b").first).to_contain_text(str(people))
    merged = staff.url
    assert product.count("SELECT count(*) FROM themes_theme WHERE status = 'merged'") == 1

    staff.locator("#toasts form button").click()  # 撤销, in the toast
    expect(staff.locator("#toasts")).to_contain_text("分开")
    assert product.count("SELECT count(*) FROM themes_theme WHERE status = 'merged'") == 0

    staff.goto(f"{address}/w/brand/themes/?status=all")
    assert staff.locator("tbody input[name=theme]").count() == before
    staff.goto(merged)
    staff.locator("[data-open='#export-dlg']").click()
    staff.locator("#export-dlg button.btn-primary").click()
    expect(staff).to_have_url(re.compile("/exports/"))
    with staff.expect_download() as download:
        staff.locator("a[download]").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    book = CalamineWorkbook.from_path(file)
    assert book.sheet_names == ["说明", "原声"]
    said = {row[1] for row in book.get_sheet_by_name("原声").to_python()[1:]}
    assert said != set()
    assert said <= set(COLD + RUDE)


def test_a_card_goes_to_another_column_by_drag_and_by_keyboard(product: Product, address: str, staff: Page) -> None:
    staff.goto(f"{address}/w/brand/themes/?view=board")
    card = staff.locator("[data-status=found] .bcard").first
    card.drag_to(staff.locator("[data-status=declined]"))
    dialog = staff.locator("#step-dlg")
    dialog.locator("[name=reason]").fill("超出设计温度")
    dialog.locator("button.btn-primary").click()
    expect(staff.locator("[data-status=declined] .bcard")).to_have_count(1)

    arrow = staff.locator("[data-status=found] .bcard .icb").first
    arrow.focus()
    staff.keyboard.press("Enter")
    dialog.locator("button.btn-primary").press("Enter")
    expect(staff.locator("[data-status=confirmed] .bcard")).to_have_count(1)
    product.until("SELECT count(*) FROM themes_theme WHERE status = 'confirmed'", 1)
