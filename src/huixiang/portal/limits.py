"""How often somebody may try: counted per session and per address in the cache, as hashes, for one window."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from huixiang.kernel.crypto import keyed_hash


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in a window of seconds; an address, which many people may share, gets `shared` times that."""

    purpose: str
    tries: int
    seconds: int
    shared: int = 1


POSTS = Limit("say", tries=8, seconds=600, shared=5)
UPLOADS = Limit("upload", tries=40, seconds=600, shared=5)
SIMILAR = Limit("similar", tries=40, seconds=60, shared=5)
CODES = Limit("code", tries=10, seconds=900)


def used_up(request: HttpRequest, limit: Limit) -> bool:
    """Whether this session or address has had its tries."""
    return any(cache.get(key, 0) >= tries for key, tries in _counters(request, limit))


def count(request: HttpRequest, limit: Limit) -> None:
    """Count a try."""
    for key, _tries in _counters(request, limit):
        cache.set(key, cache.get(key, 0) + 1, limit.seconds)


def _counters(request: HttpRequest, limit: Limit) -> list[tuple[str, int]]:
    window = int(time.time()) // limit.seconds
    visitors = [(f"address {_address(request)}", limit.tries * limit.shared)]
    if request.session.session_key:
        visitors.append((f"session {request.session.session_key}", limit.tries))
    return [
        (f"limit:{limit.purpose}:{window}:{keyed_hash('limit', visitor)[:24]}", tries) for visitor, tries in visitors
    ]


def _address(request: HttpRequest) -> str:
    """The caller's address; behind our TLS proxy the one the proxy wrote down last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
