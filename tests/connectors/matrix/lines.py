"""Accounts of bots on a homeserver of ours, and holding their line for a while."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from huixiang.channels.accounts import connect
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.matrix.line import apart, listen
from huixiang.intake.listening import take
from huixiang.workspaces.models import Workspace
from tests.connectors.matrix.synapse import User


def bot_account(workspace: Workspace, bot: User, **given: str) -> ChannelAccount:
    settings = {"homeserver": bot.address, "user": bot.id, "token": bot.token, **given}
    return connect(workspace=workspace, kind="matrix", name="车友群机器人", slug="matrix", given=settings)


def heard(account: ChannelAccount, until: Callable[[], Any], *, seconds: float = 40) -> None:
    """Hold the account's line until something is so, or raise what broke it."""
    asyncio.run(_heard(account, until, seconds))


async def _heard(account: ChannelAccount, until: Callable[[], Any], seconds: float) -> None:
    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages:
            await apart(take, account, messages)

    line = asyncio.create_task(listen(account, taken))
    end = time.monotonic() + seconds
    try:
        while not await apart(until):
            assert time.monotonic() < end, "nothing came within the time"
            done, _waiting = await asyncio.wait({line}, timeout=0.05)
            if done:
                line.result()
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
