"""How often somebody may try and how much they may upload: by session and address, hashed, in the cache."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huixiang.intake.attachments import actions, budgets
from huixiang.intake.models import Attachment
from huixiang.kernel.crypto import keyed_hash
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import User


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
DAY = 24 * 3600
CODES = Limit("code", tries=10, seconds=900)


def used_up(request: HttpRequest, limit: Limit) -> bool:
    """Whether this session or address has had its tries."""
    return any(cache.get(key, 0) >= tries for key, tries in _counters(request, limit))


def count(request: HttpRequest, limit: Limit) -> None:
    """Count a try."""
    for key, _tries in _counters(request, limit):
        cache.set(key, cache.get(key, 0) + 1, limit.seconds)


def _counters(request: HttpRequest, limit: Limit) -> list[tuple[str, int]]:
    return _keys(request, limit.purpose, limit.seconds, (limit.tries, limit.tries * limit.shared))


def _keys(request: HttpRequest, purpose: str, seconds: int, most: tuple[int, int]) -> list[tuple[str, int]]:
    """Where a session and an address are counted, each with what it may have."""
    window = int(time.time()) // seconds
    visitors = [(f"address {_address(request)}", most[1])]
    if request.session.session_key:
        visitors.append((f"session {request.session.session_key}", most[0]))
    return [(f"limit:{purpose}:{window}:{keyed_hash('limit', visitor)[:24]}", tries) for visitor, tries in visitors]


def metered(request: HttpRequest) -> Callable[..., Attachment]:
    """Taking a file as a visitor may send it: so many bytes in a day, films by who is signed in alone.

    Raises Refused, in words, for what is beyond that.
    """

    def upload(*, size: int, **file: Any) -> Attachment:
        most = (budgets.most_bytes("visitor"), budgets.most_bytes("address"))
        counters = _keys(request, "bytes", DAY, most)
        if any(cache.get(key, 0) + size > bytes_ for key, bytes_ in counters):
            raise Refused(
                _("That were very many files for one day. Send your words without them, or come back tomorrow.")
            )
        kept = actions.upload(size=size, films=isinstance(request.user, User), visitor=True, **file)
        for key, _most in counters:
            cache.set(key, cache.get(key, 0) + size, DAY)
        return kept

    return upload


def _address(request: HttpRequest) -> str:
    """The caller's address; behind our TLS proxy the one the proxy wrote down last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
