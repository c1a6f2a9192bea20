"""Fetching a feed: only when it has changed, only so much of it, and never from inside our own network."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

import httpx
from django.utils.translation import gettext as _

from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.http import client

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_SECONDS: Final = 30.0  # for all of it: a line that drips must not hold a worker
HOPS: Final = 5
ASKING: Final = {
    "User-Agent": "Huixiang (feed reader)",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
}
MOVED: Final = frozenset({301, 302, 303, 307, 308})
UNCHANGED, SLOWER, REFUSED, BROKEN = 304, 429, 400, 500
NEVER: Final = frozenset({401, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed's bytes, or none when it is as it was. `marks` are given back with the next question."""

    body: bytes | None
    marks: Mapping[str, str]
    address: str
    media_type: str = ""


def fetched(account: ChannelAccount, address: str, marks: Mapping[str, Any]) -> Fetched:
    """The feed, if it has changed since `marks` (etag, modified). Raises TransportError in words."""
    headers = dict(ASKING)
    if marks.get("etag"):
        headers["If-None-Match"] = str(marks["etag"])
    if marks.get("modified"):
        headers["If-Modified-Since"] = str(marks["modified"])
    for _hop in range(HOPS):
        found = _one(account, address, headers, marks)
        if isinstance(found, Fetched):
            return found
        address = found
    raise TransportError(_("The feed leads from one address to the next without end."), permanent=True)


def _one(account: ChannelAccount, address: str, headers: dict[str, str], marks: Mapping[str, Any]) -> Fetched | str:
    """What stands at one address, or the address it has moved to, which is looked at in its turn."""
    try:
        with client(account, address) as line, line.stream("GET", address, headers=headers) as answer:
            if answer.status_code in MOVED and answer.headers.get("location"):
                return urljoin(address, str(answer.headers["location"]))
            if answer.status_code == UNCHANGED:
                same = {name: str(marks[name]) for name in ("etag", "modified") if marks.get(name)}
                return Fetched(None, same, address)
            _refuse(answer)
            found = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
            kept = {name: mark[:500] for name, mark in found.items() if mark}
            return Fetched(_bounded(answer), kept, address, answer.headers.get("content-type", ""))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        why = str(error)[:200] or type(error).__name__
        raise TransportError(_("The feed cannot be reached: %(why)s") % {"why": why}) from error


def _refuse(answer: Any) -> None:
    """Say in words what the feed's server says in numbers."""
    code = {"code": answer.status_code}
    if answer.status_code in NEVER:
        raise TransportError(_("There is no feed to read at this address (%(code)d).") % code, permanent=True)
    if answer.status_code == SLOWER:
        raise TransportError(_("The feed's server asks us to come less often."), again_in=3600)
    if answer.status_code >= REFUSED:
        raise TransportError(_("The feed's server has trouble (%(code)d).") % code)


def _bounded(answer: Any) -> bytes:
    until = time.monotonic() + MOST_SECONDS
    pieces, size = [], 0
    for piece in answer.iter_bytes():  # unpacked: a small answer may hold very much
        size += len(piece)
        if size > MOST_BYTES:
            most = {"megabytes": MOST_BYTES // 1024 // 1024}
            raise TransportError(_("The feed is larger than %(megabytes)d MB.") % most, permanent=True)
        if time.monotonic() > until:
            raise TransportError(_("The feed takes too long to arrive."))
        pieces.append(piece)
    return b"".join(pieces)
