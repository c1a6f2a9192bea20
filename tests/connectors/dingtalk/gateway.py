"""A gateway of DingTalk's on the loopback: opens lines by a ticket, pushes frames, takes what robots say.

Its behaviour is not ours to invent: DingTalk's own library talks to it first (test_gateway.py).
"""

import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

MESSAGES = "/v1.0/im/bot/messages/get"
CLIENT, SECRET = "dingclient", "dingsecret"
WITHIN = 10.0


class Gateway:
    """What the other side sees and does."""

    def __init__(self) -> None:
        self.tickets: set[str] = set()
        self.lines: list[ServerConnection] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.said: list[tuple[str, str, dict[str, Any]]] = []  # path with query, access token, body
        self.answers: dict[str, list[tuple[int, dict[str, Any]]]] = {}  # what a path answers next, then as usual
        self.opened, self.most = 0, 0  # lines in all, and at the same time
        self.tokens = 0
        self.address, self.wire = "", ""

    def push(self, data: Any, *, sort: str = "CALLBACK", topic: str = MESSAGES) -> dict[str, Any]:
        """Send one frame and wait until it is acknowledged; returns the acknowledgement."""
        own_id = self.send(data, sort=sort, topic=topic)
        return self.until(lambda: self.acknowledged.get(own_id))

    def send(self, data: Any, *, sort: str = "CALLBACK", topic: str = MESSAGES) -> str:
        """Send one frame; returns the id it will be acknowledged under."""
        own_id = uuid.uuid4().hex
        frame = {
            "specVersion": "1.0", "type": sort,
            "headers": {
                "appId": "app", "connectionId": "line", "contentType": "application/json", "messageId": own_id,
                "time": str(int(time.time() * 1000)), "topic": topic,
            },
            "data": data if isinstance(data, str) else json.dumps(data, ensure_ascii=False),
        }  # fmt: skip
        self.push_raw(json.dumps(frame))
        return own_id

    def push_raw(self, frame: str | bytes) -> None:
        self.until(lambda: self.lines)
        self.lines[-1].send(frame)

    def until(self, true: Any) -> Any:
        end = time.monotonic() + WITHIN
        while not (value := true()):
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.01)
        return value

    def line(self, connection: ServerConnection) -> None:
        """One line: only with a ticket, and each ticket opens one."""
        asked = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        ticket = asked.get("ticket", [""])[0]
        if ticket not in self.tickets:
            connection.close(1008, "no such ticket")
            return
        self.tickets.discard(ticket)
        self.lines.append(connection)
        self.most = max(self.most, len(self.lines))
        try:
            for raw in connection:
                said = json.loads(raw)
                self.acknowledged[said["headers"]["messageId"]] = said
        except ConnectionClosed:
            pass
        finally:
            self.lines.remove(connection)

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if queued := self.answers.get(path):
            return queued.pop(0)
        if path == "/v1.0/gateway/connections/open":
            return self._open(body)
        if path == "/v1.0/oauth2/accessToken":
            return self._token(body)
        if path == "/robot/sendBySession":
            return 200, {"errcode": 0, "errmsg": "ok"}
        return 200, {
            "processQueryKey": "p-1",
            "invalidStaffIdList": [],
            "flowControlledStaffIdList": [],
        }

    def _open(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if (body["clientId"], body["clientSecret"]) != (CLIENT, SECRET):
            return 401, {"code": "authFailed", "message": "鉴权失败"}
        assert {"type": "CALLBACK", "topic": MESSAGES} in body["subscriptions"]
        self.opened += 1
        ticket = f"{uuid.uuid4().hex}+/="
        self.tickets.add(ticket)
        return 200, {"endpoint": self.wire, "ticket": ticket}

    def _token(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if (body["appKey"], body["appSecret"]) != (CLIENT, SECRET):
            return 400, {"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"}
        self.tokens += 1
        return 200, {"accessToken": f"token-{self.tokens}", "expireIn": 7200}


class Handler(http.server.BaseHTTPRequestHandler):
    gateway: ClassVar[Gateway]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.gateway.said.append((self.path, self.headers.get("x-acs-dingtalk-access-token", ""), body))
        status, said = self.gateway.answer(urlsplit(self.path).path, body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway at work, on ports of its own."""
    gateway = Gateway()
    handler = type("Own", (Handler,), {"gateway": gateway})
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web,
        serve(gateway.line, "127.0.0.1", 0) as wire,
    ):
        gateway.address = f"http://127.0.0.1:{web.server_port}"
        gateway.wire = f"ws://127.0.0.1:{_port(wire)}/connect"
        threads = [threading.Thread(target=one.serve_forever, daemon=True) for one in (web, wire)]
        for thread in threads:
            thread.start()
        try:
            yield gateway
        finally:
            web.shutdown()
            wire.shutdown()


def _port(server: Server) -> int:
    return int(server.socket.getsockname()[1])
