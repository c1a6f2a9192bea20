"""The long connection: a line to Feishu that we open, by which events come unencrypted.

Each event is answered once it is stored; what is not answered within three seconds comes again. Several lines of one
application are allowed, each event comes by one of them.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from huixiang.channels.accounts import value
from huixiang.channels.contracts import NotGenuine, Taken, TransportError, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.feishu import naming
from huixiang.connectors.feishu.frames import CONTROL, DATA, Frame, FrameError, read, written
from huixiang.connectors.feishu.inbound import told
from huixiang.connectors.feishu.platform import PAUSES, Refusal, api, code_of
from huixiang.connectors.http import call
from huixiang.connectors.sockets import LARGEST, opened
from huixiang.intake import asking
from huixiang.intake.listening import apart, park

log = logging.getLogger(__name__)

ENDPOINT: Final = "/callback/ws/endpoint"
WRONG_SECRET, TOO_MANY_LINES, NO_BOT = 514, 1000040350, 403
PING_EVERY: Final = 120.0  # seconds, unless Feishu says otherwise
MOST_SILENT: Final = 2.5  # of these spans without a frame the line counts as broken
MOST_PARTS, MOST_WAITING, PARTS_WAIT = 256, 64, 60.0
IN_ORDER: Final = {1000, 1001, 1012}  # with which a line is closed that is to be opened anew


@dataclass(slots=True)
class Parts:
    """Events that come in several frames, until all of each are there; what stays incomplete is forgotten."""

    waiting: OrderedDict[str, tuple[float, dict[int, bytes]]] = field(default_factory=OrderedDict)

    def whole(self, frame: Frame) -> bytes | None:
        """The event's bytes once its last part is there; None until then. Raises FrameError."""
        count, place = _count(frame, "sum", 1), _count(frame, "seq", 0)
        if count <= 1:
            return frame.payload
        if count > MOST_PARTS or place >= count:
            raise FrameError("parts that make no whole")
        now, name = time.monotonic(), frame.headers.get("message_id", "")
        for old in [one for one, (since, _parts) in self.waiting.items() if now - since > PARTS_WAIT]:
            del self.waiting[old]
        _since, parts = self.waiting.setdefault(name, (now, {}))
        parts[place] = frame.payload
        if len(parts) == count or sum(map(len, parts.values())) > LARGEST:
            del self.waiting[name]
        while len(self.waiting) > MOST_WAITING:
            self.waiting.popitem(last=False)
        return b"".join(parts[one] for one in range(count)) if len(parts) == count else None


def _count(frame: Frame, name: str, otherwise: int) -> int:
    told_of = frame.headers.get(name, "")
    return int(told_of) if told_of.isascii() and told_of.isdigit() and len(told_of) < 10 else otherwise  # noqa: PLR2004


@dataclass(slots=True)
class Line:
    """One open line."""

    account: ChannelAccount
    taken: Taken
    socket: ClientConnection
    service: int
    every: float = PING_EVERY
    parts: Parts = field(default_factory=Parts)

    async def hold(self) -> None:
        """Take what comes until the line ends. Raises TransportError when nothing at all comes any more."""
        pinging = asyncio.create_task(self._ping())
        try:
            while True:
                async with asyncio.timeout(self.every * MOST_SILENT):  # wait_for may swallow that we are cancelled
                    raw = await self.socket.recv()
                if isinstance(raw, bytes):
                    with contextlib.suppress(FrameError):  # one bad frame is not the end of the line
                        await self._frame(read(raw))
        except TimeoutError as error:
            raise TransportError(_("Feishu has fallen silent; the line is opened anew.")) from error
        finally:
            pinging.cancel()

    async def _ping(self) -> None:
        while True:
            ping = Frame(service=self.service, method=CONTROL, headers={"type": "ping"})
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(written(ping))
            await asyncio.sleep(self.every)

    async def _frame(self, frame: Frame) -> None:
        if frame.method == DATA:
            await self._event(frame)
        elif frame.headers.get("type") == "pong" and frame.payload:
            self.every = ping_every(_object(frame.payload), self.every)

    async def _event(self, frame: Frame) -> None:
        """Take one event, and say so; what could not be stored is answered as failed, and comes again."""
        whole = self.parts.whole(frame)
        if whole is None:
            return
        began, code = time.monotonic(), 200
        if frame.headers.get("type") == "event":
            try:
                await self._take(_object(whole), whole)
            except Exception:  # the database is away for a moment: the line goes on
                log.exception("channel %s: an event could not be stored", self.account.id)
                code = 500
        spent = str(int((time.monotonic() - began) * 1000))
        answer = replace(frame, headers={**frame.headers, "biz_rt": spent}, payload=b'{"code": %d}' % code)
        await self.socket.send(written(answer))

    async def _take(self, event: dict[str, Any], raw: bytes) -> None:
        try:
            heard = await apart(told, self.account, event)
        except (NotGenuine, Unreadable) as error:
            await park(self.account, error.sentence, raw.decode("utf-8", "replace"))
            return
        await self.taken(heard.messages)
        if heard.fetch:
            await apart(asking.wake, self.account.id)


async def listen(account: ChannelAccount, taken: Taken) -> None:
    """Open the line and hold it. Returns when Feishu ends it in order. Raises TransportError."""
    address, config = await apart(_endpoint, account)
    await apart(naming.learn_own, account)
    service = parse_qs(urlsplit(address).query).get("service_id", ["0"])[0]
    number = int(service) if service.isascii() and service.isdigit() else 0
    try:
        async with opened(account, address) as socket:
            await taken(())
            await Line(account, taken, socket, number, ping_every(config, PING_EVERY)).hold()
    except TransportError as error:
        cause = error.__cause__
        if isinstance(cause, InvalidStatus):
            raise _refused_line(cause) from error
        if not (isinstance(cause, ConnectionClosed) and cause.rcvd and cause.rcvd.code in IN_ORDER):
            raise


def _endpoint(account: ChannelAccount) -> tuple[str, dict[str, Any]]:
    """Where the line is to be opened, and how it is to be held. Raises TransportError."""
    given = {"AppID": value(account, "app_id"), "AppSecret": value(account, "app_secret")}
    address = api(account) + ENDPOINT
    status, said = call(account, "POST", address, json_body=given, headers={"locale": "zh"}, safe_again=True)
    code = code_of(status, said)
    if code:
        raise _refused(code, str(said.get("msg", "")))
    data = said.get("data")
    told_of, config = (data.get("URL"), data.get("ClientConfig")) if isinstance(data, dict) else ("", None)
    if not isinstance(told_of, str) or urlsplit(told_of).scheme not in ("ws", "wss"):
        raise TransportError(_("Feishu named no address for the line."))
    return told_of, config if isinstance(config, dict) else {}


def ping_every(config: dict[str, Any], otherwise: float) -> float:
    """Seconds between two pings, as Feishu wants them."""
    asked = config.get("PingInterval")
    return float(min(max(asked, 1), 600)) if isinstance(asked, int) and asked else otherwise


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refused_line(error: InvalidStatus) -> TransportError:
    """What the gateway says in the headers of its refusal."""
    headers = error.response.headers
    for name in ("handshake-autherrcode", "handshake-status"):
        code = headers.get(name, "")
        if code.isascii() and code.isdigit():
            return _refused(int(code), headers.get("handshake-msg", ""))
    return _refused(error.response.status_code, "")


def _refused(code: int, said: str) -> TransportError:
    if code in PAUSES:
        return Refusal(code, said)
    if code == TOO_MANY_LINES:
        return TransportError(_("The application already has as many lines open as Feishu allows (50)."), again_in=60)
    if code == WRONG_SECRET:
        sentence = _("Feishu does not know this App ID with this App Secret: paste both again.")
        return TransportError(sentence, pauses=True)
    if code == NO_BOT:
        sentence = _("The application may not open a line: choose “long connection” for events in Feishu's console.")
        return TransportError(sentence)
    return TransportError(_("Feishu refused (%(code)d): %(why)s") % {"code": code, "why": said[:200]})
