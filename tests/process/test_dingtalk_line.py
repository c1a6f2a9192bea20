"""`huixiang listen` as processes of their own: one line at a time, whoever is killed; no message lost or doubled."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.dingtalk.gateway import CLIENT, SECRET, Gateway, running
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import MESSAGES, all_once, connected, killed
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

IN_FLIGHT = 40
AGAIN_AFTER = 5.0  # seconds without an acknowledgement, after which it is sent again
STORED = "SELECT count(*) FROM intake_message"
HOLDER = "SELECT split_part(holder, ':', 2)::int FROM channels_health WHERE holder <> ''"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running() as found:
        yield found


@pytest.fixture
def second(product: Product) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that would hold lines, on the same database."""
    process = subprocess.Popen([sys.executable, "-m", "huixiang.cli.main", "listen"], env=product.environment)
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(timeout=30)


def connect(product: Product, gateway: Gateway, folder: Path) -> dict[str, str]:
    given = {"client_id": CLIENT, "client_secret": SECRET, "api": gateway.address}
    return connected(product, "dingtalk", given, folder)


def message(number: int) -> dict[str, object]:
    return {
        "msgId": f"m-{number}", "msgtype": "text", "text": {"content": words(number)},
        "createAt": int(time.time() * 1000), "conversationType": "1", "conversationId": "c-1",
        "senderStaffId": f"s-{number % 500}", "senderNick": "车友",
    }  # fmt: skip


def send(gateway: Gateway, number: int) -> str:
    """The id it will be acknowledged under; "" when the line broke this moment."""
    try:
        return gateway.send(message(number))
    except (ConnectionClosed, IndexError):
        return ""


def pour(product: Product, gateway: Gateway, numbers: list[int]) -> list[float]:
    """Send all, again what was not acknowledged; the holders are killed twice on the way. Seconds of each answer."""
    waiting, flying, seconds = deque(numbers), dict[str, tuple[int, float]](), list[float]()
    kills = deque([len(numbers) // 4, len(numbers) * 3 // 5])
    while waiting or flying:
        if kills and len(seconds) >= kills[0]:
            kills.popleft()
            killed(product, "listen")  # whoever holds the line, and whoever else would
        for own_id, (number, sent_at) in list(flying.items()):
            late = time.monotonic() - sent_at
            if own_id in gateway.acknowledged:
                seconds.append(late)
            elif late < AGAIN_AFTER:
                continue
            else:
                waiting.append(number)
            del flying[own_id]
        while waiting and len(flying) < IN_FLIGHT and gateway.lines:
            number = waiting.popleft()
            own_id = send(gateway, number)
            if own_id:
                flying[own_id] = (number, time.monotonic())
            else:
                waiting.append(number)
        time.sleep(0.002)
    return seconds


def test_every_message_is_stored_once_whoever_is_killed(product: Product, gateway: Gateway, tmp_path: Path) -> None:
    told = connect(product, gateway, tmp_path)
    gateway.until(lambda: gateway.lines)
    seconds = pour(product, gateway, shuffled(MESSAGES))
    p99 = statistics.quantiles(seconds, n=100)[98]
    print(f"\ndingtalk by line: {len(seconds)} acknowledged, p99 {p99 * 1000:.0f} ms with {IN_FLIGHT} under way")  # noqa: T201
    all_once(product, told["id"])
    assert gateway.most == 1
    assert gateway.opened == 3


@pytest.mark.usefixtures("second")
def test_two_processes_hold_one_line_and_hand_it_over(product: Product, gateway: Gateway, tmp_path: Path) -> None:
    connect(product, gateway, tmp_path)
    gateway.until(lambda: gateway.lines)
    time.sleep(12)  # both have looked twice
    assert (gateway.opened, gateway.most) == (1, 1)
    gateway.push(message(1))
    os.kill(product.count(HOLDER), signal.SIGTERM)  # the other, or the one `up` starts again, takes it within a look
    end = time.monotonic() + 25
    while gateway.opened < 2 or not gateway.lines:
        assert time.monotonic() < end, "nobody took the line over"
        time.sleep(0.1)
    gateway.push(message(2))
    assert product.count(STORED) == 2
    assert gateway.most == 1
