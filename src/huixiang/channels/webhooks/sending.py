"""One HTTP request to an endpoint, signed as Standard Webhooks says."""

import contextlib
import datetime
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from huixiang.channels.webhooks.address import resolve
from huixiang.kernel.errors import Refused

TIMEOUT = httpx.Timeout(10, connect=5)
DEADLINE = 15.0  # of the whole request: a timeout is per read, and who drips a line at a time never meets it
LONGEST_ANSWER = 2_000
GONE = 410
GOOD, REDIRECT, BAD = 200, 300, 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; `status` is None when there was no answer, `error` empty when it was taken."""

    status: int | None
    error: str
    answer: str
    milliseconds: int

    @property
    def gone(self) -> bool:
        """The other side says that nobody is there any more."""
        return self.status == GONE


def body_of(payload: Any) -> str:
    """The message as it is signed and sent."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def headers_of(message_id: str, body: str, secrets: Sequence[str], at: datetime.datetime) -> dict[str, str]:
    """Id, time and one signature for each secret that is valid now."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        "User-Agent": "Huixiang-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, at, body) for secret in secrets),
    }


def send(*, url: str, message_id: str, payload: Any, secrets: Sequence[str]) -> Outcome:
    """Try once. Never raises: what went wrong is in the outcome, in words."""
    started = time.monotonic()
    status, error, answer = _tried(url, message_id, body_of(payload), secrets)
    return Outcome(status, error, answer, round(1000 * (time.monotonic() - started)))


def _tried(url: str, message_id: str, body: str, secrets: Sequence[str]) -> tuple[int | None, str, str]:
    try:
        status, answer = _post(url, body, headers_of(message_id, body, secrets, datetime.datetime.now(datetime.UTC)))
    except Refused as refused:
        return None, str(refused.sentence), ""
    except httpx.TimeoutException:
        return None, _("It did not answer in time."), ""
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return None, _("It cannot be reached: %(why)s") % {"why": str(error)[:200] or type(error).__name__}, ""
    if GOOD <= status < REDIRECT:
        return status, "", answer
    if REDIRECT <= status < BAD:
        return status, _("It answered %(status)d: redirects are not followed.") % {"status": status}, answer
    return status, _("It answered %(status)d.") % {"status": status}, answer


class _Deadline:
    """Ends a request when its time is over, wherever it stands: the connection is shut under it."""

    def __init__(self) -> None:
        self.over = False
        self._connection: socket.socket | None = None
        self._timer = threading.Timer(DEADLINE, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def follow(self, event: str, info: Mapping[str, Any]) -> None:
        """Note the connection as it is opened, and again when it is encrypted: httpcore's `trace`."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._connection = info["return_value"].get_extra_info("socket")
            if self.over:
                self._end()

    def _end(self) -> None:
        self.over = True
        if self._connection is not None:
            with contextlib.suppress(OSError):  # closed already
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)


def _post(url: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    """To the number that was looked at, with the name in the certificate and the Host header."""
    target, parts = resolve(url), urlsplit(url)
    number = f"[{target.address}]" if ":" in target.address else target.address
    pinned = parts._replace(netloc=f"{number}:{target.port}", fragment="").geturl()
    asked = {**headers, "Host": parts.netloc}
    with _Deadline() as deadline, httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        request = client.build_request("POST", pinned, content=body.encode(), headers=asked)
        request.extensions |= {"sni_hostname": target.host, "trace": deadline.follow}
        try:
            response = client.send(request, stream=True)
        except (httpx.HTTPError, OSError, ValueError) as error:
            if deadline.over:
                raise httpx.ReadTimeout(str(error)) from error
            raise
        with contextlib.closing(response):
            return response.status_code, _excerpt(response)


def _excerpt(response: httpx.Response) -> str:
    """The beginning of the answer. Only the log shows it: who breaks off in the middle has taken the message."""
    read = b""
    with contextlib.suppress(httpx.HTTPError, OSError, ValueError):
        for piece in response.iter_raw():
            read += piece
            if len(read) > LONGEST_ANSWER:
                break
    return read[:LONGEST_ANSWER].decode("utf-8", "replace").replace("\x00", "")
