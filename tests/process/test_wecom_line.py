"""Ten thousand messages by WeCom's long connection, a twentieth twice, out of order, the line's process killed twice.

WeCom is not told what was stored and sends nothing again. What it had handed to a process in the moment that was killed
is gone, and no connector can have it back: so much is allowed to be missing, and not one message more.
"""

import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.wecom_bot.gateway import BOT, SECRET, Gateway, running
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import DISTINCT, MESSAGES, STORED, TWINS, connected, killed_twice
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

A_SECOND = max(15.0, MESSAGES / 120)  # messages
LEASE = 90.0  # seconds within which another process has taken the line over
IN_THE_MOMENT = 1.5  # seconds around a kill within which a message may have been on its way into the database
IDS = "SELECT external_id FROM intake_message WHERE account_id = '{id}'"


def message(number: int) -> dict[str, Any]:
    return {
        "msgid": f"m-{number}", "aibotid": BOT, "chattype": "single", "from": {"userid": f"u-{number % 500}"},
        "msgtype": "text", "text": {"content": words(number)},
    }  # fmt: skip


def poured(gateway: Gateway) -> dict[int, float]:
    """Push each once a line stands, as many a second after a break as before; the moment each went out last."""
    pushed = dict[int, float]()
    for place, number in enumerate(shuffled(MESSAGES)):
        time.sleep(1 / A_SECOND)
        until = time.monotonic() + LEASE
        while True:
            assert time.monotonic() < until, "nobody took the line over"
            line = gateway.line
            try:
                if line is not None:
                    gateway.push(message(number), req_id=f"r-{place}")
                    break
            except (ConnectionClosed, AssertionError):
                pass
            time.sleep(0.02)
        pushed[number] = time.monotonic()
    return pushed


def test_each_is_stored_once_and_none_is_missing(product: Product, tmp_path: Path) -> None:
    with running() as gateway:
        told = connected(product, "wecom_bot", {"bot_id": BOT, "secret": SECRET, "api": gateway.address}, tmp_path)
        stored = STORED.format(id=told["id"])
        until = time.monotonic() + 60
        while gateway.line is None:
            assert time.monotonic() < until, "no line was opened"
            time.sleep(0.05)
        with killed_twice(product, stored, "listen") as kills:
            pushed = poured(gateway)
        time.sleep(TWINS)
        with product.database() as connection:
            found = {str(row[0]) for row in connection.execute(IDS.format(id=told["id"]))}
        assert product.count(stored) == product.count(DISTINCT.format(id=told["id"])) == len(found)
        missing = [number for number in pushed if f"m-{number}" not in found]
        print(  # noqa: T201 - the figures are what is wanted
            f"\nwecom line: {len(found)} of {MESSAGES} stored, {len(missing)} handed over in the moment of a kill, "
            f"{gateway.opened} lines"
        )
        near = [
            any(moment - IN_THE_MOMENT < pushed[one] < moment + IN_THE_MOMENT for moment in kills) for one in missing
        ]
        assert all(near)
        assert len(missing) <= 2 * A_SECOND * IN_THE_MOMENT
        assert gateway.opened == 3
