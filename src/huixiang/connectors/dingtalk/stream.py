"""DingTalk's Stream mode: a line opened by a ticket, frames of JSON, each acknowledged once it is stored."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from huixiang.channels.accounts import value
from huixiang.channels.contracts import InboundMessage, Taken, TransportError, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors import sockets
from huixiang.connectors.dingtalk.inbound import message
from huixiang.connectors.dingtalk.interface import answered
from huixiang.connectors.payload import json_object, word
from huixiang.intake.listening import park

OPEN: Final = "/v1.0/gateway/connections/open"
MESSAGES: Final = "/v1.0/im/bot/messages/get"
DISCONNECT: Final = "disconnect"
SYSTEM, EVENT, CALLBACK = "SYSTEM", "EVENT", "CALLBACK"
OK, UNKNOWN = 200, 404
TOGETHER, SOON = 100, 0.002  # frames stored in one go; seconds another may be behind


async def hold(account: ChannelAccount, taken: Taken) -> None:
    """Hold a line until DingTalk wants it opened anew. Raises TransportError."""
    place = await asyncio.to_thread(_gateway, account)
    async with sockets.opened(account, place) as line:
        await taken(())
        with contextlib.suppress(ConnectionClosedOK):
            while not await _handled(account, line, await _arrived(line), taken):
                pass


def _gateway(account: ChannelAccount) -> str:
    """The address of the line, good for this once. Raises TransportError."""
    said = answered(account, OPEN, {
        "clientId": value(account, "client_id"), "clientSecret": value(account, "client_secret"),
        "subscriptions": [{"type": CALLBACK, "topic": MESSAGES}], "ua": "huixiang", "localIp": "",
    })  # fmt: skip
    endpoint, ticket = word(said, "endpoint"), word(said, "ticket")
    if not (endpoint and ticket):
        raise TransportError(_("DingTalk's answer names no line."))
    return f"{endpoint}?ticket={quote_plus(ticket)}"


async def _arrived(line: ClientConnection) -> list[str | bytes]:
    """The next frame and those right behind it: what arrives together is stored together."""
    frames = [await line.recv()]
    with contextlib.suppress(TimeoutError, ConnectionClosed):  # a line that closed says so at the next turn
        while len(frames) < TOGETHER:
            frames.append(await asyncio.wait_for(line.recv(), SOON))
    return frames


@dataclass(frozen=True, slots=True)
class _Read:
    """A frame as it was understood; `strange` says why not."""

    raw: str | bytes
    frame: dict[str, Any] = field(default_factory=dict)
    message: InboundMessage | None = None
    strange: str = ""


def _read(account: ChannelAccount, raw: str | bytes) -> _Read:
    frame: dict[str, Any] = {}
    try:
        frame = json_object(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))
        if word(frame, "type") != CALLBACK or word(frame, "headers", "topic") != MESSAGES:
            return _Read(raw, frame)
        said = json_object(word(frame, "data").encode("utf-8", "replace"))
        return _Read(raw, frame, message(account, said))
    except Unreadable as error:
        return _Read(raw, frame, strange=error.sentence)


async def _handled(account: ChannelAccount, line: ClientConnection, frames: list[str | bytes], taken: Taken) -> bool:
    """Store what was said, then acknowledge it; whether DingTalk wants another line. What makes no sense is kept."""
    read = [_read(account, raw) for raw in frames]
    if messages := [one.message for one in read if one.message]:
        await taken(messages)
    for one in read:
        if one.strange:
            await park(account, one.strange, str(one.raw))
        if one.frame:
            await line.send(json.dumps(_acknowledgement(one.frame)))
    return any(_place(one.frame) == (SYSTEM, DISCONNECT) for one in read)


def _place(frame: dict[str, Any]) -> tuple[str, str]:
    return word(frame, "type"), word(frame, "headers", "topic")


def _acknowledgement(frame: dict[str, Any]) -> dict[str, Any]:
    """To a question of the gateway's own its data go back; of all else it wants to hear that it was taken."""
    sort, topic = _place(frame)
    code = OK if sort in (SYSTEM, EVENT) or topic == MESSAGES else UNKNOWN
    data = word(frame, "data") if sort == SYSTEM else json.dumps({"response": None})
    if sort == EVENT:
        data = json.dumps({"status": "SUCCESS", "message": ""})
    headers = {"messageId": word(frame, "headers", "messageId"), "contentType": "application/json"}
    return {"code": code, "headers": headers, "message": "OK", "data": data or "{}"}
