"""A gateway of Discord's form on the loopback, for the library to connect to: hello, identify, ready, events."""

import asyncio
import contextlib
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.connectors.loopback import Asked, Said

HELLO, IDENTIFY, HEARTBEAT, ACK, DISPATCH = 10, 2, 1, 11, 0
BOT = {"id": "80351110224678912", "username": "huixiang", "discriminator": "0", "avatar": None, "bot": True}
GUILD = {
    "id": "500", "name": "青山社区", "owner_id": "1", "roles": [], "emojis": [], "features": [], "members": [],
    "channels": [{"id": "600", "type": 0, "name": "吐槽", "position": 0, "permission_overwrites": []}],
    "threads": [], "member_count": 2, "large": False, "voice_states": [], "presences": [], "stage_instances": [],
    "guild_scheduled_events": [], "stickers": [], "premium_tier": 0, "verification_level": 0, "joined_at": None,
    "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0,
    "system_channel_flags": 0, "preferred_locale": "zh-CN", "afk_timeout": 300,
}  # fmt: skip


def said(number: int, text: str, **changed: Any) -> dict[str, Any]:
    """A message as the gateway sends it."""
    body = {
        "id": str(number), "channel_id": "600", "guild_id": "500", "content": text, "type": 0, "tts": False,
        "timestamp": "2026-11-22T04:00:00+00:00", "edited_timestamp": None, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "flags": 0, "components": [],
        "author": {"id": "77", "username": "laomai", "global_name": "老麦", "discriminator": "0", "avatar": None},
        **changed,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not None or name == "edited_timestamp"}


def history(written: Sequence[dict[str, Any]]) -> Callable[[Asked], Said]:
    """The messages of a channel after one, the latest first, as `GET /channels/…/messages` answers."""

    def answered(asked: Asked) -> Said:
        after, limit = (int(asked.query.get(name, [usual])[0]) for name, usual in (("after", "0"), ("limit", "50")))
        later = sorted(
            ((int(one["id"]), one) for one in list(written) if int(one["id"]) > after), key=lambda pair: pair[0]
        )
        return 200, [one for _id, one in later[:limit]][::-1]

    return answered


Send = Callable[..., Awaitable[None]]


@dataclass
class Gateway:
    """What it was told and what it sends after ready; `refuses`: the code it closes with instead."""

    address: str = ""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    guilds: list[dict[str, Any]] = field(default_factory=lambda: [GUILD])
    identified: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0
    lines: list[Send] = field(default_factory=list)  # those that are ready

    async def serve(self, line: ServerConnection) -> None:
        """One line, compressed as a stream as Discord does."""
        packed = zlib.compressobj()

        async def send(op: int, data: Any, event: str | None = None, number: int | None = None) -> None:
            raw = json.dumps({"op": op, "d": data, "t": event, "s": number}).encode()
            await line.send(packed.compress(raw) + packed.flush(zlib.Z_SYNC_FLUSH))

        await send(HELLO, {"heartbeat_interval": 41250})
        try:
            async for raw in line:
                frame = json.loads(raw)
                if frame["op"] == HEARTBEAT:
                    await send(ACK, None)
                if frame["op"] == IDENTIFY:
                    self.identified.append(frame["d"])
                    if self.refuses:
                        await line.close(self.refuses)
                        return
                    await self._greet(send)
        except ConnectionClosed:
            pass
        finally:
            self.lines = [one for one in self.lines if one is not send]

    async def _greet(self, send: Send) -> None:
        """Ready, the servers, then whatever has happened."""
        ready = {"v": 10, "user": BOT, "session_id": "s", "resume_gateway_url": self.address, "private_channels": []}
        ready |= {"guilds": [{"id": one["id"], "unavailable": True} for one in self.guilds]}
        ready |= {"application": {"id": BOT["id"], "flags": 0}}
        await send(DISPATCH, ready, "READY", 1)
        self.lines.append(send)
        for place, (event, data) in enumerate([("GUILD_CREATE", one) for one in self.guilds] + self.events):
            await send(DISPATCH, data, event, place + 2)

    def found_at(self) -> tuple[int, dict[str, Any]]:
        """Where the line is opened, as `GET /gateway/bot` says it."""
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return 200, {"url": self.address, "shards": 1, "session_start_limit": limit}


@contextlib.asynccontextmanager
async def gateway(found: Gateway) -> AsyncIterator[Gateway]:
    """The server, as long as it is needed."""
    async with serve(found.serve, "127.0.0.1", 0) as server:
        found.address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield found


async def until(done: Any, within: float = 8.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within):
        while not done():  # noqa: ASYNC110 - what is waited for is plain data
            await asyncio.sleep(0.02)
