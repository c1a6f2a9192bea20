"""Open lines: one process holds them, one line an account, and only while it has the account's lease.

Some platforms drop the older of two lines of one bot, so two processes must never hold the same. The lease is renewed
while the line stands; a process that was killed loses it after LEASE, and another one takes over.
"""

import asyncio
import contextlib
import datetime
import logging
import os
import secrets
import socket
import uuid
from collections.abc import Sequence
from typing import Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone

from huixiang.channels import accounts, delivering
from huixiang.channels.contracts import Hears, InboundMessage, Taken, TransportError, connector, connectors
from huixiang.channels.models import ChannelAccount, Health
from huixiang.channels.webhooks.receiving import refuse
from huixiang.intake.actions import REFUSED, receive

log = logging.getLogger(__name__)

LEASE: Final = datetime.timedelta(seconds=30)
LOOK_EVERY: Final = 5.0  # seconds between two looks at the accounts and leases
SEND_EVERY: Final = 0.5  # seconds between two looks for what goes out by an open line
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds before a broken line is opened again, doubled each time


def holder() -> str:
    """A name of this process that no other has."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


def to_hold(name: str) -> list[ChannelAccount]:
    """Take or renew the lease of every account that wants a line and is free or ours; returns those we hold."""
    kinds = [kind for kind, by in connectors().items() if by.form]
    wanted = [
        account for account in accounts.of_kinds(kinds)
        if connector(account.kind).hears_by(account) == Hears.LINE and not account.paused_reason
    ]  # fmt: skip
    now = timezone.now()
    ids = [account.id for account in wanted]
    for account in wanted:
        accounts.health_of(account)
    free = Health.objects.filter(Q(holder=name) | Q(holder="") | Q(held_until__isnull=True) | Q(held_until__lt=now))
    free.filter(account_id__in=ids).update(holder=name, held_until=now + LEASE)
    ours = set(Health.objects.filter(holder=name, account_id__in=ids).values_list("account_id", flat=True))
    return [account for account in wanted if account.id in ours]


def let_go(name: str) -> None:
    """Give every lease back, so that another process need not wait for it to run out."""
    Health.objects.filter(holder=name).update(holder="", held_until=None, connected_at=None)


def take(account: ChannelAccount, messages: Sequence[InboundMessage]) -> None:
    """Store what came by a line, before the platform is told that it was taken."""
    close_old_connections()
    receipts = receive(account=account, messages=messages)
    for receipt, message in zip(receipts, messages, strict=True):
        if receipt.status == REFUSED:
            refuse(account=account, reason=receipt.error, body=message.text)
    accounts.note_heard(account, len(messages))


class Lines:
    """The lines of this process."""

    def __init__(self) -> None:
        self.name = holder()
        self._tasks: dict[uuid.UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Hold lines until cancelled."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(LOOK_EVERY)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            await sync_to_async(let_go)(self.name)

    async def _look(self) -> None:
        """Open lines that are new, close those that are no longer ours."""
        try:
            held = {account.id: account for account in await sync_to_async(_fresh)(self.name)}
        except Exception:  # the database is away for a moment: lines go on, leases are renewed at the next look
            log.exception("the leases could not be renewed")
            return
        for gone in [one for one, task in self._tasks.items() if one not in held or task.done()]:
            self._tasks.pop(gone).cancel()
        for account_id, account in held.items():
            if account_id not in self._tasks:
                self._tasks[account_id] = asyncio.create_task(_line(account))


def _fresh(name: str) -> list[ChannelAccount]:
    close_old_connections()
    return to_hold(name)


async def _line(account: ChannelAccount) -> None:
    """Keep one line open, and what goes out by it going out; a broken one is opened again, later each time."""
    by, pause = connector(account.kind), FIRST_PAUSE
    sender = asyncio.create_task(_sending(account)) if by.own_line else None
    try:
        while True:
            opened = asyncio.get_running_loop().time()
            try:
                await by.listen(account, _taker(account))
                sentence = ""
            except TransportError as error:
                sentence = error.sentence
                if error.pauses:
                    await sync_to_async(accounts.pause)(account=account, reason=sentence)
                    return
            except asyncio.CancelledError:
                raise
            except Exception as error:  # a frame nobody foresaw must not end the line for good
                log.exception("the line of %s broke", account.id)
                sentence = str(error) or type(error).__name__
            await sync_to_async(accounts.note_trouble)(account, sentence)
            pause = FIRST_PAUSE if asyncio.get_running_loop().time() - opened > LONGEST_PAUSE else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            account = await sync_to_async(_again)(account)
    finally:
        if sender is not None:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender


def _again(account: ChannelAccount) -> ChannelAccount:
    """The account with the settings of now: a secret may have been changed since."""
    close_old_connections()
    return ChannelAccount.objects.select_related("workspace").filter(id=account.id).first() or account


def _taker(account: ChannelAccount) -> Taken:
    async def taken(messages: Sequence[InboundMessage]) -> None:
        if messages:
            await sync_to_async(take)(account, messages)

    return taken


async def _sending(account: ChannelAccount) -> None:
    while True:
        await asyncio.sleep(SEND_EVERY)
        try:
            await sync_to_async(_send, thread_sensitive=False)(account.id)
        except Exception:  # the database is away for a moment
            log.exception("sending by the line of %s failed", account.id)


def _send(account_id: uuid.UUID) -> None:
    close_old_connections()
    delivering.deliver_account(account_id, budget=delivering.BUDGET)
