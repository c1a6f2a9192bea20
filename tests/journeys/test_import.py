"""An analyst brings in 20,000 rows with a wrong encoding and bad rows: progress, what was refused, nothing doubled."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import listen
from tests.product import Product

pytestmark = pytest.mark.browser

ROWS, EVERY = 20_000, 400
BAD = ROWS // EVERY
STORED = "SELECT count(*) FROM intake_message"
REASONS = ["内容是空的。", "时间“上礼拜天下午”无法识别，"]  # and how to write it


@pytest.fixture
def analyst(browser: Browser, address: str, staff: Page) -> Iterator[Page]:
    """Somebody the owner invites as an analyst, from the link on."""
    staff.goto(f"{address}/w/brand/settings/team/")
    staff.fill("#tm-mail", "xuheng@example.com")
    staff.select_option("#tm-role", "analyst")
    staff.get_by_role("button", name="邀请").click()
    link = staff.locator("#new-link code").inner_text()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    complaints = listen(page)
    page.goto(link)
    page.fill("input[name=name]", "许衡")
    page.fill("input[name=password]", "huixiang-analyst-7")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/w/brand/"))
    yield page
    context.close()
    assert complaints == []


def _file() -> bytes:
    """A chat archive as Chinese spreadsheets save it: GB18030; every four-hundredth row cannot be taken."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["编号", "时间", "用户编号", "昵称", "内容"])
    for n in range(ROWS):
        bad = n % EVERY == EVERY - 1
        when = "上礼拜天下午" if bad and n % (2 * EVERY) == EVERY - 1 else f"2024-03-{n % 28 + 1:02} 08:{n % 60:02}"
        said = "" if bad and when.startswith("2024") else f"早上好，今天跑了{n}公里"
        writer.writerow([f"row-{n}", when, f"u-{n % 500}", f"车友{n % 500}", said])
    return text.getvalue().encode("gb18030")


def _bring(page: Page, address: str, *, channel: str = "") -> None:
    page.goto(f"{address}/w/brand/channels/import/")
    if channel:
        page.fill("#im-name", channel)
    page.set_input_files("#im-file", {"name": "车友群.csv", "mimeType": "text/csv", "buffer": _file()})
    page.get_by_role("button", name="继续").click()
    expect(page.locator("h1")).to_contain_text("哪一列")
    expect(page.locator("main")).to_contain_text("GB18030", ignore_case=True)
    assert page.locator("#map-text").input_value() == "内容"
    page.get_by_role("button", name="开始导入").click()
    expect(page).to_have_url(re.compile(r"/imports/[0-9a-f-]{36}/"))


def _ended(page: Page) -> list[str]:
    """New, known already, refused: as they stand when all rows are read."""
    expect(page.locator("#progress")).to_contain_text("全部读完", timeout=120_000)
    return [figure.strip() for figure in page.locator("#progress .eq .bx b").all_inner_texts()]


def test_twenty_thousand_rows_come_in_once(product: Product, address: str, analyst: Page) -> None:
    page = analyst
    _bring(page, address, channel="车友群存档")
    run = page.url
    page.goto(f"{address}/w/brand/themes/")  # it goes on when the page is left
    page.goto(run)
    assert _ended(page) == [str(ROWS - BAD), "0", str(BAD)]
    assert product.count(STORED) == ROWS - BAD

    expect(page.locator("tbody")).to_contain_text(REASONS[0])
    with page.expect_download() as download:
        page.locator("a[href$='refused.csv']").click()
    report = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in report[1:]] == [str(n + 2) for n in range(ROWS) if n % EVERY == EVERY - 1]
    assert {row[1].split("请写成")[0] for row in report[1:]} == set(REASONS)

    _bring(page, address)  # into the channel chosen last, as the page proposes
    assert page.url != run
    assert _ended(page) == ["0", str(ROWS - BAD), str(BAD)]
    assert product.count(STORED) == ROWS - BAD
