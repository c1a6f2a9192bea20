"""What Feishu sends, made for tests: events sealed and signed, and the open platform itself on the loopback."""

import base64
import contextlib
import copy
import http.server
import json
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.test import Client

from huixiang.channels.models import ChannelAccount

FIXTURES = Path(__file__).parent / "fixtures"
APP_ID, APP_SECRET = "cli_9f5343c580712544", "dskLLdkasdjlasdKK"
KEY, TOKEN = "kudryavka", "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV"
BOT, ASKER = "ou_bot00d084aa403a838cf73ee18467", "ou_84aad35d084aa403a838cf73ee18467"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def event(text: str | None = None, **message: Any) -> dict[str, Any]:
    """The documentation's example, with a message changed."""
    made: dict[str, Any] = copy.deepcopy(fixture("received"))
    if text is not None:
        message["content"] = json.dumps({"text": text}, ensure_ascii=False)
    made["event"]["message"] |= message
    return made


def sealed(body: Any, key: str = KEY) -> bytes:
    """The body of a call, encrypted as Feishu does."""
    plain = json.dumps(body, ensure_ascii=False).encode()
    missing = 16 - len(plain) % 16
    start = os.urandom(16)
    cipher = Cipher(AES256(sha256(key.encode()).digest()), CBC(start)).encryptor()
    whole = start + cipher.update(plain + bytes([missing]) * missing) + cipher.finalize()
    return json.dumps({"encrypt": base64.b64encode(whole).decode()}, separators=(",", ":")).encode()


def signed(body: bytes, *, key: str = KEY, age: int = 0, nonce: str = "1e3f") -> dict[str, str]:
    """The headers Feishu sends with it."""
    at = str(int(time.time()) - age)
    signature = sha256((at + nonce + key).encode() + body).hexdigest()
    return {"X-Lark-Request-Timestamp": at, "X-Lark-Request-Nonce": nonce, "X-Lark-Signature": signature}


def post(account: ChannelAccount, body: bytes, headers: dict[str, str] | None = None) -> Any:
    """One call to the account's address."""
    address = f"/in/feishu/{account.token}/"
    return Client().post(address, body, content_type="application/json", headers=headers or {})


def tell(account: ChannelAccount, told: Any, *, key: str = KEY, age: int = 0) -> int:
    """An event, sealed and signed; the status it is answered with."""
    body = sealed(told, key)
    return int(post(account, body, signed(body, key=key, age=age)).status_code)


@dataclass
class Asked:
    """One request the platform was sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


OK = {"code": 0, "msg": "success"}


@dataclass
class Platform:
    """The open platform: keeps what it is asked, hands out tokens, drops what it is sent twice, answers as told."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, deque[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(deque))
    tokens: int = 0
    said: dict[str, Asked] = field(default_factory=dict)  # by their uuid
    hang_up: int = 0  # so many sends are taken, and the line cut before the answer
    line: str = ""  # where the long connection is opened

    def of(self, end: str) -> list[Asked]:
        """What was asked at paths that end so."""
        return [one for one in self.asked if one.path.endswith(end)]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """As told, once each; else as the documentation shows it."""
        last = asked.path.rpartition("/")[2]
        if self.answers[last]:
            return self.answers[last].popleft()
        if last == "internal":
            self.tokens += 1
            return 200, {"code": 0, "msg": "ok", "tenant_access_token": f"t-{self.tokens}", "expire": 7200}
        if asked.path == "/callback/ws/endpoint":
            config = {"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 1}
            return 200, OK | {"data": {"URL": self.line, "ClientConfig": config}}
        if asked.headers.get("authorization") != f"Bearer t-{self.tokens}":
            return 400, {"code": 99991663, "msg": "Invalid access token for authorization."}
        return 200, OK | self._told(asked, last)

    def _told(self, asked: Asked, last: str) -> dict[str, Any]:
        if last == "info":
            return {"bot": {"activate_status": 2, "app_name": "回响", "open_id": BOT}}
        if "/contact/" in asked.path:
            return {"data": {"user": {"name": "阿澈", "open_id": last}}}
        if "/chats/" in asked.path:
            return {"data": {"name": "车主一群", "chat_mode": "group"}}
        self.said.setdefault(asked.body["uuid"], asked)
        return {"data": {"message_id": "om_answer"}}


@contextlib.contextmanager
def serving() -> Iterator[Platform]:
    """The platform, on a port of its own."""
    platform = Platform()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(
                self.command, address.path, dict(parse_qsl(address.query)), headers, json.loads(raw) if raw else None
            )
            platform.asked.append(asked)
            status, said = platform.answer(asked)
            if platform.hang_up and address.path.endswith(("/messages", "/reply")):
                platform.hang_up -= 1
                return
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            is_file = isinstance(said, bytes)
            self.send_header("Content-Type", "image/png" if is_file else "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _any  # noqa: N815 - the library's names

        def log_message(self, *args: Any) -> None:
            """Nothing on the console."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        platform.url = f"http://127.0.0.1:{server.server_port}"
        yield platform
        server.shutdown()
        thread.join()
