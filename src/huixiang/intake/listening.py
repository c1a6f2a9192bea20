"""Open lines: one process holds them, one line an account, and only while it has the account's lease.

Some platforms drop the older of two lines of one bot, so two processes must never hold the same. The lease is renewed
while the line stands; a process that was killed loses it after LEASE, and another one takes over. A process that cannot
renew closes its lines before somebody else may open them.
"""

import asyncio
import datetime
import logging
import os
import secrets
import socket
import uuid
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from django.db import close_old_connections
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from huixiang.channels import accounts, delivering
from huixiang.channels.contracts import Connector, Hears, InboundMessage, Taken, TransportError, connector, connectors
from huixiang.channels.models import ChannelAccount, Health
from huixiang.channels.webhooks.receiving import refuse
from huixiang.intake.taking import take

log = logging.getLogger(__name__)

LEASE: Final = datetime.timedelta(seconds=30)
LOOK_EVERY: Final = 5.0  # seconds between two looks at the accounts and leases
MARGIN: Final = 8.0  # seconds before the end of an unrenewed lease at which its line is closed
SEND_EVERY: Final = 0.5  # seconds between two looks for what goes out by an open line
TURN: Final = 5.0  # seconds of one turn of sending: a process that is to stop waits for those under way
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds before a broken line is opened again, doubled each time
STEADY: Final = 60.0  # seconds a line stood after which its next pause is the first again
CLOSE_WITHIN: Final = 10.0  # seconds
STORING, SENDING = 6, 8  # threads


def holder() -> str:
    """A name of this process that no other has."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


def to_hold(name: str) -> list[ChannelAccount]:
    """Take or renew the lease of every account that wants a line and is free or ours; returns those we hold.

    By the database's clock, so that machines whose clocks differ agree. What wants no line any more is let go.
    """
    kinds = [kind for kind, by in connectors().items() if by.form]
    wanted = [
        account for account in accounts.of_kinds(kinds) if connector(account.kind).hears_by(account) == Hears.LINE
    ]
    ids = [account.id for account in wanted]
    known = set(Health.objects.filter(account_id__in=ids).values_list("account_id", flat=True))
    for account in wanted:
        if account.id not in known:
            accounts.health_of(account)
    Health.objects.filter(holder=name).exclude(account_id__in=ids).update(**NOBODYS)
    free = Health.objects.filter(Q(holder=name) | Q(holder="") | Q(held_until__isnull=True) | Q(held_until__lt=Now()))
    free.filter(account_id__in=ids).update(holder=name, held_until=Now() + LEASE)
    ours = set(Health.objects.filter(holder=name, account_id__in=ids).values_list("account_id", flat=True))
    return [account for account in wanted if account.id in ours]


NOBODYS: Final[dict[str, Any]] = {"holder": "", "held_until": None, "connected_at": None}


def let_go(name: str) -> None:
    """Give every lease back, so that another process need not wait for it to run out."""
    Health.objects.filter(holder=name).update(**NOBODYS)


async def park(account: ChannelAccount, sentence: str, body: str) -> None:
    """Keep in plain sight what came by a line and makes no sense, so that it can be acknowledged."""
    await apart(lambda: refuse(account=account, reason=sentence, body=body))


async def apart(work: Callable[..., Any], *args: Any) -> Any:
    """Run what asks the database or a platform in a thread, so that no line waits for another."""
    return await asyncio.to_thread(connected, work, *args)


def connected(work: Callable[..., Any], *args: Any) -> Any:
    """Run in a thread with a connection that works: a database that was started again does not hang about in it.

    The thread is nobody's, so what it opened is closed when its time is over.
    """
    close_old_connections()
    try:
        return work(*args)
    finally:
        close_old_connections()


def note_open(account: ChannelAccount) -> None:
    """The line stands: what was wrong before is over."""
    Health.objects.filter(account=account).update(connected_at=timezone.now(), error="", error_at=None)


def note_closed(account: ChannelAccount, error: TransportError | None) -> None:
    """The line is down, and why. When nothing helps but a person, the account is paused with the sentence."""
    Health.objects.filter(account=account).update(connected_at=None)
    accounts.note_trouble(account, error.sentence if error else "")
    if error is not None and error.pauses:
        accounts.pause(account=account, reason=error.sentence)


@dataclass(slots=True)
class _Line:
    """One line, and the settings it was opened with."""

    account: ChannelAccount
    task: asyncio.Task[None]

    def is_over(self, now: ChannelAccount | None, *, ended: bool) -> bool:
        """No longer ours, opened with other settings, or broken down; one a person must look at stays as it is.

        `ended`: before `now` was read, so that a pause that came with the end is in it.
        """
        if now is None or now.settings != self.account.settings:
            return True
        return ended and not now.paused_reason


class Lines:
    """The lines of this process. Everything that asks the database runs in threads: the lines never wait for it."""

    def __init__(self) -> None:
        self.name = holder()
        self._lines: dict[uuid.UUID, _Line] = {}
        self._turns: dict[uuid.UUID, asyncio.Task[None]] = {}
        self._renewed = 0.0
        self._stores = ThreadPoolExecutor(STORING, thread_name_prefix="storing")
        self._senders = ThreadPoolExecutor(SENDING, thread_name_prefix="sending")

    async def run(self) -> None:
        """Hold lines until cancelled; then what is being sent is sent, the lines close, the leases are given back."""
        self._renewed = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                for work, every in ((self._look, LOOK_EVERY), (self._guard, 1.0), (self._send, SEND_EVERY)):
                    group.create_task(_again_and_again(work, every))
        finally:
            if self._turns:
                await asyncio.wait(self._turns.values(), timeout=CLOSE_WITHIN)
            await self._close(list(self._lines))
            await self._apart(let_go, self.name)
            for pool in (self._stores, self._senders):  # what a thread is at is finished, not cut off
                await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _apart(self, work: Callable[..., Any], *args: Any, pool: ThreadPoolExecutor | None = None) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool or self._stores, connected, work, *args)

    async def _look(self) -> None:
        """Open lines that are new, close those that are no longer ours."""
        asked = asyncio.get_running_loop().time()
        ended = {one for one, line in self._lines.items() if line.task.done()}
        held = {account.id: account for account in await self._apart(to_hold, self.name)}
        self._renewed = asked
        over = [one for one, line in self._lines.items() if line.is_over(held.get(one), ended=one in ended)]
        await self._close(over)
        for account_id, account in held.items():
            if account_id not in self._lines:
                self._lines[account_id] = _Line(account, asyncio.create_task(self._line(account)))

    async def _guard(self) -> None:
        """Without the database for long: another process may have it, and is about to take over."""
        if asyncio.get_running_loop().time() - self._renewed > LEASE.total_seconds() - MARGIN and self._lines:
            log.error("the leases could not be renewed in time: the lines are closed")
            await self._close(list(self._lines))

    async def _close(self, ids: Collection[uuid.UUID]) -> None:
        """Returns when they are closed: only then may they be opened again."""
        tasks = [self._lines.pop(one).task for one in ids]
        for task in tasks:
            task.cancel()
        if tasks:
            done, _open = await asyncio.wait(tasks, timeout=CLOSE_WITHIN)
            for task in done:
                if not task.cancelled() and (error := task.exception()):
                    log.error("a line ended", exc_info=error)

    async def _line(self, account: ChannelAccount) -> None:
        """Keep one line open; a broken one is opened again, later each time, until only a person can help."""
        clock, pause = asyncio.get_running_loop().time, FIRST_PAUSE
        while True:
            opened = clock()
            error = await self._listened(connector(account.kind), account)
            await self._apart(note_closed, account, error)
            if error is not None and error.pauses:
                return
            if error is None or clock() - opened > STEADY:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause if error is None or error.again_in is None else error.again_in)
            pause = min(pause * 2, LONGEST_PAUSE)
            account = await self._apart(_of_now, account)

    async def _listened(self, by: Connector, account: ChannelAccount) -> TransportError | None:
        """Hold the line until it ends; returns why, None when the platform only wants it opened anew."""
        try:
            await by.listen(account, self._taker(account))
        except TransportError as error:
            return error
        except Exception as error:  # a frame nobody foresaw must not end the line for good
            log.exception("the line of %s broke", account.id)
            return TransportError(str(error) or type(error).__name__)
        return None

    def _taker(self, account: ChannelAccount) -> Taken:
        stands = False

        async def taken(messages: Sequence[InboundMessage]) -> None:
            nonlocal stands
            if not stands:
                await self._apart(note_open, account)
                stands = True
            if messages:
                await self._apart(take, account, messages)

        return taken

    async def _send(self) -> None:
        """Begin a turn for each account with something due that goes out by a line of ours."""
        lines = [line.account for line in self._lines.values() if line.account.id not in self._turns]
        ids = [account.id for account in lines if connector(account.kind).sends_by_line(account)]
        for account_id in await self._apart(delivering.due_among, ids) if ids else ():
            self._turns[account_id] = asyncio.create_task(self._turn(account_id))

    async def _turn(self, account_id: uuid.UUID) -> None:
        try:
            await self._apart(_deliver, account_id, pool=self._senders)
        except Exception:  # the database is away for a moment; what is due stays due
            log.exception("sending by the line of %s failed", account_id)
        finally:
            self._turns.pop(account_id, None)


async def _again_and_again(work: Callable[[], Any], every: float) -> None:
    while True:
        try:
            await work()
        except Exception:  # the database is away for a moment: lines go on as long as their leases last
            log.exception("looking after the lines failed")
        await asyncio.sleep(every)


def _of_now(account: ChannelAccount) -> ChannelAccount:
    """The account with the settings of now: a secret may have been changed since."""
    return ChannelAccount.objects.select_related("workspace").filter(id=account.id).first() or account


def _deliver(account_id: uuid.UUID) -> None:
    delivering.deliver_account(account_id, budget=TURN)
