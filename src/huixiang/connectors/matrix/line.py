"""The bot's line: what happened since the last time, room by room, for as long as it stands.

The place to go on from is the homeserver's own token, kept once everything before it is stored. Where a room had more
events than one answer holds, the ones in between are fetched.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp
import nio
from django.utils.translation import gettext as _

from huixiang.channels import accounts
from huixiang.channels.contracts import InboundMessage, Taken, TransportError
from huixiang.channels.models import ChannelAccount, Health
from huixiang.channels.webhooks.address import resolve
from huixiang.connectors.matrix.api import failure, home, unreachable
from huixiang.connectors.matrix.events import Room, Us, answered, has_entered, message, since_invited
from huixiang.intake.listening import apart, park
from huixiang.kernel.errors import Refused

WAIT_MS: Final = 30_000  # how long the homeserver holds a question before it answers that nothing happened
OF_TWO: Final = 2
PAGES: Final = 200  # of a hundred events, of one room at once
OFF: Final = "0"
FILTER: Final[dict[str, dict[str, Any]]] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 100},
        "state": {"lazy_load_members": True},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}


async def listen(account: ChannelAccount, taken: Taken) -> None:
    """Take what is said in the bot's rooms until cancelled or the line breaks. Raises TransportError."""
    health = await apart(accounts.health_of, account)
    client = await apart(_client, account)
    line = _Line(account, client, health.cursor.get("since") or None)
    try:
        await line.who()
        await taken(())
        while True:
            messages = await line.turn()
            await taken(messages)
            await apart(_keep, account, line.since)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise TransportError(unreachable(home(account), error)) from error
    finally:
        await client.close()


def _keep(account: ChannelAccount, since: str) -> None:
    Health.objects.filter(account=account).update(cursor={"since": since})


def _client(account: ChannelAccount) -> nio.AsyncClient:
    """A client that gives up at once: when to try again is decided where all lines are looked after."""
    proxy = accounts.value(account, accounts.PROXY) or None
    if proxy is None:  # through a proxy the name is resolved at its other end
        try:
            resolve(home(account))
        except Refused as refused:
            raise TransportError(str(refused.sentence)) from refused
    settings = nio.AsyncClientConfig(
        max_limit_exceeded=0, max_timeouts=0, store_sync_tokens=False, encryption_enabled=False
    )
    client = nio.AsyncClient(home(account), config=settings, proxy=proxy)
    client.access_token = accounts.value(account, "token")
    return client


class _Line:
    """One line with what it knows of rooms while it stands."""

    def __init__(self, account: ChannelAccount, client: nio.AsyncClient, since: str | None) -> None:
        self._account = account
        self._client = client
        self._stood = since is not None
        self._whole = True  # the first answer brings the state of all rooms: their names, how many are in them
        self._invited: set[str] = set()
        self._told: set[str] = set()
        self._us = Us("", "")
        self.since = since or ""

    async def who(self) -> None:
        """Ask who we are; what is ours is not taken for somebody's word."""
        found = await self._client.whoami()
        if isinstance(found, nio.ErrorResponse):
            raise _failed(found)
        self._client.user_id = found.user_id
        profile = await self._client.get_displayname(found.user_id)
        self._us = Us(found.user_id, getattr(profile, "displayname", None) or "")

    async def turn(self) -> list[InboundMessage]:
        """Ask once, and wait for up to half a minute until there is something; enter the rooms we are asked into."""
        before = self.since
        found = await self._client.sync(
            timeout=0 if self._whole else WAIT_MS, since=before or None, full_state=self._whole, sync_filter=FILTER
        )
        if isinstance(found, nio.ErrorResponse):
            raise _failed(found)
        messages: list[InboundMessage] = []
        for room_id, info in found.rooms.join.items():
            messages += await self._said(room_id, info.timeline, before)
        await self._enter(found.rooms.invite)
        self.since, self._whole, self._stood = found.next_batch, False, True
        return messages

    async def _enter(self, invitations: Mapping[str, Any]) -> None:
        if accounts.value(self._account, "invitations") == OFF:
            return
        for room_id in {*invitations, *self._invited}:
            answer = await self._client.join(room_id)
            later = isinstance(answer, nio.ErrorResponse) and answer.status_code == "M_LIMIT_EXCEEDED"
            (self._invited.add if later else self._invited.discard)(room_id)

    async def _said(self, room_id: str, timeline: Any, before: str) -> list[InboundMessage]:
        """The messages of one room since the last answer, the oldest first."""
        known = self._client.rooms.get(room_id)
        events = [one.source for one in timeline.events]
        if has_entered(events, self._us):
            events = list(since_invited(events, self._us))
        elif timeline.limited and self._stood and timeline.prev_batch:
            events = [*await self._between(room_id, timeline.prev_batch, before), *events]
        if known is not None and known.encrypted:
            await self._tell_encrypted(room_id, known.display_name, events)
        found = [await self._message(event, _room(room_id, known), known) for event in events]
        start = self._account.created_at - datetime.timedelta(minutes=1)
        return [one for one in found if one is not None and (self._stood or one.sent_at >= start)]

    async def _between(self, room_id: str, start: str, end: str) -> list[Mapping[str, Any]]:
        """What one answer had no room for, back to the last one."""
        found: list[Mapping[str, Any]] = []
        for _page in range(PAGES):
            page = await self._client.room_messages(room_id, start=start, end=end, limit=100)
            if isinstance(page, nio.ErrorResponse):
                raise _failed(page)
            found += [one.source for one in page.chunk]
            if not page.end or not page.chunk:
                break
            start = page.end
        return found[::-1]

    async def _message(self, event: Mapping[str, Any], room: Room, known: Any) -> InboundMessage | None:
        if event.get("sender") == self._us.id:
            return None
        name = known.user_name(event.get("sender")) if known is not None else None
        found = message(event, room, self._us, name=name or "")
        if found is None or not (reply_to := answered(event)):
            return found
        return message(event, room, self._us, name=name or "", reply_to=await self._theirs(room.id, reply_to))

    async def _theirs(self, room_id: str, event_id: str) -> str:
        """The message of theirs that is meant: who answers an answer of ours goes on with what ours answered."""
        found = await self._client.room_get_event(room_id, event_id)
        event = getattr(getattr(found, "event", None), "source", None)
        if event and event.get("sender") == self._us.id:
            return answered(event) or event_id
        return event_id

    async def _tell_encrypted(self, room_id: str, name: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Once a room: nobody should wait for what cannot be read."""
        if room_id not in self._told and any(one.get("type") == "m.room.encrypted" for one in events):
            self._told.add(room_id)
            reason = _("The room is encrypted: the bot cannot read it. Use a room without encryption.")
            await park(self._account, reason, name)


def _room(room_id: str, known: Any) -> Room:
    if known is None:
        return Room(room_id, room_id, private=False)
    private = known.member_count <= OF_TWO and known.join_rule != "public"
    return Room(room_id, known.name or known.canonical_alias or known.display_name or room_id, private)


def _failed(answer: Any) -> TransportError:
    status = getattr(getattr(answer, "transport_response", None), "status", 400)
    return failure(str(answer.status_code or ""), str(answer.message or ""), answer.retry_after_ms, status)
