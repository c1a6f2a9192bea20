"""Ten thousand messages in rooms of a real homeserver, a twentieth sent twice, the line's process killed twice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.connectors.matrix.synapse import Home, running
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import MESSAGES, STORED, all_once, connected, killed_twice
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

ROOMS = 4


@pytest.fixture
def home() -> Iterator[Home]:
    with running(per_second=100_000, burst=100_000) as found:
        yield found


def test_each_is_stored_once_and_none_is_missing(product: Product, home: Home, tmp_path: Path) -> None:
    bot, people = home.register("bot"), [home.register(f"p{number}") for number in range(ROOMS)]
    told = connected(product, "matrix", {"homeserver": bot.address, "user": bot.id, "token": bot.token}, tmp_path)
    stored = STORED.format(id=told["id"])
    rooms = [one.room(bot.id, name=f"车友群 {place}") for place, one in enumerate(people)]
    until = time.monotonic() + 60
    while len(bot.call("GET", "/joined_rooms")["joined_rooms"]) < ROOMS:
        assert time.monotonic() < until
        time.sleep(0.2)

    def say(number: int) -> None:
        people[number % ROOMS].says(rooms[number % ROOMS], words(number), key=f"m{number}")

    started = time.monotonic()
    with killed_twice(product, stored, "listen"):
        with ThreadPoolExecutor(ROOMS) as pool:
            list(pool.map(say, shuffled(MESSAGES)))
        said = time.monotonic()
        product.until(stored, MESSAGES)
    behind = time.monotonic() - said
    print(f"\nmatrix: said in {said - started:.0f} s, all stored {behind:.0f} s later")  # noqa: T201
    all_once(product, told["id"])
