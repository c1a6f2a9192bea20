"""A platform of our own on the loopback: keeps what it was asked, answers as it is told."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from huixiang.channels.accounts import connect
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.channels.tasks import deliver
from huixiang.workspaces.models import Workspace
from tests.factories import rows

Said = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON sent; a form as a dictionary of first values."""
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return {name: values[0] for name, values in parse_qs(self.raw.decode()).items()}
        return json.loads(self.raw) if self.raw else None


@dataclass
class Platform:
    """What the server answers by path, and what it was asked. `broken`: paths whose line breaks after the request."""

    address: str = ""
    answers: dict[str, Said | Callable[[Asked], Said]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def at(self, path: str) -> list[Any]:
        """The bodies that came to a path."""
        return [one.body for one in self.asked if one.path == path]


class _Handler(http.server.BaseHTTPRequestHandler):
    platform: Platform

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, raw)
        self.platform.asked.append(asked)
        if parts.path in self.platform.broken:
            self.close_connection = True
            self.connection.close()
            return
        answer = self.platform.answers.get(parts.path, (404, {"error": "nothing here"}))
        status, body, *more = answer(asked) if callable(answer) else answer
        self._say(status, json.dumps(body).encode() if not isinstance(body, bytes) else body, more[0] if more else {})

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names the server calls

    def log_message(self, *args: Any) -> None:
        """Nothing on the console."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A line that was broken on purpose is no news."""


@contextmanager
def platform() -> Iterator[Platform]:
    """The server, as long as it is needed."""
    found = Platform()
    handler = type("Handler", (_Handler,), {"platform": found})
    with _Server(("127.0.0.1", 0), handler) as server:
        found.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def answered(account: ChannelAccount, to: str, text: str = "师傅今天下午到。", **fields: Any) -> Delivery:
    """One answer on its way by the account's queue, and what became of it."""
    member = rows.member(account, to)
    delivery = Delivery(
        workspace=account.workspace, account=account, recipient=to, recipient_member_id=member.id, purpose="reply",
        text=text, **fields,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver(str(account.id))
    delivery.refresh_from_db()
    return delivery


def connected(workspace: Workspace, kind: str, **given: str) -> ChannelAccount:
    """An account of this kind with these settings."""
    return connect(workspace=workspace, kind=kind, name=kind, slug=kind.replace("_", "-"), given=given)
