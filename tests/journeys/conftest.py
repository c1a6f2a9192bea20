"""A real browser in front of the running product."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

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


SHARED = "HUIXIANG_TESTS_SHARED"  # where the workers of one run put what they share


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="hx-shared-")
        Path(os.environ[SHARED]).chmod(0o755)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the workers shared goes when all of them are done."""
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(os.environ[SHARED], ignore_errors=True)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A directory that whoever of the workers comes first makes, and the others wait for."""
    place = Path(os.environ[SHARED])
    home = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            make(home)
    return home


def _kept(home: Path, running: Product) -> None:
    """Stop the product and keep what it has, owners and modes too."""
    assert running.stop() == 0
    embedded_postgres.stop(running.home)
    subprocess.run(["/bin/cp", "-a", str(running.home), str(home)], check=True)


def _one_workspace(home: Path) -> None:
    with running_product() as running:
        secret = running.home / "password"
        secret.write_text(PASSWORD)
        running.command(
            "workspace", "create", "brand", "--name", "北辰汽车", "--owner", OWNER, "--password-file", str(secret)
        )
        _kept(home, running)


def _demo_communities(home: Path) -> None:
    with running_product(demo=True) as running:
        _kept(home, running)


@pytest.fixture(scope="session")
def prepared() -> Path:
    """The directory of a stopped product that has one workspace `brand` and its owner."""
    assert (STATIC / "desk.css").exists(), "build the pages' styles first: make setup-dev"
    return made_once("brand", _one_workspace)


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
    """One for all journeys of a worker that need it; its communities take a while to be told, and are told once."""
    assert (STATIC / "desk.css").exists(), "build the pages' styles first: make setup-dev"
    with running_product(demo=True, copy_of=made_once("demo", _demo_communities)) as running:
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


def open_channel(page: Page, address: str, name: str = "Owners App") -> None:
    """Open a channel of the API's in the brand's desk, as its owner does."""
    page.goto(f"{address}/w/brand/channels/connect/?kind=api")
    page.fill("#ch-name", name)
    page.locator("form:has(#ch-name) button[type=submit]").click()
    page.wait_for_url(re.compile(r"/channels/[0-9a-f-]{36}/"))
    expect(page.locator("h1")).to_contain_text(name)


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
