"""The product's own processes, killed in the middle of an import: every message is there once, and read."""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from huixiang.kernel import embedded_postgres

pytestmark = pytest.mark.process

ROWS = 1_500
PARTS = ("车机黑屏", "充电口弹不开", "早上启动不了", "玻璃降不下来", "空调不出风", "手机钥匙连不上", "导航一直重启")
TALK = ("大家早上好", "今天堵车", "周末去哪儿玩", "哈哈哈", "收到", "好的好的", "这天气真冷")
ANSWER_WITHIN = 90
DONE_WITHIN = 240


def _port() -> int:
    return random.randint(20_000, 40_000)  # noqa: S311 - a free port, not a secret


class Product:
    """A running `huixiang up` of the tests' own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, _port()
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL"}}
        self.environment = {
            **kept,
            "HUIXIANG_DATA_DIR": str(home),
            "HUIXIANG_PORT": str(self.port),
            "HUIXIANG_DEMO": "0",
            "HUIXIANG_SECRET_KEY": "tests only, worth nothing",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huixiang.cli.main", "up"],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Ready:"):
                return line
        raise AssertionError("it ended before it was ready")

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "huixiang.cli.main", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DONE_WITHIN,
            check=check,
        )

    def children(self, name: str) -> list[int]:
        """The ids of the processes of one kind, found by their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
            except (OSError, ValueError):
                continue
            if f"huixiang.cli.main {name}" in line and str(self.home).encode() in environment:
                found.append(int(entry.name))
        return found

    def database(self) -> psycopg.Connection[tuple[int, ...]]:
        return psycopg.connect(embedded_postgres.start(self.home), autocommit=True)

    def count(self, query: str) -> int:
        try:
            with self.database() as connection:
                row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        except psycopg.OperationalError:
            return -1  # killed a moment ago; asked again
        return row[0] if row else 0

    def until(self, query: str, least: int) -> None:
        end = time.monotonic() + DONE_WITHIN
        while time.monotonic() < end:
            if self.count(query) >= least:
                return
            time.sleep(0.3)
        raise AssertionError(f"{query} stayed at {self.count(query)}, {least} expected")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return True
        except OSError:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    tmp_path.chmod(0o755)
    running = Product(tmp_path)
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        embedded_postgres.stop(tmp_path)


def _file(path: Path) -> Path:
    rows = ["编号,内容,用户"]
    for number in range(ROWS):
        words = PARTS[number % len(PARTS)] if number % 10 == 0 else TALK[number % len(TALK)]
        rows.append(f"r-{number},{words} {number},车友{number % 50}")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


MESSAGES = "SELECT count(*) FROM intake_message"
DISTINCT = "SELECT count(DISTINCT external_id) FROM intake_message"
PENDING = "SELECT count(*) FROM intake_message WHERE state = 'pending'"
READ = "SELECT count(*) FROM intake_message WHERE state <> 'pending'"
DOUBLE_TURNS = "SELECT count(*) - count(DISTINCT message_id) FROM cases_turn WHERE direction = 'inbound'"
LOST = """
    SELECT count(*) FROM intake_message m WHERE m.state = 'feedback'
    AND NOT EXISTS (SELECT 1 FROM feedback_feedback f WHERE f.id = m.feedback_id)
"""


def test_killed_worker_web_and_database_lose_and_double_nothing(product: Product, tmp_path: Path) -> None:
    product.command("workspace", "create", "brand", "--name", "北辰汽车")
    source = _file(tmp_path / "rows.csv")
    words = ["import", str(source), "--workspace", "brand", "--channel", "files", "--map", "text=内容,external_id=编号,author_name=用户"]
    first = subprocess.Popen(
        [sys.executable, "-m", "huixiang.cli.main", *words],
        env=product.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    product.until(MESSAGES, 1)
    for name in ("worker", "web"):
        victims = product.children(name)
        assert victims, f"no {name} process was found"
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
    product.until(READ, 100)
    postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    first.wait(timeout=DONE_WITHIN)
    again = _import_again(product, words)
    assert again.returncode == 0, again.stderr
    product.until(READ, ROWS)
    assert product.count(MESSAGES) == product.count(DISTINCT) == ROWS
    assert product.count(PENDING) == 0
    assert product.count(DOUBLE_TURNS) == 0
    assert product.count(LOST) == 0
    assert product.answers()


def _import_again(product: Product, words: list[str]) -> subprocess.CompletedProcess[str]:
    """The same import once more, as a person would after a crash; the database may still be recovering."""
    end = time.monotonic() + ANSWER_WITHIN
    while True:
        done = product.command(*words, check=False)
        if done.returncode == 0 or time.monotonic() > end:
            return done
        time.sleep(1)


def test_stopping_leaves_nothing_running_and_a_second_start_answers(product: Product, tmp_path: Path) -> None:
    assert product.stop() == 0
    assert not product.children("web")
    assert not product.children("worker")
    assert not embedded_postgres.is_running(tmp_path)
    second = Product(tmp_path)
    try:
        assert second.wait_ready().startswith("Ready: http://127.0.0.1:")
        assert second.answers()
    finally:
        assert second.stop() == 0
