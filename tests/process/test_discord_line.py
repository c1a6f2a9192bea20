"""Ten thousand messages at Discord, a twentieth told twice, out of order, the line's process killed twice.

People go on writing while no line stands, and Discord tells nothing of it afterwards: it has to be read.
"""

import asyncio
import contextlib
import datetime
import itertools
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.connectors.discord.gateway import BOT, DISPATCH, GUILD, Gateway, gateway, history, said
from tests.connectors.loopback import Platform, platform
from tests.process.calls import words
from tests.process.deluge import shuffled
from tests.process.proving import MESSAGES, STORED, all_once, connected, killed_twice
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
CHANNELS = ("600", "601", "602", "603", "604")
ALONE = "604"
A_SECOND = max(15.0, MESSAGES / 120)  # messages
FIRST_ID = 1420070400000  # thousandths of a second: when Discord's ids begin


class Community:
    """A server with channels, and somebody who writes to the bot alone."""

    def __init__(self) -> None:
        self.began = int(time.time() * 1000)
        self.written: dict[str, list[dict[str, Any]]] = {channel: [] for channel in CHANNELS}
        self.discord = Gateway(guilds=[])
        self._sequence = itertools.count(100)
        self._loop = asyncio.new_event_loop()
        self.show()

    def message(self, number: int) -> dict[str, Any]:
        """Number n: its id and time say when it was written, whenever it is told."""
        channel, at = CHANNELS[number % len(CHANNELS)], self.began + number * 10
        when = datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).isoformat()
        own_id = (at - FIRST_ID) << 22 | number
        alone = {"guild_id": None} if channel == ALONE else {}
        return said(own_id, words(number), channel_id=channel, timestamp=when, **alone)

    def writes(self, number: int) -> None:
        """Somebody writes: it is in the channel, and the line is told if one stands."""
        message = self.message(number)
        kept = self.written[message["channel_id"]]
        if all(one["id"] != message["id"] for one in kept[-100:]):
            kept.append(message)
        asyncio.run_coroutine_threadsafe(self._tell(message), self._loop).result()

    async def _tell(self, message: dict[str, Any]) -> None:
        self.show()
        for send in self.discord.lines[-1:]:
            with contextlib.suppress(ConnectionClosed):
                await send(DISPATCH, message, "MESSAGE_CREATE", next(self._sequence))

    def show(self) -> None:
        """What a new line is told of the server: each channel's latest message."""
        channels: list[dict[str, Any]] = [
            {"id": one, "type": 0, "name": f"吐槽{one}", "position": 0, "permission_overwrites": [],
             "last_message_id": max((kept["id"] for kept in self.written[one]), key=int, default=None)}
            for one in CHANNELS if one != ALONE
        ]  # fmt: skip
        self.discord.guilds[:] = [{**GUILD, "channels": channels}]

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """The gateway, in a thread."""
        stop = asyncio.Event()
        stands = threading.Event()

        async def run() -> None:
            async with gateway(self.discord):
                stands.set()
                await stop.wait()

        thread = threading.Thread(target=self._run, args=(run(),))
        thread.start()
        stands.wait()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(stop.set)
            thread.join()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(work)
        self._loop.close()


@pytest.fixture
def rest() -> Iterator[Platform]:
    with platform() as found:
        application = {
            "id": "900", "name": "回响", "description": "", "bot_public": True, "bot_require_code_grant": False,
            "verify_key": "", "flags": 0, "owner": BOT, "icon": None, "team": None, "summary": "",
        }  # fmt: skip
        found.answers = {"/api/users/@me": (200, BOT), "/api/oauth2/applications/@me": (200, application)}
        yield found


def test_each_is_stored_once_and_none_is_missing(product: Product, rest: Platform, tmp_path: Path) -> None:
    community = Community()
    for channel, kept in community.written.items():
        rest.answers[f"/api/channels/{channel}/messages"] = history(kept)
    with community.at_work():
        rest.answers["/api/gateway/bot"] = community.discord.found_at()
        told = connected(product, "discord", {"bot_token": TOKEN, "api": f"{rest.address}/api"}, tmp_path)
        stored = STORED.format(id=told["id"])
        until = time.monotonic() + 60
        while not community.discord.lines:
            assert time.monotonic() < until, "no line was opened"
            time.sleep(0.05)
        with killed_twice(product, stored, "listen"):
            started = time.monotonic()
            for place, number in enumerate(shuffled(MESSAGES)):
                time.sleep(max(0.0, started + place / A_SECOND - time.monotonic()))
                community.writes(number)
            ended = time.monotonic()
            product.until(stored, MESSAGES)
        opened, read = len(community.discord.identified), len([one for one in rest.asked if "messages" in one.path])
        print(  # noqa: T201 - the figures are what is wanted
            f"\ndiscord line: written in {ended - started:.0f} s, all stored {time.monotonic() - ended:.0f} s later, "
            f"{opened} lines, {read} pages read of what was missed"
        )
        all_once(product, told["id"])
    assert opened == 3
