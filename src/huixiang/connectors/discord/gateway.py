"""The open line to Discord, by discord.py: what people write where the bot is.

Discord does not ask whether a message was stored, so nothing is let go before it is: messages queue up in order and are
handed over until the database takes them. Whenever the line stands anew, what was written since the time up to which
everything is stored is read: in channels, threads, and private talks we know of.
"""

import asyncio
import contextlib
import datetime
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import aiohttp
import discord
from aiohttp_socks import ProxyConnector
from discord.gateway import DiscordWebSocket
from discord.http import Route
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.contracts import InboundMessage, Taken, TransportError
from huixiang.connectors.discord.media import named
from huixiang.connectors.payload import with_files

log = logging.getLogger(__name__)

SPOKEN: Final = (discord.MessageType.default, discord.MessageType.reply)
AT_ONCE: Final = 100  # messages handed over together
AGAIN_AFTER: Final = 2.0  # seconds, when they could not be stored
LATER: Final = 30.0  # seconds, when what was missed could not be read
LAST_WORDS: Final = 3.0  # seconds for what still waits when the line closes
OVERLAP: Final = datetime.timedelta(minutes=5)  # read twice: messages come out of order, and clocks differ
NOT_US: Final = 4004  # close codes
NOT_ALLOWED: Final = (4013, 4014)


Kept = Callable[[datetime.datetime], Awaitable[None]]
Place = discord.TextChannel | discord.Thread | discord.PartialMessageable


class Line(discord.Client):
    """One bot's line. `taken` stores what came.

    `since`: up to then everything is stored; what was written later is read first. None: the bot has heard nothing yet.
    `alone`: the channels of private talks, which Discord does not list. `kept` is told each time `since` moves on.
    """

    def __init__(
        self, *, api: str, proxy: str, taken: Taken, kept: Kept, since: datetime.datetime | None = None,
        alone: Sequence[int] = (),
    ) -> None:  # fmt: skip
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(intents=intents, connector=ProxyConnector.from_url(proxy) if proxy else None)
        self._taken, self._kept, self._since, self._alone = taken, kept, since, alone
        self._waiting = asyncio.Queue[InboundMessage]()
        self._connected_at: datetime.datetime | None = None  # while what was missed is still being read
        _calls_at(self.http, api)

    async def on_ready(self) -> None:
        """The line stands: now for what was missed while it did not."""
        await self._taken([])
        began, after = self._connected_at, self._since - OVERLAP if self._since else None
        while after and began == self._connected_at and not await self._caught_up(after):  # noqa: ASYNC110 - no event
            await asyncio.sleep(LATER)
        await self._waiting.join()
        if began is not None and began == self._connected_at:  # else it broke meanwhile, and is read again
            self._connected_at = None
            await self._move_on(began)

    async def _caught_up(self, after: datetime.datetime) -> bool:
        """Whether everything written since then could be read."""
        whole = True
        for place in self._spoken_in(after):
            try:
                async for said in place.history(after=after, oldest_first=True, limit=None):
                    self._hear(said)
            except (discord.Forbidden, discord.NotFound):  # not ours to read
                continue
            except (discord.DiscordException, aiohttp.ClientError, OSError):
                log.exception("what was missed in a channel of Discord could not be read; it is tried again")
                whole = False
        return whole

    def _spoken_in(self, since: datetime.datetime) -> list[Place]:
        first = discord.utils.time_snowflake(since)
        places: list[discord.TextChannel | discord.Thread] = []
        for guild in self.guilds:
            places += [*guild.text_channels, *guild.threads]
        told = [place for place in places if (place.last_message_id or 0) > first]
        return [*told, *(self.get_partial_messageable(one) for one in self._alone)]

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:
        """Read a message in the moment it comes: the library changes it in place when an edit follows."""
        if event == "connect":  # a new session, which brings nothing of before
            self._connected_at = timezone.now()
        elif event == "message":
            self._hear(args[0])
        elif event == "message_edit" and args[0].content != args[1].content:  # a link that was unfolded is no edit
            self._hear(args[1], edited=True)
        super().dispatch(event, *args, **more)

    def _hear(self, said: discord.Message, *, edited: bool = False) -> None:
        try:
            read = message(said, self.user, edited=edited)
        except Exception:  # one message nobody foresaw must not end the line
            log.exception("a message from Discord was not understood")
            return
        if read is not None:
            self._waiting.put_nowait(read)

    async def hand_over(self) -> None:
        """Store what waits, in order, until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._keep(batch)
            for _message in batch:
                self._waiting.task_done()
            if self._connected_at is None:
                await self._move_on(max(one.sent_at for one in batch))

    async def _move_on(self, to: datetime.datetime) -> None:
        """Everything up to then is stored. When that cannot be noted down, some of it is read twice."""
        self._since = max(self._since, to) if self._since else to
        try:
            await self._kept(self._since)
        except Exception:  # the database is away for a moment
            log.exception("how far Discord was read could not be noted")

    async def emptied(self) -> None:
        """Wait for what still waits to be stored."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), LAST_WORDS)

    async def _keep(self, batch: list[InboundMessage]) -> None:
        while True:
            if await self._stored(batch):
                return
            await asyncio.sleep(AGAIN_AFTER)

    async def _stored(self, batch: list[InboundMessage]) -> bool:
        try:
            await self._taken(batch)
        except Exception:  # the database is away for a moment
            log.exception("messages from Discord could not be stored; they are kept and tried again")
            return False
        return True


async def hold(token: str, line: Line) -> None:
    """Hold the line until cancelled or it breaks. Raises TransportError."""
    storing = asyncio.create_task(line.hand_over())
    try:
        async with line:
            await line.start(token)
    except discord.LoginFailure as error:
        raise TransportError(_("Discord no longer accepts the bot token."), pauses=True) from error
    except discord.PrivilegedIntentsRequired as error:
        raise _not_allowed() from error
    except discord.ConnectionClosed as error:
        raise _closed(error.code) from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise TransportError(_("The line to Discord broke: %(why)s") % {"why": error}) from error
    finally:
        await line.emptied()
        storing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await storing


def _calls_at(http: Any, api: str) -> None:
    """Let the library ask another address than Discord's own, and open the line where that address says."""
    api = api.rstrip("/")
    ask, connect = http.request, http.ws_connect
    usual = str(DiscordWebSocket.DEFAULT_GATEWAY)

    async def asked(route: Route, **more: Any) -> Any:
        route.url = route.url.replace(Route.BASE, api, 1)
        return await ask(route, **more)

    async def connected(url: str, **more: Any) -> Any:
        if api != Route.BASE and url.startswith(usual):
            _shards, wire, _limit = await http.get_bot_gateway()
            url = url.replace(usual, f"{wire.rstrip('/')}/", 1)
        return await connect(url, **more)

    http.request, http.ws_connect = asked, connected


def _not_allowed() -> TransportError:
    sentence = _("Discord does not let the bot read: switch on “Message Content Intent” in its developer portal.")
    return TransportError(sentence, pauses=True)


def _closed(code: int | None) -> TransportError:
    if code == NOT_US:
        return TransportError(_("Discord no longer accepts the bot token."), pauses=True)
    if code in NOT_ALLOWED:
        return _not_allowed()
    return TransportError(_("Discord closed the line (%(code)s).") % {"code": code})


def message(said: discord.Message, own: Any, *, edited: bool = False) -> InboundMessage | None:
    """One message; None for what no person said. Its id is `channel:message`."""
    if said.author.bot or said.webhook_id or said.type not in SPOKEN:
        return None
    alone, here = said.guild is None, f"{said.channel.id}:{said.id}"
    at = (said.edited_at if edited else None) or said.created_at
    return InboundMessage(
        external_id=f"{here}e{int(at.timestamp() * 1000)}" if edited else here,
        text=with_files(_words(said, own), [file.filename for file in said.attachments]),
        author_id=str(said.author.id), author_name=said.author.display_name, sent_at=at,
        thread="" if alone else str(said.channel.id), private=alone, group="" if alone else _group(said),
        reply_to=here if edited else _answered(said), addressed=alone or _to_us(said, own),
        files=() if edited else named(said.attachments, said.channel.id, said.id),
    )  # fmt: skip


def _words(said: discord.Message, own: Any) -> str:
    """The words with names for numbers, without our own."""
    if own in said.mentions:
        me = (said.guild and said.guild.me) or own  # the library may not know us as a member yet
        return said.clean_content.replace(f"@{me.display_name}", "", 1).strip()
    return said.clean_content


def _answered(said: discord.Message) -> str:
    to = said.reference
    return f"{to.channel_id}:{to.message_id}" if to is not None and to.message_id else ""


def _to_us(said: discord.Message, own: Any) -> bool:
    answered = said.reference.resolved if said.reference else None
    return own in said.mentions or (isinstance(answered, discord.Message) and answered.author == own)


def _group(said: discord.Message) -> str:
    """The server, the channel, and the thread in it."""
    parent = getattr(said.channel, "parent", None)
    names = [said.guild and said.guild.name, parent and f"#{parent.name}", getattr(said.channel, "name", "")]
    return " ".join(str(name) for name in names if name) or str(said.channel.id)
