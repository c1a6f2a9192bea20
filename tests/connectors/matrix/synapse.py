"""A real homeserver on the loopback: Synapse with a database of its own in a folder that is gone afterwards."""

import contextlib
import hashlib
import hmac
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SECRET, NAME = "who may register", "home.test"
LOG = "version: 1\nhandlers: {to: {class: logging.FileHandler, filename: %s}}\nroot: {level: WARNING, handlers: [to]}\n"
CONFIG = """
server_name: {name}
pid_file: {place}/pid
report_stats: false
signing_key_path: {place}/signing.key
macaroon_secret_key: for tests only
form_secret: for tests only
registration_shared_secret: {secret}
log_config: {place}/log.yaml
media_store_path: {place}/media
trusted_key_servers: []
suppress_key_server_warning: true
database: {{name: sqlite3, args: {{database: {place}/home.db}}}}
listeners:
  - {{port: {port}, type: http, bind_addresses: [127.0.0.1], resources: [{{names: [client]}}]}}
bcrypt_rounds: 4
rc_message: {{per_second: {per_second}, burst_count: {burst}}}
rc_registration: {{per_second: 1000, burst_count: 1000}}
rc_login: {{address: {{per_second: 1000, burst_count: 1000}}, account: {{per_second: 1000, burst_count: 1000}}}}
rc_joins: {{local: {{per_second: 1000, burst_count: 1000}}}}
rc_invites: {{per_room: {{per_second: 1000, burst_count: 1000}}, per_user: {{per_second: 1000, burst_count: 1000}}}}
"""


@dataclass(slots=True)
class User:
    """Somebody who talks there with a program of their own."""

    address: str
    id: str
    token: str

    def call(self, method: str, where: str, body: Any = None) -> Any:
        answer = httpx.request(
            method, f"{self.address}/_matrix/client/v3{where}", json=body, timeout=20,
            headers={"Authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json()

    def says(self, room: str, body: str, *, key: str = "", **content: Any) -> str:
        where = f"/rooms/{room}/send/m.room.message/{key or time.monotonic_ns()}"
        return str(self.call("PUT", where, {"msgtype": "m.text", "body": body, **content})["event_id"])

    def room(self, *others: str, **more: Any) -> str:
        return str(self.call("POST", "/createRoom", {"invite": list(others), **more})["room_id"])

    def reads(self, room: str) -> list[Any]:
        """What was said in a room, the newest first."""
        chunk = self.call("GET", f"/rooms/{room}/messages?dir=b&limit=50")["chunk"]
        return [one for one in chunk if one["type"] == "m.room.message"]


@dataclass(slots=True)
class Home:
    """The homeserver."""

    place: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self.place / "home.yaml")]
        with (self.place / "out").open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.place, start_new_session=True)
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/health", timeout=2).status_code == 200:
                    return
            assert self.process.poll() is None, (self.place / "out").read_text()
            assert time.monotonic() < until, (self.place / "out").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def register(self, name: str) -> User:
        """A new user, by the secret both sides know."""
        where = f"{self.address}/_synapse/admin/v1/register"
        nonce = httpx.get(where, timeout=20).json()["nonce"]
        parts = [nonce, name, "password", "notadmin"]
        mac = hmac.new(SECRET.encode(), "\x00".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": "password", "admin": False, "mac": mac}
        made = httpx.post(where, json=body, timeout=20).json()
        return User(self.address, made["user_id"], made["access_token"])


@contextlib.contextmanager
def running(*, per_second: float = 1000, burst: int = 1000) -> Iterator[Home]:
    """A homeserver that is gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="home-"))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    home = Home(place, port)
    words = CONFIG.format(name=NAME, place=place, secret=SECRET, port=port, per_second=per_second, burst=burst)
    (place / "home.yaml").write_text(words)
    (place / "log.yaml").write_text(LOG % (place / "log"))
    key = subprocess.run(
        [sys.executable, "-m", "synapse._scripts.generate_signing_key", "-o", str(place / "signing.key")],
        capture_output=True, check=False,
    )  # fmt: skip
    assert key.returncode == 0, key.stderr
    try:
        home.start()
        yield home
    finally:
        home.stop()
        shutil.rmtree(place, ignore_errors=True)
