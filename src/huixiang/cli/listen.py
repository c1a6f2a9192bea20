"""`huixiang listen`: holds the open lines to platforms that send by one."""

import argparse
import asyncio
import contextlib
import signal

from huixiang.cli import django_start

HELP = "Hold the open lines to platforms (Feishu, DingTalk, WeCom bot, Discord, Matrix, IMAP) until stopped"


def configure(_parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_args: argparse.Namespace) -> int:
    """Open a line for every account that wants one; another process takes over what this one lets go."""
    django_start.start()
    asyncio.run(_until_stopped())
    return 0


async def _until_stopped() -> None:
    """Until SIGINT or SIGTERM; a second one does not cut short what the first began."""
    from huixiang.intake.listening import Lines  # noqa: PLC0415 - Django must be set up first

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    lines, stopping = asyncio.create_task(Lines().run()), asyncio.create_task(stop.wait())
    await asyncio.wait({lines, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    lines.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await lines
