"""One HTTP request to an endpoint, signed as Standard Webhooks says."""

import datetime
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from huixiang.channels.webhooks.address import resolve
from huixiang.kernel.errors import Refused

TIMEOUT = httpx.Timeout(10, connect=5)
LONGEST_ANSWER = 2_000
LONGEST_WAIT = 15.0
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


def _post(url: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    """To the number that was looked at, with the name in the certificate and the Host header."""
    target, parts = resolve(url), urlsplit(url)
    number = f"[{target.address}]" if ":" in target.address else target.address
    pinned = parts._replace(netloc=f"{number}:{target.port}", fragment="").geturl()
    asked = {**headers, "Host": parts.netloc}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        request = client.build_request("POST", pinned, content=body.encode(), headers=asked)
        request.extensions["sni_hostname"] = target.host
        response = client.send(request, stream=True)
        try:
            return response.status_code, _excerpt(response)
        finally:
            response.close()


def _excerpt(response: httpx.Response) -> str:
    """The beginning of the answer; who drips endlessly is not waited for."""
    read, until = b"", time.monotonic() + LONGEST_WAIT
    for piece in response.iter_raw():
        read += piece
        if len(read) > LONGEST_ANSWER or time.monotonic() > until:
            break
    return read[:LONGEST_ANSWER].decode("utf-8", "replace").replace("\x00", "")
