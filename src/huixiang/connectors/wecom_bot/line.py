"""WeCom's long connection: subscribed once, kept alive by its own ping, answers found by the `req_id` of questions.

WeCom is not told what was stored and sends nothing again, so what has come is held until the database takes it; reading
goes on meanwhile, as answers and pings come by the same line.
"""

import asyncio
import concurrent.futures
import contextlib
import datetime
import json
import logging
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from huixiang.channels.accounts import value
from huixiang.channels.contracts import InboundMessage, Taken, TransportError, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors import sockets
from huixiang.connectors.payload import found, json_object, word
from huixiang.connectors.wecom_bot.inbound import is_message, message
from huixiang.intake.listening import park

log = logging.getLogger(__name__)

SUBSCRIBE, PING = "aibot_subscribe", "ping"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
DISCONNECTED: Final = "disconnected_event"
PING_EVERY: Final = 30.0  # seconds
ANSWER_WITHIN: Final = 10.0  # seconds
BUSY: Final = frozenset({-1, 45009, 45033})
AT_ONCE: Final = 100  # messages stored together
AGAIN_AFTER: Final = 0.5  # seconds, when they could not be stored
LAST_WORDS: Final = 3.0  # seconds for what still waits when the line closes
KICKED: Final = 300.0  # seconds until we try again when another program took the line: it would only be taken back

_lines: dict[uuid.UUID, "Line"] = {}


class Line:
    """One subscribed connection. `ask` is for other threads, `asked` for the line's own loop."""

    def __init__(self, account: ChannelAccount, wire: ClientConnection) -> None:
        self._account, self._wire = account, wire
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._came = asyncio.Queue[InboundMessage]()

    def ask(self, command: str, body: Mapping[str, Any], req_id: str = "") -> dict[str, Any]:
        """WeCom's answer. Raises TransportError: unknown when the line broke before the answer came."""
        asking = self.asked(command, body, req_id)
        try:
            waiting = asyncio.run_coroutine_threadsafe(asking, self._loop)
        except RuntimeError as error:  # the loop has ended
            asking.close()
            raise _shut() from error
        try:
            return waiting.result(ANSWER_WITHIN + 1)
        except WebSocketException as error:
            raise _shut() from error
        except (TimeoutError, concurrent.futures.CancelledError) as error:
            raise TransportError(_("WeCom did not answer by the line."), unknown=True) from error

    async def asked(self, command: str, body: Mapping[str, Any] | None, req_id: str = "") -> dict[str, Any]:
        """WeCom's answer to one frame. Raises TimeoutError, or what broke the line."""
        req_id = req_id or f"{command}_{secrets.token_hex(8)}"
        frame = {"cmd": command, "headers": {"req_id": req_id}} | ({} if body is None else {"body": body})
        answer = self._waiting[req_id] = self._loop.create_future()
        try:
            await self._wire.send(json.dumps(frame, ensure_ascii=False))
            return await asyncio.wait_for(answer, ANSWER_WITHIN)
        finally:
            self._waiting.pop(req_id, None)

    async def subscribe(self) -> None:
        """Say who we are. Raises TransportError."""
        account = self._account
        body = {"bot_id": value(account, "bot_id"), "secret": value(account, "secret")}
        try:
            said = await self.asked(SUBSCRIBE, body)
        except TimeoutError as error:
            raise TransportError(_("WeCom did not answer by the line.")) from error
        code = found(said, "errcode")
        if code != 0:
            why = {"code": code, "why": word(said, "errmsg")[:300]}
            sentence = _("WeCom does not let us in: check the bot's id and secret (%(code)s: %(why)s)") % why
            raise TransportError(sentence, pauses=code not in BUSY)

    async def read(self) -> None:
        """Hear what comes until the line breaks; no frame of one's own making breaks it. Raises TransportError."""
        try:
            async for raw in self._wire:
                await self._handle(raw)
        finally:
            broke = TransportError(_("The line to WeCom broke before its answer came."), unknown=True)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(broke)

    async def _handle(self, raw: str | bytes) -> None:
        try:
            frame = json_object(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))
            command, req_id = word(frame, "cmd"), word(frame, "headers", "req_id")
            body = found(frame, "body") if isinstance(found(frame, "body"), dict) else {}
            if command == EVENT:
                _happened(body)
            elif command == MESSAGE and is_message(body):
                self._came.put_nowait(message(body, datetime.datetime.now(datetime.UTC), req_id=req_id))
            elif not command and (answer := self._waiting.get(req_id)) and not answer.done():
                answer.set_result(frame)
        except Unreadable as error:
            await park(self._account, error.sentence, str(raw))

    async def store(self, taken: Taken) -> None:
        """Store what came, in order and until it is stored, until cancelled. Raises TransportError."""
        while True:
            batch = [await self._came.get()]
            while len(batch) < AT_ONCE and not self._came.empty():
                batch.append(self._came.get_nowait())
            while not await _stored(taken, batch):  # noqa: ASYNC110 - the database tells nobody when it is back
                await asyncio.sleep(AGAIN_AFTER)
            for _message in batch:
                self._came.task_done()

    async def emptied(self) -> None:
        """Wait a little for what still waits to be stored."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._came.join(), LAST_WORDS)

    async def keep_alive(self) -> None:
        """WeCom drops a line without its own ping. One that is not answered ends the line."""
        with contextlib.suppress(TimeoutError):
            while True:
                await asyncio.sleep(PING_EVERY)
                await self.asked(PING, None)
        log.warning("WeCom did not answer a ping of %s", self._account.id)
        await self._wire.close()


def _happened(body: Mapping[str, Any]) -> None:
    if word(body, "event", "eventtype") == DISCONNECTED:
        sentence = _("Another program has connected with this bot, so WeCom closed our line: a bot has only one.")
        raise TransportError(sentence, again_in=KICKED)


async def hold(account: ChannelAccount, taken: Taken) -> None:
    """Hold the line of one bot until it breaks. Raises TransportError."""
    async with sockets.opened(account, value(account, "api").replace("http", "ws", 1)) as wire:
        line = Line(account, wire)
        reading, storing = asyncio.create_task(line.read()), asyncio.create_task(line.store(taken))
        pinging: asyncio.Task[None] | None = None
        try:
            await line.subscribe()
            await taken(())
            _lines[account.id] = line
            pinging = asyncio.create_task(line.keep_alive())
            done, _going_on = await asyncio.wait({reading, storing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except TransportError:
            if reading.done():
                reading.result()  # the line broke while we waited for its answer: what broke it says more
            raise
        finally:
            if _lines.get(account.id) is line:
                del _lines[account.id]
            await _ended(reading, pinging)
            await line.emptied()
            await _ended(storing)
    raise TransportError(_("WeCom closed the line."))


async def _stored(taken: Taken, batch: list[InboundMessage]) -> bool:
    try:
        await taken(batch)
    except TransportError:
        raise
    except Exception:  # whatever the database has
        log.exception("messages of WeCom's could not be stored yet")
        return False
    return True


async def _ended(*tasks: asyncio.Task[None] | None) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def standing(account_id: uuid.UUID) -> Line:
    """The line this process holds for the account. Raises TransportError: it is about to be opened again."""
    if (line := _lines.get(account_id)) is None:
        raise _shut()
    return line


def _shut() -> TransportError:
    return TransportError(_("The line to WeCom is not open at the moment."), again_in=5.0)
