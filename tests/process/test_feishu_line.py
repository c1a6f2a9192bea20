"""Ten thousand events by the long connection, a twentieth twice, out of order, its process killed twice."""

import itertools
import json
import statistics
import time
from collections import deque
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.feishu.gateway import Gateway, gateway
from tests.connectors.feishu.sender import APP_ID, APP_SECRET, event, serving
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import MESSAGES, STORED, all_once, connected, killed_twice
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

AT_ONCE = 10  # events on their way without an answer
WANTED = 3.0  # seconds Feishu waits for the answer


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


def test_each_is_stored_once_and_none_is_missing(product: Product, tmp_path: Path) -> None:
    with serving() as platform, gateway() as gate:
        platform.line = gate.url
        given = {"app_id": APP_ID, "app_secret": APP_SECRET, "way": "line", "api": platform.url}
        told = connected(product, "feishu", given, tmp_path)
        with killed_twice(product, STORED.format(id=told["id"]), "listen"):
            gate.wait("lines", within=120)
            seconds = poured(gate)
        p99 = statistics.quantiles(seconds, n=100)[98]
        print(f"\nfeishu line: {len(seconds)} answered, {len(gate.lines)} lines, p99 {p99 * 1000:.0f} ms")  # noqa: T201
        all_once(product, told["id"])
        assert len(gate.lines) >= 3
        assert p99 < WANTED
