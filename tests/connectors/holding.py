"""Holding lines in a test: all of them as `huixiang listen` does, or one account's until something is so."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from huixiang.channels.contracts import InboundMessage, connector
from huixiang.channels.models import ChannelAccount
from huixiang.intake import listening


@contextlib.contextmanager
def lines_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold the lines of every account, looking often."""
    monkeypatch.setattr(listening, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(listening, "SEND_EVERY", 0.05)
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.1)
    loop = asyncio.new_event_loop()
    task = loop.create_task(listening.Lines().run())

    def hold() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def heard(account: ChannelAccount, until: Callable[[], Any], *, seconds: float = 40) -> None:
    """Hold the account's line until something is so, or raise what broke it."""
    asyncio.run(_heard(account, until, seconds))


async def _heard(account: ChannelAccount, until: Callable[[], Any], seconds: float) -> None:
    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages:
            await listening.apart(listening.take, account, messages)

    line = asyncio.create_task(connector(account.kind).listen(account, taken))
    end = time.monotonic() + seconds
    try:
        while not await listening.apart(until):
            assert time.monotonic() < end, "nothing came within the time"
            done, _waiting = await asyncio.wait({line}, timeout=0.02)
            if done:
                line.result()
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
