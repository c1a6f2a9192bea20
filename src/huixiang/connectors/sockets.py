"""Opening a line to a platform: with a time-out, the account's proxy, and what goes wrong in the operator's words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from huixiang.channels import accounts
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.address import resolve
from huixiang.kernel.errors import Refused

OPEN_WITHIN, CLOSE_WITHIN = 10, 3  # seconds
LARGEST: Final = 4 * 1024 * 1024  # bytes of a frame
PING_EVERY: Final = 30  # seconds between two pings of the protocol itself, and until its answer


class Straight(connect):
    """An opening that follows no redirect: only the address we were given was looked at."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Give up."""
        return exc


@contextlib.asynccontextmanager
async def opened(account: ChannelAccount, url: str) -> AsyncIterator[ClientConnection]:
    """An open line to a ws:// or wss:// address, closed afterwards; no way into our own network.

    Raises TransportError when it cannot be opened, and when it breaks within.
    """
    proxy = accounts.value(account, accounts.PROXY) or None
    try:
        if proxy is None:  # through a proxy the name is resolved at its other end
            await asyncio.to_thread(resolve, url.replace("ws", "http", 1))
        async with Straight(
            url, proxy=proxy, open_timeout=OPEN_WITHIN, close_timeout=CLOSE_WITHIN, max_size=LARGEST,
            ping_interval=PING_EVERY, ping_timeout=PING_EVERY,
        ) as line:  # fmt: skip
            yield line
    except Refused as refused:
        raise TransportError(str(refused.sentence)) from refused
    except ConnectionClosed as error:
        raise TransportError(_("The platform closed the line: %(why)s") % {"why": str(error)[:200]}) from error
    except (WebSocketException, OSError, TimeoutError, ImportError) as error:  # ImportError: SOCKS is not installed
        why = str(error)[:200] or type(error).__name__
        raise TransportError(_("The line to the platform cannot be opened: %(why)s") % {"why": why}) from error
