"""What every proof of a way in shares: connecting it, killing whoever takes from it, counting what is stored."""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.process.deluge import Made, pour, shuffled
from tests.product import Product

MESSAGES = int(os.environ.get("HUIXIANG_DELUGE", "10000"))
STORED = "SELECT count(*) FROM intake_message WHERE account_id = '{id}'"
DISTINCT = "SELECT count(DISTINCT external_id) FROM intake_message WHERE account_id = '{id}'"
KILLED_AT = (0.25, 0.6)  # shares of all messages
STARTS_WITHIN = 60.0  # seconds
TWINS = 10.0  # seconds within which whatever would come twice has come


def connected(product: Product, kind: str, settings: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A channel of this kind: its id, its address."""
    source = folder / f"{kind}.json"
    source.write_text(json.dumps(dict(settings)))
    words = ["--workspace", "brand", "--kind", kind, "--name", kind, "--settings", str(source)]
    told: dict[str, str] = json.loads(product.command("channel", "connect", *words).stdout)
    return told


def killed(product: Product, *names: str) -> None:
    """`up` starts them again; where that has not happened since the last time, it is waited for."""
    for name in names:
        until = time.monotonic() + STARTS_WITHIN
        while not (victims := product.children(name)):
            assert time.monotonic() < until, f"no {name} process was found"
            time.sleep(0.1)
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):  # it went with the one before
                os.kill(victim, signal.SIGKILL)


@contextlib.contextmanager
def killed_twice(product: Product, stored: str, *names: str) -> Iterator[list[float]]:
    """Kill them while the messages come, and not before so many are stored; the moments at which it was done."""
    moments, troubles = list[float](), list[BaseException]()

    def kill() -> None:
        try:
            for share in KILLED_AT:
                product.until(stored, int(MESSAGES * share))
                moments.append(time.monotonic())
                killed(product, *names)
        except BaseException as error:  # noqa: BLE001 - raised where the test sees it
            troubles.append(error)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield moments
    finally:
        thread.join()
    if troubles:
        raise troubles[0]


def settled(product: Product, stored: str) -> int:
    """How many there are once their number has stood still."""
    before = -1
    while (number := product.count(stored)) != before:
        before = number
        time.sleep(1)
    return number


def all_once(product: Product, account_id: str) -> None:
    """Every message is there, none is there twice, also a while later."""
    stored = STORED.format(id=account_id)
    product.until(stored, MESSAGES)
    time.sleep(TWINS)
    assert product.count(stored) == product.count(DISTINCT.format(id=account_id)) == MESSAGES


def proved_by_calls(
    product: Product, name: str, told: Mapping[str, str], make: Callable[[int], Made], seconds: float
) -> None:
    """Pour all messages as calls, a worker busy and web and worker killed twice; each answered in time."""
    stored = STORED.format(id=told["id"])
    with killed_twice(product, stored, "web", "worker"):
        outcome = pour(told["address"], make, shuffled(MESSAGES))
    product.until(stored, MESSAGES)  # what is asked for comes in pages, and a killed worker's page comes again
    number = settled(product, stored)
    print(  # noqa: T201 - the figures are what is wanted
        f"\n{name}: {len(outcome.seconds)} calls answered, {outcome.repeated} repeated, "
        f"p99 {outcome.p99 * 1000:.0f} ms of {seconds * 1000:.0f} ms allowed, stored {number}"
    )
    assert outcome.refused == []
    assert number == product.count(DISTINCT.format(id=told["id"])) == MESSAGES
    assert outcome.p99 < seconds
