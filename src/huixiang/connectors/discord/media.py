"""Files on Discord: they lie at an address that is good for about a day; afterwards the message tells a new one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, InboundFile, sort_of
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import FINE, GONE, NOT_LET_IN, anything_at, host_of, refused
from huixiang.connectors.payload import items, word

HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


def named(attachments: Iterable[Any], channel: int, message: int) -> list[InboundFile]:
    """The files of a message, as discord.py holds them; voices are only named."""
    files = []
    for one in attachments:
        sort = sort_of(one.content_type or "")
        if sort is not None:
            where = {"channel": str(channel), "message": str(message), "id": str(one.id), "url": one.url}
            files.append(InboundFile(sort, where, one.filename, one.size))
    return files


def fetched(account: ChannelAccount, reference: Mapping[str, str], ask: Callable[[str], Any]) -> Brought:
    """One file; `ask` reads from the interface, where a message tells addresses anew. Raises TransportError."""
    answered = anything_at(account, _own(account, reference["url"]))
    if answered.status in GONE | NOT_LET_IN:
        answered.file.close()
        said = ask(f"channels/{reference['channel']}/messages/{reference['message']}")
        found = (word(one, "url") for one in items(said, "attachments") if word(one, "id") == reference["id"])
        answered = anything_at(account, _own(account, next(found, "")))
    if answered.status == FINE and answered.size:
        return answered.brought()
    answered.file.close()
    raise refused(answered.status)


def _own(account: ChannelAccount, url: str) -> str:
    """An address of Discord's. No token goes there. Raises TransportError for any other."""
    if not url:
        raise TransportError(_("The message on Discord no longer has this file."), permanent=True)
    if host_of(url) not in {*HOSTS, host_of(value(account, "api"))}:
        raise TransportError(_("The platform sent us elsewhere for it, where we do not go."), permanent=True)
    return url
