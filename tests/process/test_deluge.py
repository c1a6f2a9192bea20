"""Ten thousand messages of every platform that calls us, a twentieth twice, out of order, everything killed twice."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.calls import WAYS, Way
from tests.process.deluge import Outcome, pour, shuffled
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]

MESSAGES = int(os.environ.get("HUIXIANG_DELUGE", "10000"))
STORED = "SELECT count(*) FROM intake_message WHERE account_id = '{id}'"
DISTINCT = "SELECT count(DISTINCT external_id) FROM intake_message WHERE account_id = '{id}'"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as running:
        running.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running


def connected(product: Product, way: Way, folder: Path) -> dict[str, str]:
    source = folder / "settings.json"
    source.write_text(json.dumps(way.settings))
    words = ["--workspace", "brand", "--kind", way.kind, "--name", way.kind, "--settings", str(source)]
    told: dict[str, str] = json.loads(product.command("channel", "connect", *words).stdout)
    return told


def killed(product: Product, *names: str) -> None:
    for name in names:
        victims = product.children(name)
        assert victims, f"no {name} process was found"
        for victim in victims:
            os.kill(victim, signal.SIGKILL)


def kill_twice(product: Product, stored: str) -> None:
    for share in (0.25, 0.6):
        product.until(stored, int(MESSAGES * share))
        killed(product, "web", "worker")


def settled(product: Product, stored: str) -> int:
    """How many there are once their number has stood still."""
    before = -1
    while (number := product.count(stored)) != before:
        before = number
        time.sleep(1)
    return number


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.kind)
def test_each_is_stored_once_and_none_is_missing(way: Way, product: Product, tmp_path: Path) -> None:
    told = connected(product, way, tmp_path)
    stored = STORED.format(id=told["id"])
    killer = threading.Thread(target=kill_twice, args=(product, stored))
    killer.start()
    outcome: Outcome = pour(told["address"], way.make, shuffled(MESSAGES))
    killer.join()
    number = settled(product, stored)
    print(  # noqa: T201 - the figures are what is wanted
        f"\n{way.kind}: {len(outcome.seconds)} calls answered, {outcome.repeated} repeated, "
        f"p99 {outcome.p99 * 1000:.0f} ms of {way.seconds * 1000:.0f} ms allowed, stored {number}"
    )
    assert outcome.refused == []
    assert number == product.count(DISTINCT.format(id=told["id"])) == MESSAGES
    assert outcome.p99 < way.seconds
