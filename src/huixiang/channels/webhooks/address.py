"""Where a message may go: an address anybody may give must not lead into our own network.

The host is resolved once, every address it has is looked at, and the connection goes to the one that was looked at:
a name that answers differently a moment later leads nowhere else.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from huixiang.kernel.errors import Refused

PORTS = {443, 8443}
LONGEST = 500
CARRIERS = tuple(  # networks whose addresses stand for an IPv4 address inside them
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called: the address as given, and the one number it leads to."""

    url: str
    host: str
    port: int
    address: str


def parsed(url: str, inside: Iterable[str] | None = None) -> SplitResult:
    """The parts of an address of a form that may be called; `inside` as in `resolve`. Raises Refused in words."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused(_("This is not an address.")) from error
    if len(url) > LONGEST or not url.isprintable() or " " in url or not host:
        raise Refused(_("This is not an address."))
    if parts.username or parts.password:
        raise Refused(_("An address must not carry a name or a password."))
    if allowed_inside(host, inside):
        if parts.scheme not in ("http", "https"):
            raise Refused(_("The address must begin with https://."))
        return parts
    if parts.scheme != "https":
        raise Refused(_("The address must begin with https://."))
    if (port or 443) not in PORTS:
        raise Refused(_("Only the ports %(ports)s are called.") % {"ports": ", ".join(map(str, sorted(PORTS)))})
    return parts


def allowed_inside(host: str, inside: Iterable[str] | None = None) -> bool:
    """Whether the operator of the installation named this host as one of ours that may be called."""
    named = settings.WEBHOOK_PRIVATE_HOSTS if inside is None else inside
    return host.lower() in {name.lower() for name in named}


def resolve(url: str, inside: Iterable[str] | None = None) -> Target:
    """The address and the number it leads to. Raises Refused in words for whatever may not be called.

    `inside`: the hosts of our own network that may be called; without it those that webhooks may call.
    """
    parts = parsed(url, inside)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(_("The host %(host)s cannot be found.") % {"host": host}) from error
    numbers = [str(one[4][0]).partition("%")[0] for one in found]
    if not numbers:
        raise Refused(_("The host %(host)s cannot be found.") % {"host": host})
    if not allowed_inside(host, inside) and not all(is_public(number) for number in numbers):
        raise Refused(_("The host %(host)s leads into a private network.") % {"host": host})
    return Target(url, host, port, numbers[0])


def is_public(number: str) -> bool:
    """Whether an address lies in the open internet: not ours, not the machine's, not a cloud's own service."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if any(address in net for net in CARRIERS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified
