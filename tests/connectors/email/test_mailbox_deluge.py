"""Ten thousand mails in a real mailbox, a twentieth twice, out of order, the line's process killed twice."""

import json
import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.email.dovecot import PASSWORD, Server, running
from tests.connectors.email.lines import mail
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]

MESSAGES = int(os.environ.get("HUIXIANG_DELUGE", "10000"))
STORED = "SELECT count(*) FROM intake_message WHERE account_id = '{id}'"
LATER = 20
USER = "support@example.com"


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as running_now:
        running_now.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running_now


def kill_twice(product: Product, stored: str) -> None:
    for share in (0.25, 0.6):
        product.until(stored, int(MESSAGES * share))
        victims = product.children("listen")
        assert victims
        for victim in victims:
            os.kill(victim, signal.SIGKILL)


def numbered(number: int) -> bytes:
    sender = f"车友 <u{number % 900}@example.com>"
    return mail(words(number), sender=sender, own_id=f"<m{number}@mail.example.com>", Subject="反馈").as_bytes()


def connected(product: Product, server: Server, folder: Path) -> str:
    source = folder / "settings.json"
    given = {"address": USER, "password": PASSWORD, "imap_host": "127.0.0.1", "imap_port": str(server.port)}
    source.write_text(json.dumps({**given, "imap_security": "plain"}))
    told = product.command(
        "channel", "connect", "--workspace", "brand", "--kind", "email", "--name", "mail", "--settings", str(source)
    )
    return str(json.loads(told.stdout)["id"])


def test_each_is_stored_once_and_none_is_missing(product: Product, tmp_path: Path) -> None:
    with running() as server:
        stored = STORED.format(id=connected(product, server, tmp_path))
        killer = threading.Thread(target=kill_twice, args=(product, stored))
        killer.start()
        server.put_all(USER, [numbered(number) for number in shuffled(MESSAGES)])
        started = time.monotonic()
        product.until(stored, MESSAGES)
        killer.join()
        print(f"\nmailbox: all stored {time.monotonic() - started:.0f} s after the last was put there")  # noqa: T201
        time.sleep(10)  # whatever would come twice comes now
        assert product.count(stored) == MESSAGES
        seconds = [arrives(product, server, stored, MESSAGES + number) for number in range(LATER)]
        print(f"while waiting: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s")  # noqa: T201
        assert max(seconds) < 5


def arrives(product: Product, server: Server, stored: str, number: int) -> float:
    """Seconds from the mailbox to the database, while the line waits by IDLE."""
    at = time.monotonic()
    server.put(USER, numbered(number))
    while product.count(stored) <= number:
        assert time.monotonic() < at + 60
        time.sleep(0.02)
    return time.monotonic() - at
