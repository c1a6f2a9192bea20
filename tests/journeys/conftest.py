"""A real browser in front of the running product."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from huixiang.kernel import embedded_postgres
from tests.product import Product, running_product

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
OWNER = "chengyu@example.com"
PASSWORD = "huixiang-journey-1"
STATIC = Path(__file__).resolve().parents[2] / "src" / "huixiang" / "ui" / "static" / "ui" / "build"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed; `make test` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """The directory of a stopped product that has one workspace `brand` and its owner."""
    assert (STATIC / "desk.css").exists(), "build the pages' styles first: make setup-dev"
    with running_product() as running:
        secret = running.home / "password"
        secret.write_text(PASSWORD)
        running.command(
            "workspace", "create", "brand", "--name", "北辰汽车", "--owner", OWNER, "--password-file", str(secret)
        )
        assert running.stop() == 0
        embedded_postgres.stop(running.home)
        yield running.home


@pytest.fixture(scope="module")
def product(prepared: Path) -> Iterator[Product]:
    """The product, empty but for one workspace `brand` and its owner."""
    with running_product(copy_of=prepared) as running:
        yield running


@dataclass(frozen=True)
class Demo:
    """The product as a newcomer starts it, with the demo communities, and what it printed."""

    product: Product
    said: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.product.port}"

    @property
    def password(self) -> str:
        found = re.search(r"password: (\S+)", self.said)
        assert found is not None
        return found[1]


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One for all journeys that need it: its communities take a while to be told."""
    assert (STATIC / "desk.css").exists(), "build the pages' styles first: make setup-dev"
    with running_product(demo=True) as running:
        yield Demo(running, running.says_next())


@pytest.fixture
def address(product: Product) -> str:
    return f"http://127.0.0.1:{product.port}"


@pytest.fixture
def staff(browser: Browser, address: str) -> Iterator[Page]:
    """The owner, logged in at a desk-sized screen; any complaint of the browser fails the test."""
    yield from signed_in(browser, address, OWNER, PASSWORD)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Somebody nobody knows, on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    page = context.new_page()
    complaints = listen(page)
    yield page
    context.close()
    assert complaints == []


def signed_in(browser: Browser, address: str, email: str, password: str) -> Iterator[Page]:
    """Somebody of a team at a desk-sized screen; any complaint of the browser fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    complaints = listen(page)
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/w/"))
    yield page
    context.close()
    assert complaints == []


def listen(page: Page) -> list[str]:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.fixture(scope="module")
def api_key(product: Product) -> str:
    done: subprocess.CompletedProcess[str] = product.command(
        "apikey", "create", "--workspace", "brand", "--scope", "ingest,read,deliver"
    )
    return done.stdout.strip()
