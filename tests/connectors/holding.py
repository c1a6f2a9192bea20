"""A process that holds lines, as a thread of the test: with a loop of its own, as `huixiang listen` has one."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import pytest

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
