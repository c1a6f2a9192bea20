"""Accounts with a mailbox on a server of ours, and running their line for a while."""

import asyncio
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Any

from django.db import connection

from huixiang.channels.accounts import connect
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.email.inbound import listen
from huixiang.intake.listening import take
from huixiang.workspaces.models import Workspace
from tests.connectors.email.dovecot import PASSWORD, Server


def mailbox(workspace: Workspace, server: Server, user: str, **given: str) -> ChannelAccount:
    """An account whose mailbox is `user`'s on this server."""
    settings = {
        "address": user, "imap_host": "127.0.0.1", "imap_port": str(server.port), "imap_security": "plain",
        "password": PASSWORD, **given,
    }  # fmt: skip
    return connect(workspace=workspace, kind="email", name="客服邮箱", slug=user.partition("@")[0], given=settings)


ACHUAN = "阿川 <achuan@example.com>"


def mail(text: str = "", *, sender: str = ACHUAN, own_id: str = "", **headers: str) -> EmailMessage:
    """A mail as a person's program writes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Date"] = sender, "support@example.com", "Sun, 22 Nov 2026 09:00:00 +0800"
    made["Message-ID"] = own_id or f"<{time.monotonic_ns()}@mail.example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def heard(account: ChannelAccount, until: Callable[[], Any], *, seconds: float = 30) -> None:
    """Hold the account's line until something is so, or raise what broke it."""
    asyncio.run(_heard(account, until, seconds))


async def _heard(account: ChannelAccount, until: Callable[[], Any], seconds: float) -> None:
    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages:
            await asyncio.to_thread(_apart, take, account, messages)

    line = asyncio.create_task(listen(account, taken))
    end = time.monotonic() + seconds
    try:
        while not await asyncio.to_thread(_apart, until):
            assert time.monotonic() < end, "nothing came within the time"
            done, _waiting = await asyncio.wait({line}, timeout=0.02)
            if done:
                line.result()
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)


def _apart(work: Callable[..., Any], *args: Any) -> Any:
    try:
        return work(*args)
    finally:
        connection.close()
