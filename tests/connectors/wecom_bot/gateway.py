"""WeCom's side of the long connection on the loopback: one line a bot, the older one is told and closed.

Its behaviour is not ours to invent: WeCom's own library talks to it first (test_line.py).
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

BOT, SECRET = "aibot-1", "s3cret"
WITHIN = 10.0


class Gateway:
    """What WeCom sees and does."""

    def __init__(self) -> None:
        self.address = ""
        self.line: ServerConnection | None = None
        self.opened = 0
        self.pings = 0
        self.answers_pings = True
        self.said: list[dict[str, Any]] = []  # frames that say something, with the `req_id` they came with
        self.refusals: dict[str, list[int]] = {}  # command → codes of the next answers
        self.silent: set[str] = set()  # commands that are taken and not answered

    def push(self, body: dict[str, Any], *, command: str = "aibot_msg_callback", req_id: str = "r-1") -> None:
        self.push_raw(json.dumps({"cmd": command, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False))

    def push_raw(self, frame: str | bytes) -> None:
        self.until(lambda: self.line).send(frame)

    def until(self, true: Any) -> Any:
        end = time.monotonic() + WITHIN
        while not (value := true()):
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.01)
        return value

    def serve(self, connection: ServerConnection) -> None:
        try:
            for raw in connection:
                self._handle(connection, json.loads(raw))
        except ConnectionClosed:
            pass
        finally:
            if self.line is connection:
                self.line = None

    def _handle(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        command, headers = frame["cmd"], frame["headers"]
        assert headers["req_id"]
        code = self.refusals[command].pop(0) if self.refusals.get(command) else 0
        if command == "aibot_subscribe":
            code = code or (0 if frame["body"] == {"bot_id": BOT, "secret": SECRET} else 853000)
            if code == 0:
                self._subscribed(connection)
        elif connection is not self.line:
            code = 846609
        elif command == "ping":
            self.pings += 1
            if not self.answers_pings:
                return
        else:
            self.said.append(frame)
        if command not in self.silent:
            connection.send(
                json.dumps({"headers": headers, "errcode": code, "errmsg": "ok" if code == 0 else "refused"})
            )

    def _subscribed(self, connection: ServerConnection) -> None:
        if (before := self.line) is not None:
            gone = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
            before.send(json.dumps({"cmd": "aibot_event_callback", "headers": {"req_id": "e-1"}, "body": gone}))
            threading.Thread(target=before.close, daemon=True).start()
        self.opened += 1
        self.line = connection


@contextmanager
def running() -> Iterator[Gateway]:
    """WeCom at work, on a port of its own."""
    gateway = Gateway()
    with serve(gateway.serve, "127.0.0.1", 0) as server:
        gateway.address = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield gateway
        finally:
            server.shutdown()
            thread.join()
