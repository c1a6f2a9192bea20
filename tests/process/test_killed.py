"""The product's own processes, killed in the middle of an import: every message is there once, and read."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huixiang.kernel import embedded_postgres
from tests.product import DONE_WITHIN, Product, running_product

pytestmark = pytest.mark.process

ROWS = 1_500
PARTS = ("车机黑屏", "充电口弹不开", "早上启动不了", "玻璃降不下来", "空调不出风", "手机钥匙连不上", "导航一直重启")
TALK = ("大家早上好", "今天堵车", "周末去哪儿玩", "哈哈哈", "收到", "好的好的", "这天气真冷")
ANSWER_WITHIN = 90


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as running:
        yield running


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
    mapping = "text=内容,external_id=编号,author_name=用户"
    words = ["import", str(source), "--workspace", "brand", "--channel", "files", "--map", mapping]
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
    postmaster = int((product.home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
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


def test_stopping_leaves_nothing_running_and_a_second_start_answers(product: Product) -> None:
    assert product.stop() == 0
    assert not product.children("web")
    assert not product.children("worker")
    assert not embedded_postgres.is_running(product.home)
    second = Product(product.home)
    try:
        assert second.wait_ready().startswith("Ready: http://127.0.0.1:")
        assert second.answers()
    finally:
        assert second.stop() == 0
