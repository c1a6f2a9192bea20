"""DingTalk's Stream mode: a line opened by a ticket, frames of JSON, each acknowledged once it is stored."""

import asyncio
import json
import logging
from typing import Any, Final
from urllib.parse import quote_plus

from django.utils.translation import gettext as _
from websockets.asyncio.client import ClientConnection

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Taken, TransportError, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors import sockets
from huixiang.connectors.dingtalk.inbound import message
from huixiang.connectors.dingtalk.interface import answered
from huixiang.connectors.payload import json_object, word
from huixiang.intake.listening import park

log = logging.getLogger(__name__)

OPEN: Final = "/v1.0/gateway/connections/open"
MESSAGES: Final = "/v1.0/im/bot/messages/get"
DISCONNECT: Final = "disconnect"
SYSTEM, EVENT, CALLBACK = "SYSTEM", "EVENT", "CALLBACK"
OK, UNKNOWN = 200, 404


async def hold(account: ChannelAccount, taken: Taken) -> None:
    """Hold a line until DingTalk wants it opened anew. Raises TransportError."""
    place = await asyncio.to_thread(_gateway, account)
    async with sockets.opened(account, place) as line:
        await taken(())
        async for frame in line:
            if await _handled(account, line, frame, taken) == DISCONNECT:
                return


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


async def _handled(account: ChannelAccount, line: ClientConnection, raw: str | bytes, taken: Taken) -> str:
    """Take one frame and acknowledge it; returns its topic. One that makes no sense is kept in plain sight."""
    try:
        frame = json_object(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))
    except Unreadable as error:
        await park(account, error.sentence, str(raw))
        return ""
    topic, sort = word(frame, "headers", "topic"), word(frame, "type")
    code = OK if sort in (SYSTEM, EVENT) or topic == MESSAGES else UNKNOWN
    if sort == CALLBACK and topic == MESSAGES:
        try:
            await taken([message(account, json_object(word(frame, "data").encode("utf-8", "replace")))])
        except Unreadable as error:
            await park(account, error.sentence, str(raw))
    await line.send(json.dumps(_acknowledgement(frame, sort, code)))
    return topic if sort == SYSTEM else ""


def _acknowledgement(frame: dict[str, Any], sort: str, code: int) -> dict[str, Any]:
    """To a question of the gateway's own its data go back; of all else it wants to hear that it was taken."""
    data = word(frame, "data") if sort == SYSTEM else json.dumps({"response": None})
    if sort == EVENT:
        data = json.dumps({"status": "SUCCESS", "message": ""})
    headers = {"messageId": word(frame, "headers", "messageId"), "contentType": "application/json"}
    return {"code": code, "headers": headers, "message": "OK", "data": data or "{}"}
