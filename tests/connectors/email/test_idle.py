"""What a server says in one breath with its agreement to wait is heard at once."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.email import line as reading_line
from huixiang.connectors.email import wires
from huixiang.connectors.email.line import MailLine

SAYS = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE\r\n", "EXAMINE": "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n",
    "STATUS": '* STATUS "INBOX" (UIDVALIDITY 1 UIDNEXT 1 MESSAGES 0)\r\n', "UID": "* SEARCH\r\n",
}  # fmt: skip


def serve(wire: socket.socket) -> None:
    """Answers as a server with an empty mailbox; a mail arrives in the moment it is asked to wait."""
    wire.sendall(b"* OK ready\r\n")
    with wire, wire.makefile("rb") as asked:
        for line in asked:
            tag, _space, command = line.decode().strip().partition(" ")
            word = command.partition(" ")[0].upper()
            if word == "IDLE":
                wire.sendall(b"+ idling\r\n* 1 EXISTS\r\n")
                assert asked.readline().strip() == b"DONE"
            wire.sendall(f"{SAYS.get(word, '')}{tag} OK done\r\n".encode())


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailLine]:
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=serve, args=(theirs,))
    thread.start()
    monkeypatch.setattr(reading_line, "IDLE_SECONDS", 4.0)
    monkeypatch.setattr(wires, "connected", lambda *_given: ours)
    settings = {"imap_host": "mail.test", "imap_port": "143", "imap_security": "plain", "address": "a@b.test"}
    held = MailLine(ChannelAccount(kind="email", settings={**settings, "password": "", "folder": "INBOX"}), {})
    held.open()
    yield held
    held.close()
    thread.join(5)


def test_a_mail_that_arrives_while_we_begin_to_wait_is_not_waited_for(line: MailLine) -> None:
    began = time.monotonic()
    line.wait()
    assert time.monotonic() - began < 3
