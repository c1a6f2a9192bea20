"""Ten thousand messages in rooms of a real homeserver, a twentieth sent twice, the line's process killed twice."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.connectors.matrix.synapse import Home, User, running
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]

MESSAGES = int(os.environ.get("HUIXIANG_DELUGE", "10000"))
STORED = "SELECT count(*) FROM intake_message WHERE account_id = '{id}'"
ROOMS = 4


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as running_now:
        running_now.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running_now


@pytest.fixture
def home() -> Iterator[Home]:
    with running(per_second=100_000, burst=100_000) as found:
        yield found


def kill_twice(product: Product, stored: str) -> None:
    for share in (0.25, 0.6):
        product.until(stored, int(MESSAGES * share))
        victims = product.children("listen")
        assert victims
        for victim in victims:
            os.kill(victim, signal.SIGKILL)


def connected(product: Product, bot: User, folder: Path) -> str:
    source = folder / "settings.json"
    source.write_text(json.dumps({"homeserver": bot.address, "user": bot.id, "token": bot.token}))
    told = product.command(
        "channel", "connect", "--workspace", "brand", "--kind", "matrix", "--name", "matrix", "--settings", str(source)
    )
    return str(json.loads(told.stdout)["id"])


def test_each_is_stored_once_and_none_is_missing(product: Product, home: Home, tmp_path: Path) -> None:
    bot, people = home.register("bot"), [home.register(f"p{number}") for number in range(ROOMS)]
    stored = STORED.format(id=connected(product, bot, tmp_path))
    rooms = [one.room(bot.id, name=f"车友群 {place}") for place, one in enumerate(people)]
    until = time.monotonic() + 60
    while len(bot.call("GET", "/joined_rooms")["joined_rooms"]) < ROOMS:
        assert time.monotonic() < until
        time.sleep(0.2)
    killer = threading.Thread(target=kill_twice, args=(product, stored))
    killer.start()

    def say(number: int) -> None:
        people[number % ROOMS].says(rooms[number % ROOMS], words(number), key=f"m{number}")

    started = time.monotonic()
    with ThreadPoolExecutor(ROOMS) as pool:
        list(pool.map(say, shuffled(MESSAGES)))
    said = time.monotonic()
    product.until(stored, MESSAGES)
    killer.join()
    behind = time.monotonic() - said
    print(f"\nmatrix: said in {said - started:.0f} s, all stored {behind:.0f} s later")  # noqa: T201
    time.sleep(10)  # whatever would come twice comes now
    assert product.count(stored) == MESSAGES
