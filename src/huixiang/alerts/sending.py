"""Telling an address by apprise, and never anything inside our own network.

An address is one of the services named here. What leads to a host of the team's choice is looked up when it is kept and
again when it is used; and while apprise speaks, every connection it opens, also after a redirect, goes to the number
that was looked at and nowhere private.
"""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from urllib.request import getproxies

import apprise
from django.utils.translation import gettext as _
from urllib3.util import connection

from huixiang.channels.webhooks.address import allowed_inside, is_public
from huixiang.engine.masking import mask
from huixiang.kernel.errors import Refused

LONGEST: Final = 500
SERVICES: Final = {
    "wecombot": "企业微信", "feishu": "飞书", "lark": "Lark", "dingtalk": "钉钉", "schan": "Server酱",
    "wxpusher": "WxPusher", "slack": "Slack", "discord": "Discord", "tgram": "Telegram", "pover": "Pushover",
}  # fmt: skip
OWN_HOSTS: Final = {
    "ntfy": "ntfy", "ntfys": "ntfy", "bark": "Bark", "barks": "Bark", "gotify": "Gotify", "gotifys": "Gotify",
    "pushdeer": "PushDeer", "pushdeers": "PushDeer", "mmost": "Mattermost", "mmosts": "Mattermost", "json": "JSON",
    "jsons": "JSON", "xml": "XML", "xmls": "XML", "form": "Form", "forms": "Form",
}  # fmt: skip
"""Services at a host that the address names."""

_guarded: ContextVar[bool] = ContextVar("connections may not lead into our own network", default=False)
_connect = connection.create_connection


class NotTold(Exception):  # noqa: N818 - reads as a sentence
    """The service did not take it; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _careful(address: tuple[str, int], *rest: Any, **named: Any) -> socket.socket:
    """urllib3's way to open a connection, held to public numbers while somebody's address is used."""
    host, port = address
    if _guarded.get() and not _exempt(host):
        address = (_public_number(host, port), port)
    return _connect(address, *rest, **named)


connection.create_connection = _careful


def _exempt(host: str) -> bool:
    """Hosts whoever runs the installation has named, and its own way out."""
    return allowed_inside(host) or host in {urlsplit(way).hostname for way in getproxies().values()}


def _public_number(host: str, port: int) -> str:
    """The number of a host, all of whose numbers are public. Raises OSError otherwise: a refused connection."""
    numbers = [str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not numbers or not all(is_public(number) for number in numbers):
        raise OSError("the host leads into a private network")
    return numbers[0]


@contextmanager
def guard() -> Iterator[None]:
    """Within, no connection of urllib3 leads into a private network."""
    token = _guarded.set(True)
    try:
        yield
    finally:
        _guarded.reset(token)


def service(address: str) -> Any:
    """The service an address means, ready to be told. Raises Refused in words for whatever may not be used."""
    scheme = address.partition("://")[0].lower()
    if scheme not in SERVICES and scheme not in OWN_HOSTS:
        known = ", ".join(sorted(f"{one}://" for one in (*SERVICES, *OWN_HOSTS)))
        raise Refused(_("The address begins with the name of a service: %(known)s") % {"known": known})
    if len(address) > LONGEST or not address.isprintable() or " " in address or "template" in parse_qs(_query(address)):
        raise Refused(_("This is not an address."))
    found = _read(address)
    if found is None:
        raise Refused(_("The service cannot read this address: look again at what it wants to hear."))
    if scheme in OWN_HOSTS and getattr(found, "mode", "") != "cloud":
        _check_host(str(found.host or ""), found.port)
    return found


def _query(address: str) -> str:
    return address.partition("?")[2]


def _read(address: str) -> Any:
    try:
        return apprise.Apprise.instantiate(address, suppress_exceptions=True)
    except Exception:  # noqa: BLE001 - a library's parser, given anything
        return None


def _check_host(host: str, port: int | None) -> None:
    if _exempt(host):
        return
    try:
        _public_number(host, port or 443)
    except (OSError, UnicodeError, ValueError) as error:
        if isinstance(error, (socket.gaierror, UnicodeError)):
            raise Refused(_("The host %(host)s cannot be found.") % {"host": host}) from error
        raise Refused(_("The host %(host)s leads into a private network.") % {"host": host}) from error


def shown(address: str) -> str:
    """What may be seen of an address: its secrets stand as dots."""
    return str(service(address).url(privacy=True)).partition("?")[0][:200]


def tell(address: str, *, title: str, body: str) -> None:
    """Say it there, in this thread. Raises NotTold with what the service answered, Refused as `service` does."""
    wanted = service(address)
    captured: Any = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
    with guard(), captured as said:
        try:
            told = wanted.notify(title=title, body=body, notify_type=apprise.NotifyType.WARNING)
        except Exception as error:  # whatever a service's answer makes the library do
            raise NotTold(type(error).__name__) from error
        words = said.getvalue().strip().splitlines() if said else []
    if not told:
        raise NotTold(mask(words[-1]).text[:200] if words else _("It was not taken."))
