"""Connections to mail servers: not into our own network, by the account's proxy, encrypted; errors in words."""

import contextlib
import socket
import ssl
from typing import Final

from django.utils.translation import gettext as _
from python_socks import ProxyError, ProxyTimeoutError
from python_socks.sync import Proxy

from huixiang.channels import accounts
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.address import allowed_inside, is_public

TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
TIMEOUT: Final = 30.0  # seconds until a server has answered


def connected(account: ChannelAccount, host: str, port: int, security: str) -> socket.socket:
    """A connection, encrypted already where `security` is TLS. Raises TransportError: nothing was said yet."""
    if security == PLAIN and not allowed_inside(host):
        raise TransportError(
            _("The password would go to %(host)s unencrypted. Choose TLS or STARTTLS.") % {"host": host}, pauses=True
        )
    try:
        line = _through(account, host, port)
        return context().wrap_socket(line, server_hostname=host) if security == TLS else line
    except (OSError, ProxyError, ProxyTimeoutError, ValueError) as error:
        raise TransportError(said(error, host)) from error


def context() -> ssl.SSLContext:
    """Certificates are checked."""
    return ssl.create_default_context()


def said(error: Exception, host: str) -> str:
    """What the operator reads of a connection that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("%(host)s shows a certificate that does not prove it is %(host)s: %(why)s") % {
            "host": host, "why": error.verify_message,
        }  # fmt: skip
    if isinstance(error, ssl.SSLError):
        return _("%(host)s does not speak TLS at this port: check the port, or choose STARTTLS.") % {"host": host}
    if isinstance(error, socket.gaierror):
        return _("The host %(host)s cannot be found.") % {"host": host}
    why = getattr(error, "strerror", "") or str(error)[:200] or type(error).__name__
    return _("The mail server %(host)s cannot be reached: %(why)s") % {"host": host, "why": why}


def _through(account: ChannelAccount, host: str, port: int) -> socket.socket:
    """By the account's proxy, where the name is resolved at its other end; else to an address that was looked at."""
    proxy = accounts.value(account, accounts.PROXY)
    if proxy:
        line: socket.socket = Proxy.from_url(proxy).connect(dest_host=host, dest_port=port, timeout=TIMEOUT)
        line.settimeout(TIMEOUT)
        return line
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allowed_inside(host) and not all(is_public(number.partition("%")[0]) for number in found):
        raise TransportError(_("The host %(host)s leads into a private network.") % {"host": host}, pauses=True)
    return _first_open(found, port)


def _first_open(numbers: list[str], port: int) -> socket.socket:
    """A host may have several addresses of which only some answer."""
    for number in numbers[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((number, port), timeout=TIMEOUT)
    return socket.create_connection((numbers[-1], port), timeout=TIMEOUT)
