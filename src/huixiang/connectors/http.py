"""Calling a platform: with a time-out, the account's proxy, and what goes wrong said in the operator's words."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any, Final

import httpx
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels import accounts
from huixiang.channels.contracts import Setting, Sort, TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.address import resolve
from huixiang.kernel.errors import Refused

TIMEOUT: Final = httpx.Timeout(10, connect=5)
LARGEST: Final = 8 * 1024 * 1024  # bytes of an answer
REFUSED, BROKEN, TOO_MANY = 400, 500, 429
NO_WORD: Final = frozenset({502, 504})  # of a gateway: the platform behind it may have done it


def api_address(official: str) -> Setting:
    """The setting with the address of a platform's interface, the official one unless told otherwise."""
    return Setting(
        "api", gettext_lazy("Address of the interface"),
        gettext_lazy("Only for another region or a gateway of your own"),
        Sort.ADDRESS, required=False, default=official,
    )  # fmt: skip


def call(
    account: ChannelAccount, method: str, url: str, *, json_body: Any = None, params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None, content: bytes | None = None, safe_again: bool = False,
) -> tuple[int, Any]:  # fmt: skip
    """Return the status and the JSON of the answer, {} when it is none.

    A refusal is returned, too: what its codes mean is the connector's to say.
    `safe_again`: the same call twice does no harm (a question, or a send the platform drops doubles of), so a line that
    breaks after the request is worth another try. Raises TransportError: for a line that broke, for 5xx, and for 429
    with the seconds to wait.
    """
    try:
        with client(account, url) as line:
            answer = line.request(method, url, json=json_body, params=params, headers=headers, content=content)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise TransportError(_unreachable(url, error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise TransportError(_unreachable(url, error), unknown=not safe_again) from error
    if answer.status_code == TOO_MANY:
        raise TransportError(_("The platform asks us to slow down."), again_in=_seconds(answer))
    if answer.status_code >= BROKEN:
        sentence = _("The platform has trouble (%(code)d).") % {"code": answer.status_code}
        raise TransportError(sentence, unknown=answer.status_code in NO_WORD and not safe_again)
    return answer.status_code, _json(answer)


@contextlib.contextmanager
def client(account: ChannelAccount, url: str) -> Any:
    """A client for this account: its proxy, our time-outs, no redirects, no way into our own network.

    Raises TransportError, permanent, for an address that may not be called.
    """
    proxy = accounts.value(account, accounts.PROXY) or None
    if proxy is None:  # through a proxy the name is resolved at its other end
        try:
            resolve(url)
        except Refused as refused:
            raise TransportError(str(refused.sentence)) from refused
    way = None if proxy else _Pinned()
    with httpx.Client(
        timeout=TIMEOUT, proxy=proxy, transport=way, follow_redirects=False, trust_env=False
    ) as line:
        yield line


class _Pinned(httpx.HTTPTransport):
    """Connects to the number that was looked at: a name that answers differently a moment later leads nowhere else."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there, with the name in the certificate and the Host header."""
        try:
            target = resolve(str(request.url))
        except Refused as refused:
            raise httpx.ConnectError(str(refused.sentence), request=request) from refused
        request.url = request.url.copy_with(host=target.address)
        request.extensions = {**request.extensions, "sni_hostname": target.host}
        return super().handle_request(request)


def _unreachable(url: str, error: Exception) -> str:
    host = httpx.URL(url).host if url.isprintable() else url[:80]
    return _("%(host)s cannot be reached: %(why)s") % {"host": host, "why": str(error)[:200] or type(error).__name__}


def _seconds(answer: httpx.Response) -> float:
    """How long the platform asks us to wait: in the header, or in the body as Telegram and Discord do."""
    asked = answer.headers.get("retry-after", "") or _asked_inside(_json(answer))
    return min(float(asked), 3600.0) if asked.isascii() and asked.replace(".", "", 1).isdigit() else 60.0


def _asked_inside(body: Any) -> str:
    parameters = body.get("parameters", body) if isinstance(body, dict) else {}
    return str(parameters.get("retry_after", "")) if isinstance(parameters, dict) else ""


def _json(answer: httpx.Response) -> Any:
    if len(answer.content) > LARGEST:
        return {}
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
