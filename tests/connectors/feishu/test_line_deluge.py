"""Ten thousand events by the long connection, a twentieth twice, out of order, its process killed twice."""

import itertools
import json
import os
import signal
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.feishu.gateway import Gateway, gateway
from tests.connectors.feishu.sender import APP_ID, APP_SECRET, Platform, event, serving
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]

MESSAGES = int(os.environ.get("HUIXIANG_DELUGE", "10000"))
STORED = "SELECT count(*) FROM intake_message WHERE account_id = '{id}'"
AT_ONCE = 10  # events on their way without an answer
WANTED = 3.0  # seconds Feishu waits for the answer


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as running:
        running.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running


def poured(gate: Gateway) -> list[float]:
    """Tell every event until it is answered well, again by the next line when one breaks; the seconds of each."""
    waiting, names = deque(shuffled(MESSAGES)), itertools.count()
    way: dict[str, tuple[int, float]] = {}
    seconds: list[float] = []
    seen, line, end = 0, None, time.monotonic() + 1200
    while waiting or way:
        assert time.monotonic() < end, f"{len(waiting)} events were never taken"
        if gate.lines[-1] is not line:  # what the one before did not answer comes again
            line = gate.lines[-1]
            waiting.extendleft(number for number, _at in way.values())
            way.clear()
        for answer in gate.answers[seen:]:
            seen += 1
            number, at = way.pop(answer.headers["message_id"], (-1, 0.0))
            if number >= 0 and json.loads(answer.payload)["code"] == 200:
                seconds.append(time.monotonic() - at)
            elif number >= 0:
                waiting.append(number)
        if not waiting or len(way) >= AT_ONCE:
            time.sleep(0.002)
            continue
        number, name = waiting.popleft(), f"m-{next(names)}"
        way[name] = number, time.monotonic()
        try:
            gate.tell(event(words(number), message_id=f"om_{number}", mentions=[]), name=name, parts=1 + number % 2)
        except ConnectionClosed:
            time.sleep(0.05)
    return seconds


def kill_twice(product: Product, stored: str) -> None:
    for share in (0.25, 0.6):
        product.until(stored, int(MESSAGES * share))
        victims = product.children("listen")
        assert victims
        for victim in victims:
            os.kill(victim, signal.SIGKILL)


def test_each_is_stored_once_and_none_is_missing(product: Product, tmp_path: Path) -> None:
    with serving() as platform, gateway() as gate:
        told = connected(product, platform, gate, tmp_path)
        stored = STORED.format(id=told["id"])
        killer = threading.Thread(target=kill_twice, args=(product, stored))
        killer.start()
        gate.wait("lines", within=120)
        seconds = poured(gate)
        killer.join()
        p99 = statistics.quantiles(seconds, n=100)[98]
        print(f"\nfeishu line: {len(seconds)} answered, {len(gate.lines)} lines, p99 {p99 * 1000:.0f} ms")  # noqa: T201
        assert product.count(stored) == MESSAGES
        assert len(gate.lines) >= 3
        assert p99 < WANTED


def connected(product: Product, platform: Platform, gate: Gateway, folder: Path) -> dict[str, str]:
    platform.line = gate.url
    source = folder / "settings.json"
    source.write_text(json.dumps({"app_id": APP_ID, "app_secret": APP_SECRET, "way": "line", "api": platform.url}))
    given = ["--workspace", "brand", "--kind", "feishu", "--name", "feishu", "--settings", str(source)]
    told: dict[str, str] = json.loads(product.command("channel", "connect", *given).stdout)
    return told
