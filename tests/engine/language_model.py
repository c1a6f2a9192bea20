"""A server that answers as an OpenAI-compatible model does, or as badly as it is told to; it keeps what it was sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], tuple[int, bytes]]


class FakeModel(ThreadingHTTPServer):
    """What it was asked, in order, and what it answers next: the last of `replies` again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.replies: list[Reply] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def said(self) -> str:
        """Everything it was sent, in one string."""
        return "\n".join(message["content"] for body in self.asked for message in body["messages"])


class _Handler(BaseHTTPRequestHandler):
    server: FakeModel

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        status, answer = reply(body) if self.path == "/v1/chat/completions" else (404, b"{}")
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            for at in range(0, len(answer), 4096):
                self.wfile.write(answer[at : at + 4096])
        except OSError:
            return  # whoever asked has gone

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has in the library
        return


def saying(value: object, tokens: int = 50) -> Reply:
    """A completion that says this: an object as JSON, a string as it is."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    body = {
        "id": "1", "object": "chat.completion", "created": 1, "model": "fake",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": tokens - 1, "total_tokens": tokens},
    }  # fmt: skip
    return lambda _body: (200, json.dumps(body).encode())


def failing(status: int, answer: bytes = b'{"error": {"message": "no"}}') -> Reply:
    """An answer with this status."""
    return lambda _body: (status, answer)


def slow(seconds: float, then: Reply) -> Reply:
    """The same, but late."""

    def reply(body: dict[str, Any]) -> tuple[int, bytes]:
        time.sleep(seconds)
        return then(body)

    return reply


@contextmanager
def running() -> Iterator[FakeModel]:
    """A server of its own on this machine."""
    server = FakeModel()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
