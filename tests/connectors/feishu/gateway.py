"""Feishu's side of the long connection, on the loopback: tells events by frames, keeps pings and answers."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from huixiang.connectors.feishu.frames import DATA, Frame, read, written

SERVICE = 33_554_678


@dataclass
class Gateway:
    """One gateway. `refuse`: headers with which the handshake is turned down."""

    url: str = ""
    lines: list[ServerConnection] = field(default_factory=list)
    pings: list[Frame] = field(default_factory=list)
    answers: list[Frame] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.BAD_REQUEST  # with which it is refused
    config: dict[str, int] | None = None  # what the next pong brings
    silent: bool = False

    def tell(self, event: Any, *, parts: int = 1, name: str = "m-1", backwards: bool = False) -> None:
        """One event to the latest line, in so many frames."""
        raw = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        size = -(-len(raw) // parts)
        frames = [
            Frame(
                seq_id=7, log_id=2**63 + 5, service=SERVICE, method=DATA, payload_encoding="", payload_type="",
                payload=raw[part * size : (part + 1) * size], log_id_new="0221",
                headers={"type": "event", "message_id": name, "sum": str(parts), "seq": str(part), "trace_id": "t"},
            )
            for part in range(parts)
        ]  # fmt: skip
        for frame in reversed(frames) if backwards else frames:
            self.lines[-1].send(written(frame))

    def codes(self) -> list[int]:
        """With what each event was answered, in order."""
        return [json.loads(one.payload)["code"] for one in self.answers]

    def wait(self, what: str, number: int = 1, within: float = 10.0) -> None:
        """Until there are so many lines, pings or answers."""
        end = time.monotonic() + within
        while len(getattr(self, what)) < number:
            assert time.monotonic() < end, f"no {what} within {within} s"
            time.sleep(0.01)

    def hold(self, line: ServerConnection) -> None:
        """Take what one line says until it ends."""
        self.lines.append(line)
        with contextlib.suppress(ConnectionClosed):
            for raw in line:
                assert isinstance(raw, bytes)
                frame = read(raw)
                if frame.headers.get("type") == "ping":
                    self.pings.append(frame)
                    if not self.silent:
                        payload = json.dumps(self.config).encode() if self.config else b""
                        line.send(written(Frame(service=SERVICE, headers={"type": "pong"}, payload=payload)))
                else:
                    self.answers.append(frame)

    def look(self, _line: ServerConnection, request: Request) -> Response | None:
        """Turn the handshake down, or not."""
        if not self.refuse and "device_id=" in request.path:
            return None
        return Response(self.status, "", Headers(self.refuse), b"")


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway on a port of its own."""
    found = Gateway()
    with serve(found.hold, "127.0.0.1", 0, process_request=found.look) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        found.url = f"ws://127.0.0.1:{port}/ws/v2?fpid=493&aid=552564&device_id=7304&access_key=k&service_id={SERVICE}"
        yield found
        for line in found.lines:
            line.close()
        server.shutdown()
        thread.join()
