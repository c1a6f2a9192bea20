"""Ten thousand mails in a real mailbox, a twentieth twice, out of order, the line's process killed twice."""

import statistics
import time
from pathlib import Path

import pytest

from tests.connectors.email.dovecot import PASSWORD, Server, running
from tests.connectors.email.lines import mail
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import MESSAGES, STORED, all_once, connected, killed_twice
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

LATER = 20
USER = "support@example.com"


def numbered(number: int) -> bytes:
    sender = f"车友 <u{number % 900}@example.com>"
    return mail(words(number), sender=sender, own_id=f"<m{number}@mail.example.com>", Subject="反馈").as_bytes()


def test_each_is_stored_once_and_none_is_missing(product: Product, tmp_path: Path) -> None:
    with running() as server:
        given = {"address": USER, "password": PASSWORD, "imap_host": "127.0.0.1", "imap_port": str(server.port)}
        told = connected(product, "email", {**given, "imap_security": "plain"}, tmp_path)
        stored = STORED.format(id=told["id"])
        with killed_twice(product, stored, "listen"):
            server.put_all(USER, [numbered(number) for number in shuffled(MESSAGES)])
            started = time.monotonic()
            product.until(stored, MESSAGES)
        print(f"\nmailbox: all stored {time.monotonic() - started:.0f} s after the last was put there")  # noqa: T201
        all_once(product, told["id"])
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
